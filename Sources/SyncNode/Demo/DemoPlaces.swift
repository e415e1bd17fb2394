import Base
import Domain
import Runtime

/// Nodes that a scenario is played on, and what it does at them.
protocol DemoPlaces: Sendable {
    var all: [DemoMember] { get }
}

extension DemoPlaces {
    /// Cuts or mends a link, on both sides.
    func link(_ a: DemoMember, _ b: DemoMember, cut: Bool) async {
        for (one, other) in [(a, b), (b, a)] {
            _ = await one.post(
                "/demo/v1/link", "{\"peer\":\"\(other.node.region.text)\",\"cut\":\(cut)}")
        }
    }

    /// The numbers of the cases that a node has.
    func numbers(_ member: DemoMember) async -> [String] {
        let cases = await member.get("/api/v1/cases?limit=200")["cases"]?.array ?? []
        return cases.compactMap { $0["number"]?.text }.sorted()
    }

    /// Receives a case; its number.
    func receive(
        _ member: DemoMember, _ item: String, _ name: String,
        idNumber: String = "370124194401081234", missing: [String] = [], more: String = "",
        by command: (DemoMember, String) async -> (status: Int, json: JSON) = {
            await $0.command($1)
        }
    ) async -> String {
        // What the station's own guide asks for, and nothing else.
        let guide = await member.get("/api/v1/catalog/guide?code=" + item)["data"]?["materials"]
        let codes = (guide?.array ?? []).compactMap { $0["code"]?.text }
        let materials = codes.map { code in
            "{\"code\":\"\(code)\",\"present\":\(!missing.contains(code))}"
        }
        let answer = await command(
            member,
            "{\"command\":\"case.receive\",\"item\":\"\(item)\",\"applicant\":"
                + "{\"name\":\"\(name)\",\"idNumber\":\"\(idNumber)\"},"
                + "\"materials\":[\(materials.joined(separator: ","))]\(more)}")
        if answer.status != 200 { Console.say("\(member.node.name): \(answer.json)") }
        return answer.json["number"]?.text ?? ""
    }

    /// Nodes that may decide a case now, by their own word.
    func deciders(_ number: String) async -> [String] {
        var found: [String] = []
        for member in all {
            guard let file = await member.file(number) else { continue }
            if file["holder"]?.text == member.node.region.text, file["frozen"]?.bool == false {
                found.append(member.node.name)
            }
        }
        return found
    }
}

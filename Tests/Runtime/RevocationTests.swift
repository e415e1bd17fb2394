import Base
import Change
import Domain
import Foundation
import Gate
import HTTP
import Kernel
import Network
import Testing

@testable import Runtime

/// A stolen node is turned away, what it still brings is void until adopted, and a place goes
/// on with another machine.
@Suite(.serialized) struct RevocationTests {
    private static let town = "370124106000"

    private func ask(_ data: String, _ door: String, _ body: String) async throws -> JSON {
        let answer = try await NodeCommands.ask(data, "POST", "/admin/v1/\(door)", body: body)
        return try JSON(parsing: Array(answer.text.utf8))
    }

    private func equal(_ node: NodeRuntime) async throws {
        try await County.until("both hold the same") {
            do {
                let results = try await node.exchange(with: nil)
                return !results.isEmpty && results.allSatisfy(\.2)
            } catch is DialedPeer.Failure {
                return false
            }
        }
    }

    /// A remark that its writer thinks is of a case of its own year.
    private func remark(_ node: NodeRuntime) async throws {
        let scope = ScopeName.cases(node.settings.region.id, year: 2026)
        let body = "{\"case\":\"00000000000000000000000000000007\",\"note\":\"x\"}"
        let draft = Draft(scope: scope, kind: .caseNote, body: Array(body.utf8))
        _ = try await node.store.writer.submit(.write([draft]))
    }

    @Test func aCutByTimeIsOneByNumber() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        try await remark(town)
        let moment = SystemClock.now()
        try await Task.sleep(for: .milliseconds(20))
        try await remark(town)
        try await equal(town)
        let order = "\"act\":\"revoke\",\"region\":\"\(Self.town)\""
        let late = try await ask(
            county.data, "departure", "{\(order),\"before\":\"2999-01-01T00:00:00Z\"}")
        #expect(late["rule"]?.text == "field-required")
        _ = try await ask(
            county.data, "departure", "{\(order),\"before\":\"\(moment.rfc3339)\"}")
        let directory = county.runtime.board.directory
        let key = town.store.signer.key
        let scope = ScopeName.cases(town.settings.region.id, year: 2026)
        let cut = try #require(directory.cut(of: key, in: scope.id))
        #expect(directory.isRevoked(key))
        let changes = try county.runtime.store.readers.read { (reader) throws(JournalError) in
            try [cut.seq, cut.seq.next].map { (seq) throws(JournalError) in
                try reader.change(
                    at: Dot(actor: key.actor(in: scope.id), seq: seq), in: scope.id)
            }
        }
        let times = changes.compactMap { $0?.header.time.millis }
        #expect(times.count == 2 && times[0] <= moment.millis && times[1] > moment.millis)
        await town.stop()
        await county.runtime.stop()
    }

    @Test func aStolenNodeIsTurnedAwayAndWhatItBringsIsLate() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        try await remark(town)
        try await equal(town)
        await town.stop()
        let order = "\"act\":\"revoke\",\"region\":\"\(Self.town)\""
        let plan = try await ask(county.data, "departure", "{\(order),\"dryRun\":true}")
        #expect(plan["dryRun"]?.bool == true)
        #expect(plan["name"]?.text == "玫瑰镇")
        #expect(!county.runtime.board.directory.isRevoked(town.store.signer.key))
        _ = try await ask(county.data, "departure", "{\(order)}")
        #expect(county.runtime.board.directory.isRevoked(town.store.signer.key))
        let again = try await ask(county.data, "departure", "{\(order)}")
        #expect(again["rule"]?.text == "node-ended")

        // The thief runs it, and writes.
        let thief = try await SecureCounty.start(path)
        try await remark(thief)
        try await County.until("it is turned away by name") {
            (county.refusals()["revoked"] ?? 0) > 0
        }
        await thief.stop()
        // The machine is found, and an operator carries over what was on it.
        let file = county.folder.path + "/found"
        _ = try await NodeCommands.exportBundle(data: path, for: "370124000000", to: file)
        let taken = try await NodeCommands.importBundle(data: county.data, from: file)
        #expect(taken.exitCode == 0, "\(taken.text)")
        let lane = try await ask(county.data, "late", "{\"act\":\"list\"}")
        let rows = try #require(lane["late"]?.array)
        #expect(rows.map { $0["adopted"]?.bool } == [false])
        #expect(lane["ended"]?.array?.first?["reason"]?.text == "stolen")
        let unknown = try await ask(
            county.data, "late", "{\"act\":\"adopt\",\"ids\":[\"ffffffff\"]}")
        #expect(unknown["rule"]?.text == "late-unknown")
        #expect(rows[0]["reason"]?.text == "stolen" && rows[0]["kind"]?.text == "note")
        try await adopt(try #require(rows[0]["id"]?.text), at: county)
        await county.runtime.stop()
        let report = try Verification.run(data: county.data)
        #expect(report.isSound, "\(report.json)")
    }

    /// What the supervisor does on the console: looks, is asked to confirm, and it counts.
    private func adopt(_ id: String, at county: SecureCounty) async throws {
        let client = try NodeCommands.local(county.data)
        defer { client.stop() }
        func console(
            _ path: String, _ form: String = "", status: UInt16 = 200
        ) async throws -> String {
            var request = ClientRequest(
                form.isEmpty ? "GET" : "POST", county.url + path, body: Array(form.utf8))
            request.headers = [("Authorization", try AdminToken.header(in: county.data))]
            if !form.isEmpty {
                request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            }
            let response = try await client.send(request)
            #expect(response.status == status, "\(path)")
            return String(decoding: response.body, as: UTF8.self)
        }
        let page = try await console("/late")
        #expect(page.contains("无效，待认可") && page.contains("机器被盗") && page.contains("玫瑰镇"))
        let asked = try await console("/late?id=\(id)")
        #expect(asked.contains("认可，使其生效") && asked.contains("节点自身"))
        #expect(try await console("/late?id=ffffffff").contains("不在此列"))
        for form in ["id=\(id)&confirmed=yes", "id=\(id)&reason=x", "reason=x&confirmed=yes"] {
            _ = try await console("/console/late", form, status: 422)
        }
        let form = "id=\(id)&confirmed=yes&reason=%E7%BA%B8%E8%B4%A8%E6%A0%B8%E5%AE%9E"
        _ = try await console("/console/late", form, status: 303)
        #expect(try await console("/late").contains("已认可"))
        let list = try await NodeCommands.ask(county.data, "GET", "/api/v1/late", body: nil)
        let rows = try JSON(parsing: Array(list.text.utf8))["late"]?.array
        #expect(rows?.map { $0["adopted"]?.bool } == [true])
        let audit = try await NodeCommands.ask(county.data, "GET", "/api/v1/audit", body: nil)
        let lines = try JSON(parsing: Array(audit.text.utf8))["lines"]?.array ?? []
        let acts = lines.compactMap { $0["act"]?.text }
        #expect(acts.contains("node.revoke") && acts.contains("enrol.invite"), "\(acts)")
        let line = lines.first { $0["act"]?.text == "late.adopt" && $0["outcome"]?.text == "done" }
        #expect(line?["reason"]?.text == "纸质核实" && line?["about"]?.text == id)
        #expect(line?["login"]?.text == "operator")
        let again = try await NodeCommands.ask(
            county.data, "POST", "/api/v1/late", body: "{\"all\":true,\"reason\":\"x\"}")
        #expect(again.exitCode == 0, "\(again.text)")
    }

    /// Tools of others ask for a list, signed by whoever signed the certificate.
    @Test func whatWasTakenBackStandsInTheList() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        try await equal(town)
        await town.stop()
        let certificate = try #require(town.door.credentials?.chain.first)
        let own = try #require(county.runtime.door.credentials)
        let client = try HTTPClient(authority: own.anchor.pem)
        defer { client.stop() }
        func names() async throws -> Bool {
            let list = try await client.send(
                ClientRequest("GET", county.url + "/sync/v1/certificates.crl"))
            #expect(list.status == 200 && list.headers["content-type"] == "application/pkix-crl")
            return Data(list.body).range(of: Data(certificate.serial)) != nil
        }
        #expect(certificate.serial.count >= 16)
        #expect(try await !names(), "it is good as long as nobody took it back")
        _ = try await ask(
            county.data, "departure", "{\"act\":\"revoke\",\"region\":\"\(Self.town)\"}")
        #expect(try await names(), "\(path) was stolen")
        await county.runtime.stop()
    }

    @Test func aPlaceGoesOnWithAnotherMachine() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        try await equal(town)
        await town.stop()
        let answer = try await ask(
            county.data, "departure", "{\"act\":\"replace\",\"region\":\"\(Self.town)\"}")
        let code = try #require(answer["code"]?.text)
        let path = county.folder.path + "/next"
        _ = try await SecureCounty.join(path, county.url, code)
        let next = try await SecureCounty.start(path)
        try await equal(next)
        let directory = county.runtime.board.directory
        #expect(directory.seat(of: next.settings.region.id)?.key == next.store.signer.key)
        #expect(next.board.directory.isRevoked(town.store.signer.key), "it heard of it")
        await next.stop()
        await county.runtime.stop()
    }

    /// The villages of a town hold certificates that its old machine signed.
    @Test func theVillagesOfAReplacedTownGoOn() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        let endpoint = try #require(town.endpoint)
        let letter = try await SecureCounty.code(path, "370124106201", "东崖村")
        let villagePath = county.folder.path + "/village"
        _ = try await SecureCounty.join(villagePath, "https://" + endpoint.text, letter)
        let village = try await SecureCounty.start(villagePath)
        try await equal(village)
        try await equal(town)
        await town.stop()
        let answer = try await ask(
            county.data, "departure", "{\"act\":\"replace\",\"region\":\"\(Self.town)\"}")
        let code = try #require(answer["code"]?.text)
        let next = county.folder.path + "/next"
        _ = try await SecureCounty.join(next, county.url, code)
        var options = NodeRuntime.Options(data: next, listen: endpoint)
        options.isSecure = true
        let other = try await NodeRuntime.start(options)
        try await equal(other)
        try await remark(village)
        try await equal(village)
        #expect(!village.isSignedByFormer)
        await village.stop()
        await other.stop()
        await county.runtime.stop()
    }

    /// A village goes to another town of its county, by word of the county.
    @Test func aMovedPlaceGoesOnUnderItsNewParent() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        let letter = try await SecureCounty.code(path, "370124106201", "东崖村")
        let villagePath = county.folder.path + "/village"
        let townURL = "https://" + (try #require(town.endpoint)).text
        _ = try await SecureCounty.join(villagePath, townURL, letter)
        let village = try await SecureCounty.start(villagePath)
        try await remark(village)
        try await equal(village)
        try await equal(town)
        let otherPath = county.folder.path + "/other"
        let second = try await SecureCounty.code(county.data, "370124001000", "榆山街道")
        _ = try await SecureCounty.join(otherPath, county.url, second)
        let other = try await SecureCounty.start(otherPath)
        try await equal(other)
        let order = "\"region\":\"370124106201\",\"to\":\"370124001000\""
        let plan = try await ask(county.data, "move", "{\(order),\"dryRun\":true}")
        #expect(plan["from"]?.text == "玫瑰镇")
        #expect((plan["scopes"]?.int ?? 0) > 0)
        let url = "https://" + (try #require(other.endpoint)).text
        let early = try await ask(villagePath, "parent", "{\"url\":\"\(url)\"}")
        #expect(early["rule"]?.text == "not-the-parent")
        let own = try await ask(
            county.data, "move", "{\"region\":\"370124106201\",\"to\":\"370124106000\"}")
        #expect(own["rule"]?.text == "move-target")
        let sideways = try await ask(otherPath, "move", "{\(order)}")
        #expect(sideways["rule"]?.text == "region-unknown", "it does not know the place")
        _ = try await ask(county.data, "move", "{\(order)}")
        // Its old town is gone for good; the new one has the county's word.
        await town.stop()
        try await equal(other)
        let gone = try await ask(villagePath, "parent", "{\"url\":\"\(url)\"}")
        #expect(gone["name"]?.text == "榆山街道", "\(gone)")
        await village.stop()
        let again = try await SecureCounty.start(villagePath)
        try await remark(again)
        try await equal(again)
        let scope = ScopeName.cases(again.settings.region.id, year: 2026).id
        #expect(other.board.scope(scope)?.vector == again.board.scope(scope)?.vector)
        let seat = other.board.directory.seat(of: again.settings.region.id)
        #expect(seat?.key == again.store.signer.key)
        await again.stop()
        await other.stop()
        await county.runtime.stop()
    }

    @Test func whoLeavesInGoodOrderLeavesNothingBehind() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        try await equal(town)
        let order = "\"act\":\"retire\",\"region\":\"\(Self.town)\""
        // The village below has to be moved first.
        let code = try await SecureCounty.code(town.options.data, "370124106201", "东崖村")
        let village = county.folder.path + "/village"
        let url = "https://" + (try #require(town.endpoint)).text
        _ = try await SecureCounty.join(village, url, code)
        try await equal(town)
        let held = try await ask(county.data, "departure", "{\(order)}")
        #expect(held["rule"]?.text == "has-children")
        let own = try await ask(
            county.data, "departure", "{\"act\":\"revoke\",\"region\":\"370124000000\"}")
        #expect(own["rule"]?.text == "not-above")
        let below = try await ask(
            county.data, "departure",
            "{\"act\":\"retire\",\"region\":\"370124106201\",\"force\":true}")
        #expect(below["reason"]?.text == "retired")
        let done = try await ask(county.data, "departure", "{\(order),\"force\":true}")
        #expect(done["reason"]?.text == "retired")
        await town.stop()
        await county.runtime.stop()
    }
}

import Base
import Host
import Support
import Testing

/// CONTRACT §4: a topology file that is not one is refused with the place and the rule.
struct TopologyFileTests {
    private static let county = """
        {"region":"370124000000","name":"C","level":"county","parent":null}
        """

    @Test func aTreeStandsTopDown() throws {
        let town = """
            {"region":"370124106000","name":"T","level":"town","parent":"370124000000"}
            """
        let file = try Topology(
            Array(Self.file("\(town),\(Self.county)").utf8), path: "x.json")
        #expect(file.topDown.map(\.name) == ["C", "T"])
    }

    @Test func aPartKeepsItsOwnLinksAndParents() throws {
        let nodes = """
            \(Self.county),
            {"region":"370124106000","name":"T","level":"town","parent":"370124000000"},
            {"region":"370124106201","name":"V","level":"village","parent":"370124106000"},
            {"region":"371502000000","name":"L","level":"county","parent":null}
            """
        let text = Self.file(nodes).replacing(
            "\"links\":[]", with: "\"links\":[{\"a\":\"370124000000\",\"b\":\"371502000000\"}]")
        let file = try Topology(Array(text.utf8), path: "x.json")
        let codes = ["370124106000", "370124106201"].compactMap(RegionCode.init(_:))
        let part = file.only(codes)
        #expect(file.links.count == 1 && part.links.isEmpty)
        #expect(part.nodes.map(\.parent) == [nil, codes[0]])
        #expect(part.topDown.map(\.name) == ["T", "V"])
    }

    @Test(arguments: [
        ("{", "line 1"), ("{\"version\":2}", "\"version\" must be 1"),
        (file(""), "\"nodes\" is empty"),
        (file("\(county),\(county)"), "stands there twice"),
        (file(county.replacing("null", with: "\"370100000000\"")), "is not a node"),
        (file(county.replacing("null", with: "\"370124000000\"")), "its own ancestor"),
        (file(county.replacing("370124000000", with: "37012400000")), "12 digits"),
        (file(county.replacing("county", with: "hamlet")), "no tier"),
    ])
    func whatIsWrongIsNamed(text: String, words: String) throws {
        let error = #expect(throws: Topology.Failure.self) {
            try Topology(Array(text.utf8), path: "x.json")
        }
        #expect(error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
    }

    private static func file(_ nodes: String) -> String {
        "{\"version\":1,\"name\":\"x\",\"nodes\":[\(nodes)],\"links\":[]}"
    }
}

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
        (file(county.replacing("county", with: "town")), "the code of a county, not of a town"),
        (file("\n\(county),\n\(county)"), "line 3, nodes[1]: 370124000000 stands there twice"),
        (
            file("\(at(8370, county)),\n\(at(8370, other))"),
            "line 2, nodes[1]: another node listens"
        ),
        (file(at(0, county)), "ADDRESS:PORT"),
        (file(county.replacing("\"C\"", with: "\"C\",\"listen\":null")), "ADDRESS:PORT"),
        (
            file("\(county),\(other.replacing("null", with: "\"370124000000\""))"),
            "nodes[1]: a county is no parent of a county"
        ),
    ])
    func whatIsWrongIsNamed(text: String, words: String) throws {
        let error = #expect(throws: Topology.Failure.self) {
            try Topology(Array(text.utf8), path: "x.json")
        }
        #expect(error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
    }

    /// A sentence stands at the line of its entry, in lists behind others and texts with brackets.
    @Test func entriesAreCountedByLine() throws {
        let nodes = "\n\(Self.county.replacing("\"C\"", with: "\"[{\\\",\""))"
        let text = Self.file(nodes).replacing(
            "\"links\":[]",
            with: "\"links\":[\n{\"a\":\"370124000000\",\"b\":\"371502000000\"},\n{\"a\":1}]")
        let error = #expect(throws: Topology.Failure.self) {
            try Topology(Array(text.utf8), path: "x.json")
        }
        #expect(error?.sentence == "x.json, line 4, links[1]: two codes are needed")
    }

    private static let other = county.replacing("370124000000", with: "371502000000")

    private static func at(_ port: Int, _ node: String) -> String {
        node.replacing("\"parent\"", with: "\"listen\":\"127.0.0.1:\(port)\",\"parent\"")
    }

    private static func file(_ nodes: String) -> String {
        "{\"version\":1,\"name\":\"x\",\"nodes\":[\(nodes)],\"links\":[]}"
    }
}

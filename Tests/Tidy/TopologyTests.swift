import Base
import Support
import Testing

/// The shipped shapes keep the rules, and every rule catches a planted break.
@Suite struct TopologyTests {
    @Test(arguments: [
        ("demo", [0, 0, 2, 3, 2], 1), ("pingyin", [0, 0, 1, 8, 353], 0),
        ("two-counties", [0, 0, 2, 7, 21], 1), ("province", [1, 16, 153, 0, 0], 1),
    ])
    func shippedFilesKeepTheRules(name: String, counts: [Int], links: Int) throws {
        let topology = try JSON(parsing: SourceTree.file("topology/\(name).json").text)
        #expect(TopologyRules.faults(in: topology) == [])
        #expect(topology["version"] == 1)
        #expect(topology["name"]?.text == name)
        #expect(topology["links"]?.array?.count == links)
        let nodes = try #require(topology["nodes"]?.array)
        let found = TopologyRules.levels.map { level in
            nodes.count { $0["level"]?.text == level }
        }
        #expect(found == counts)
    }

    @Test func demoHasTheNodesOfTheScenarios() throws {
        let topology = try JSON(parsing: SourceTree.file("topology/demo.json").text)
        let pairs = try #require(topology["nodes"]?.array).map { node in
            [node["region"]?.text, node["parent"]?.text]
        }
        #expect(
            pairs == [
                ["370124000000", nil], ["370124106000", "370124000000"],
                ["370124106201", "370124106000"], ["370124106202", "370124106000"],
                ["370124001000", "370124000000"], ["371502000000", nil],
                ["371502101000", "371502000000"],
            ])
        #expect(topology["links"] == [["a": "370124000000", "b": "371502000000"]])
    }

    private static let sound = """
        {"nodes":[
        {"region":"370124000000","level":"county","parent":null,"listen":"h:1"},
        {"region":"370124106000","level":"town","parent":"370124000000","listen":"h:2"},
        {"region":"371502000000","level":"county","parent":null,"listen":"h:3"}],
        "links":[{"a":"370124000000","b":"371502000000"}],"agreements":[]}
        """

    @Test func aSoundFileHasNoFault() throws {
        #expect(TopologyRules.faults(in: try JSON(parsing: Self.sound)) == [])
        #expect(TopologyRules.faults(in: [:]) == ["no nodes"])
    }

    @Test(arguments: [
        (#""region":"371502000000""#, #""region":"370124000000""#),
        (#""region":"371502000000""#, #""region":"3715""#),
        (#""listen":"h:3""#, #""listen":"h:2""#),
        (#""level":"county","parent":null,"listen":"h:3""#, #""level":"hall","listen":"h:3""#),
        (#""parent":"370124000000""#, #""parent":"370100000000""#),
        (#""parent":"370124000000""#, #""parent":"371502000000""#),
        (#""level":"town""#, #""level":"village""#),
        (#""level":"town""#, #""level":"county""#),
        (#""b":"371502000000""#, #""b":"371503000000""#),
        (#""b":"371502000000""#, #""b":"370124000000""#),
        (#""b":"371502000000""#, #""b":"370124106000""#),
    ])
    func aBrokenFileHasAFault(place: String, broken: String) throws {
        var text = Self.sound
        text.replaceSubrange(try #require(text.firstRange(of: place)), with: broken)
        #expect(!TopologyRules.faults(in: try JSON(parsing: text)).isEmpty)
    }
}

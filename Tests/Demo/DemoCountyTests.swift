import Runtime
import Testing

@testable import Demo

/// A topology laid out as processes of one machine.
@Suite struct DemoCountyTests {
    @Test func parentsStandFirstAndPortsFollowEachOther() async throws {
        let file = """
            {"version":1,"name":"t","nodes":[\
            {"region":"370124106000","name":"T","level":"town","parent":"370124000000"},\
            {"region":"370124000000","name":"C","level":"county","parent":null}],"links":[]}
            """
        let topology = try Topology(Array(file.utf8), path: "t.json")
        let county = try DemoCounty(topology: topology, data: "d", ports: DemoPorts(9100, nodes: 2))
        #expect(county.members.map(\.node.name) == ["C", "T"])
        #expect(county.members.map(\.listen) == ["127.0.0.1:9100", "127.0.0.1:9101"])
        #expect(county.member("370124106000")?.data == "d/370124106000")
        #expect(county.members.allSatisfy { $0.pid == nil }, "nothing runs before the start")
        await county.stop()
    }
}

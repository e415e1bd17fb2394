import Account
import Base
import Testing

@testable import Domain

/// 起草与复核: two persons for a version of an item.
@Suite struct DraftTests {
    private static let elements = """
        {"name":"城乡居民养老保险参保登记","kind":"公共服务","handling":"即办件","legalDays":1,"promisedDays":1,
        "materials":[{"code":"M1","name":"参保登记表"}],"basis":"样例办法第一条","level":"县级","department":"县民政局","agency":"县民政局",
        "audience":["自然人"],"steps":["收件与受理","审查与决定"],"fees":{"charged":false},
        "result":{"kind":"其他","name":"办理结果"},
        "conditions":"本县户籍居民"}
        """
    private static let version =
        "\"code\":\"370511002001\",\"immediate\":true,\"elements\":\(elements)}"

    private func county() throws -> CaseNode {
        let node = try CaseWorld().node("C")
        #expect(try node.enter("shixiang", [.itemEditor]) == nil)
        #expect(try node.enter("fuhe", [.itemReviewer]) == nil)
        #expect(try node.enter("beide", [.itemEditor, .itemReviewer]) == nil)
        return node
    }

    private func waiting(_ node: CaseNode) -> String? {
        node.find(.draft, label: "370511002001").last?.id.hex
    }

    @Test func whatOneDraftsAnotherPublishes() throws {
        let node = try county()
        try node.act(as: "shixiang")
        #expect(try node.say("{\"command\":\"item.draft\"," + Self.version) == nil)
        let draft = try #require(waiting(node))
        #expect(
            try node.say("{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}") == "role-forbids")
        try node.act(as: "fuhe")
        #expect(try node.say("{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}") == nil)
        #expect(node.find(.item, label: "370511002001").count == 1)
        #expect(
            try node.say("{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}") == "draft-unknown"
        )
    }

    @Test func nobodyPublishesTheirOwn() throws {
        let node = try county()
        try node.act(as: "beide")
        #expect(try node.say("{\"command\":\"item.draft\"," + Self.version) == nil)
        let draft = try #require(waiting(node))
        #expect(
            try node.say("{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}") == "two-persons")
        #expect(try node.say("{\"command\":\"item.publish\"," + Self.version) == "two-persons")
        #expect(node.find(.item, label: "370511002001").isEmpty)
    }

    @Test func aDraftOfAnOlderCatalogIsStale() throws {
        let node = try county()
        try node.act(as: "shixiang")
        for _ in 0..<2 {
            node.now = node.now.advanced(byMillis: 1000)
            #expect(try node.say("{\"command\":\"item.draft\"," + Self.version) == nil)
        }
        let drafts = node.find(.draft, label: "370511002001").map(\.id.hex)
        try node.act(as: "fuhe")
        #expect(try node.say("{\"command\":\"item.approve\",\"draft\":\"\(drafts[0])\"}") == nil)
        #expect(
            try node.say("{\"command\":\"item.approve\",\"draft\":\"\(drafts[1])\"}")
                == "version-conflict")
    }
}

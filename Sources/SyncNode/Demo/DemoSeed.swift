import Base
import Domain
import Runtime

/// What the demo county begins with: a catalog with grants, and cases in flight.
struct DemoSeed: Sendable {
    let county: DemoCounty

    /// 12-digit item codes of the demo (SCENARIOS: I1, I2, I4).
    enum Item {
        static let allowance = "370511001001"
        static let pension = "370511002001"
        static let disability = "370511004001"
    }

    /// Publishes and grants what is not there yet, at every root of the topology.
    func plant() async throws(NodeRuntime.Failure) {
        for member in county.members where member.node.parent == nil {
            let known = await member.get("/api/v1/items")
            guard known["items"]?.array?.isEmpty ?? true else { continue }
            for item in Self.items { try await need(member, item) }
            let own = await member.get("/sync/v1/identity")["region"]?["id"]?.text ?? ""
            for grant in Self.grants(own) { try await need(member, grant) }
        }
    }

    private func need(
        _ member: DemoMember, _ command: String
    ) async throws(NodeRuntime.Failure) {
        guard await member.say(command) else {
            throw NodeRuntime.Failure("\(member.node.name) refused \(command)", exitCode: 1)
        }
    }

    /// A version of an item, effective at once.
    static func item(
        _ code: String, _ name: String, handling: String, legal: Int, promised: Int,
        materials: [(code: String, name: String, deferrable: Bool)], base: Int? = nil
    ) -> String {
        let list = materials.map { material in
            "{\"code\":\"\(material.code)\",\"name\":\"\(material.name)\",\"required\":true,"
                + "\"deferrable\":\(material.deferrable)}"
        }
        let basis = base.map { "\"base\":\($0)," } ?? ""
        return "{\"command\":\"item.publish\",\"code\":\"\(code)\",\(basis)\"immediate\":true,"
            + "\"elements\":{\"name\":\"\(name)\",\"kind\":\"公共服务\","
            + "\"handling\":\"\(handling)\",\"legalDays\":\(legal),"
            + "\"promisedDays\":\(promised),\"materials\":[\(list.joined(separator: ","))],"
            + "\"conditions\":\"本县户籍居民\"}}"
    }

    static let allowanceMaterials = [
        (code: "M1", name: "申请表", deferrable: false),
        (code: "M2", name: "身份证", deferrable: false),
        (code: "M3", name: "户口簿", deferrable: false),
        (code: "M4", name: "银行卡复印件", deferrable: true),
    ]

    private static let items = [
        item(
            Item.allowance, "高龄津贴认定", handling: "承诺件", legal: 20, promised: 5,
            materials: allowanceMaterials),
        item(
            Item.pension, "城乡居民养老保险参保登记", handling: "即办件", legal: 1, promised: 1,
            materials: [(code: "M1", name: "参保登记表", deferrable: false)]),
        item(
            Item.disability, "残疾人两项补贴认定", handling: "承诺件", legal: 20, promised: 10,
            materials: [
                (code: "M1", name: "申请表", deferrable: false),
                (code: "M3", name: "残疾人证", deferrable: false),
            ]),
    ]

    private static func grants(_ county: String) -> [String] {
        [(Item.allowance, "委托受理"), (Item.pension, "授权办理")].map { code, mode in
            "{\"command\":\"grant.set\",\"code\":\"\(code)\",\"region\":\"\(county)\","
                + "\"level\":\"village\",\"mode\":\"\(mode)\",\"from\":\"2026-01-01\","
                + "\"document\":\"演示〔2026〕1号\"}"
        }
    }
}

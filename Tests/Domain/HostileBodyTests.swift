import Base
import Change
import Testing

@testable import Domain

/// Bodies that no rule writes, from a peer that may write in the scope: found by fuzzing.
@Suite("Bodies that no rule writes")
struct HostileBodyTests {
    /// The state was served and read again with these bytes in it as they came.
    @Test(
        "materials of any form leave a state that reads back",
        arguments: [
            #"[{AAAA"code":"M1"}]"#, "[}",
            "[" + String(repeating: "[", count: 63)
                + String(repeating: "]", count: 64), #"["M1",5,null,{"code":"M2","present":7}]"#,
        ])
    func materialsAreWrittenAnew(materials: String) throws {
        let world = try CaseWorld()
        let node = world.node("V1")
        let id = String(repeating: "0a", count: 16)
        let body =
            #"{"case":"\#(id)","number":"1","item":"x","applicant":{"name":"李"},"materials":"#
            + materials + "}"
        node.append(
            Draft(
                scope: .cases(node.region.id, year: 2026), kind: .caseReceive,
                body: Array(body.utf8)))
        for (key, content) in node.documents {
            let stored = content.stored(key: key, scope: ScopeID(0))
            _ = try JSON(parsing: stored.state)
            let again = try Content.decode(stored).stored(key: key, scope: ScopeID(0))
            #expect(again == stored)
        }
    }

    @Test("the entries that can be read stay") func readableMaterialsStay() throws {
        let list = try JSON(parsing: #"["M1",5,{"code":"M2","present":false,"x":[]}]"#)
        let bytes = CaseBody.materials(list)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"[{"code":"M1","present":true},{"code":"M2","present":false}]"#)
    }

    @Test("a sign is no hexadecimal digit") func idsHaveDigitsOnly() {
        #expect(RegionID(hex: "+00000000000000a") == nil)
        #expect(RegionID(hex: "-000000000000000") == nil)
        #expect(ActorID(hex: "+00000000000000a") == nil)
        #expect(RegionID(hex: "000000000000000a") == RegionID(10))
    }
}

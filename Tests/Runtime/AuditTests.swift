import Base
import Disk
import Domain
import Foundation
import Kernel
import Testing

@testable import Runtime
@testable import Store

/// `audit verify`: a line that is changed, removed or cut off is found.
@Suite struct AuditTests {
    private func note(_ station: Station, _ about: String) async throws {
        var line = AuditState(act: "login", region: try await station.running().settings.region.id)
        line.about = about
        let outcome = try await station.running().store.writer.submit(
            .command(.staff(.record(line)), author: 0, replayKey: nil))
        guard case .done = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    private func kinds(_ data: String) throws -> Set<String> {
        let report = try Verification.run(data: data)
        let json = try JSON(parsing: Array(report.json.utf8))
        return Set((json["faults"]?.array ?? []).compactMap { $0["kind"]?.text })
    }

    @Test func noLineIsChangedRemovedOrCutOffUnseen() async throws {
        let place = try await County()
        for number in 1...3 { try await note(place.county, "\(number)") }
        await place.county.stop()
        let data = place.county.data
        #expect(try kinds(data).isEmpty)
        let chain =
            "(SELECT no FROM chain WHERE scope IN (SELECT id FROM scope WHERE family = 8))"
        let row = "id = (\(chain) << 40) + 3"
        let copy = place.folder.path + "/damaged"
        let damage: [(sql: String, kind: String)] = [
            (
                "UPDATE change SET bytes = substr(bytes, 1, length(bytes) - 1) || x'20' "
                    + "WHERE \(row)", "payload"
            ),
            ("DELETE FROM change WHERE \(row)", "gap"),
            (
                "DELETE FROM change WHERE id = (SELECT max(id) FROM change WHERE id >> 40 = \(chain))",
                "gap"
            ),
            (
                "UPDATE document SET state = replace(state, 'login', 'logout') WHERE collection = 12",
                "document"
            ),
            ("DELETE FROM document WHERE collection = 12", "document"),
        ]
        for (sql, kind) in damage {
            try place.copy(data, to: copy)
            try Database(path: copy + "/node.db", mode: .write).execute(sql)
            #expect(try kinds(copy).contains(kind), "\(kind): \(sql)")
        }
        // Cut off so that what is left is sound in itself: an older database of this node.
        let older = place.folder.path + "/older"
        try place.copy(data, to: older)
        try await place.county.start()
        try await note(place.county, "the line that shall not have been")
        await place.county.stop()
        #expect(try kinds(data).isEmpty)
        try FileManager.default.removeItem(atPath: older + "/sentinel")
        #expect(try kinds(older) == ["gap"], "no sentinel")
        try FileManager.default.copyItem(atPath: data + "/sentinel", toPath: older + "/sentinel")
        #expect(try kinds(older) == ["gap"], "the sentinel saw one line more")
        await place.stop()
    }
}

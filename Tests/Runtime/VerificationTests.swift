import Base
import Disk
import Foundation
import Host
import Kernel
import Testing

@testable import Runtime
@testable import Store

/// `verify` finds each kind of damage, names it, and finds nothing where nothing is.
@Suite struct VerificationTests {
    /// A village's data with some cases, at rest.
    private static func data(_ place: County) async throws -> String {
        for name in ["甲", "乙"] { _ = try await place.village.receive(name) }
        let number = try await place.village.receive("丙")
        try await place.settle(place.village)
        // The county's chain cites the village's.
        try await place.county.say(
            "{\"command\":\"case.note\",\"case\":\"\(number)\",\"note\":\"已阅\"}")
        try await place.settle(place.village)
        await place.stop()
        return place.village.data
    }

    private func kinds(_ data: String) throws -> Set<String> {
        let report = try Verification.run(data: data)
        let json = try JSON(parsing: Array(report.json.utf8))
        let found = (json["faults"]?.array ?? []).compactMap { $0["kind"]?.text }
        #expect(report.isSound == found.isEmpty)
        return Set(found)
    }

    @Test func eachKindOfDamageIsNamed() async throws {
        let place = try await County()
        let data = try await Self.data(place)
        #expect(try kinds(data).isEmpty)
        // The case's chain of the village, and one of its rows in the middle.
        let cases =
            "(SELECT no FROM chain WHERE seq >= 3 AND scope IN "
            + "(SELECT id FROM scope WHERE family = 4) ORDER BY seq DESC LIMIT 1)"
        let row = "id = (\(cases) << 40) + 2"
        let damage: [(sql: String, kind: String)] = [
            (
                "UPDATE change SET bytes = substr(bytes, 1, length(bytes) - 1) || x'00' "
                    + "WHERE \(row)", "payload"
            ),
            ("UPDATE change SET bytes = x'00' || substr(bytes, 2) WHERE \(row)", "bytes"),
            (
                "UPDATE change SET bytes = substr(bytes, 1, 20) || x'77' || substr(bytes, 22) "
                    + "WHERE \(row)", "link"
            ),
            ("DELETE FROM change WHERE \(row)", "gap"),
            ("UPDATE chain SET seq = seq - 1 WHERE no = \(cases)", "gap"),
            ("UPDATE chain SET hash = zeroblob(32) WHERE no = \(cases)", "vector"),
            (
                "UPDATE change SET signature = zeroblob(64) WHERE signature IS NOT NULL "
                    + "AND id >> 40 = \(cases)", "signature"
            ),
            ("UPDATE change SET signature = NULL WHERE id >> 40 = \(cases)", "signature"),
            ("UPDATE document SET state = x'7b7d' WHERE collection = 4", "document"),
            ("UPDATE document SET status = 'x' WHERE collection = 4", "document"),
            ("DELETE FROM document WHERE collection = 1", "document"),
            (
                "UPDATE change SET position = 1000000 WHERE id & 1099511627775 = 1 "
                    + "AND id >> 40 IN (SELECT min(no) FROM chain GROUP BY scope "
                    + "HAVING count(*) > 1)", "dependency"
            ),
        ]
        let copy = place.folder.path + "/damaged"
        for (sql, kind) in damage {
            try place.copy(data, to: copy)
            try Database(path: copy + "/node.db", mode: .write).execute(sql)
            #expect(try kinds(copy).contains(kind), "\(kind): \(sql)")
        }
    }

    @Test func anAlteredAttachmentIsNamed() async throws {
        let place = try await County()
        let data = try await Self.data(place)
        let key = try KeyFiles.storeKey(in: data + "/keys", with: KeySecret.find(for: data))
        let blobs = try BlobStore(
            directory: StoreDirectory(path: data),
            cover: FileCover(key: key) { SystemRandom.bytes($0) })
        let digest = try blobs.put(Array("a scan".utf8), suite: .sha256Ed25519)
        #expect(try kinds(data).isEmpty)
        let name = digest.hex
        let path = "\(data)/blobs/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
        try Data("a scan!".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try kinds(data) == ["blob"])
    }
}

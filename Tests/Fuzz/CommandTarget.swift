import Base
import Change
import Domain
import Region

/// First byte: a command, or which of a directory's changes the body is of.
enum CommandTarget {
    private static let kinds: [ChangeKind] = [
        .directoryRegion, .directorySeat, .directoryPartner, .directoryMove,
        .directoryRevocation, .directoryIncarnation,
    ]

    static func feed(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        if Int(first) < kinds.count {
            statement(rest, kinds[Int(first)])
        } else {
            command(rest)
        }
    }

    private static func command(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let json = try JSON(parsing: bytes)
            do throws(RuleRefusal) {
                _ = try Command(json: json)
            } catch {
                invariant(error.category == .invalid, "a form is refused as such")
            }
        } catch {
            invariant(error.offset <= bytes.count, "an error has a place")
        }
    }

    private static func statement(_ body: [UInt8], _ kind: ChangeKind) {
        guard let entry = DirectoryEntry(change(kind, body)) else { return }
        invariant(entry.kind == kind, "an entry is of its change's kind")
        let again = DirectoryEntry(change(kind, entry.body))
        invariant(again == entry, "decode after encode is identity")
        var directory = FoldWorld.directory
        directory.add(
            Directory.Statement(
                region: FoldWorld.records[0].id, key: FoldWorld.key(0), seq: Seq(99),
                hash: .zero, time: HybridTime(rawValue: 99), entry: entry))
        for record in directory.regions {
            _ = (directory.ancestry(of: record.id), directory.county(of: record.id))
            _ = (directory.children(of: record.id), directory.seat(of: record.id))
        }
    }

    private static func change(_ kind: ChangeKind, _ body: [UInt8]) -> Change {
        let header = ChangeHeader(
            scope: Samples.names[0].id, actor: ActorID(1), seq: Seq(2), previous: .zero,
            time: HybridTime(rawValue: 1), kind: kind)
        return ChangeCodec.make(header, salt: .zero, body: body, suite: .sha256Ed25519)
    }

    static var seeds: [[UInt8]] {
        let record = FoldWorld.records[1]
        let proof = SeatProof.node(
            key: Samples.key, signature: [UInt8](repeating: 9, count: 64))
        let own = SeatProof.own(signature: [UInt8](repeating: 8, count: 64))
        let entries: [DirectoryEntry] = [
            .region(record),
            .seat(region: record.id, epoch: 7, key: Samples.key, node: .zero, proof: proof),
            .partner(record, epoch: 3, key: Samples.key, node: .zero, proof: own),
            .move(region: record.id, parent: FoldWorld.records[2].id),
            .revocation(Revocation(key: Samples.key, reason: .stolen, cuts: [])),
            .incarnation(region: record.id, key: Samples.key, node: .zero, proof: own),
        ]
        return zip(0..., entries).map { [UInt8($0)] + $1.body }
            + FoldTarget.commands.map { [255] + Array($0.json.utf8) }
            + others.map { [255] + Array($0.utf8) }
    }

    private static let others = [
        #"{"command":"overlay.set","code":"A","values":{"place":"x","phone":null}}"#,
        #"{"command":"calendar.set","year":2026,"holidays":["2026-10-01"],"workdays":[]}"#,
        #"{"command":"item.suspend","code":"A","reason":"x","from":"9999-12-31"}"#,
        #"{"command":"case.force","case":"37012410620120260924000017","to":"370124000000","#
            + #""reason":"x","at":"0000-01-01T00:00:00+23:59"}"#,
        #"{"command":"case.rate","case":"00000000000000000000000000000000","score":5}"#,
    ]
}

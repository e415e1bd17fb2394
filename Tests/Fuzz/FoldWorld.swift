import Base
import Change
import Document
import Domain
import Region

/// One county's documents in memory, as its kernel would hold them.
final class FoldWorld: DocumentSource {
    typealias Failure = Never

    /// A county, a town and a village of it, and a county beside it.
    static let records: [RegionRecord] = [
        record(1, "370124000000", .county, nil), record(2, "370124106000", .town, 1),
        record(3, "370124106201", .village, 2), record(4, "371502000000", .county, nil),
    ]

    static let directory: Directory = {
        let (root, partner) = (records[0], records[3])
        var directory = Directory(
            root: SeatRecord(region: root.id, epoch: 1, key: key(0), node: .zero, grant: .zero))
        var seq = Seq(1)
        for index in 0..<3 {
            let author = records.firstIndex { $0.id == records[index].parent } ?? 0
            for entry in [
                DirectoryEntry.region(records[index]),
                .seat(
                    region: records[index].id, epoch: 1, key: key(index), node: .zero,
                    proof: proof(index)),
            ] {
                seq = seq.next
                directory.add(
                    Directory.Statement(
                        region: records[author].id, key: key(author), seq: seq, hash: .zero,
                        time: HybridTime(rawValue: seq.rawValue), entry: entry))
            }
        }
        directory.add(
            Directory.Statement(
                region: root.id, key: key(0), seq: seq.next, hash: .zero,
                time: HybridTime(rawValue: 99),
                entry: .partner(
                    partner, epoch: 1, key: key(3), node: .zero, proof: proof(3))))
        return directory
    }()

    private static let keys = (1...4).map {
        Samples.forge(Samples.names[0], seed: UInt8($0), .sha256Ed25519).incarnation
    }

    private static func proof(_ index: Int) -> SeatProof {
        .own(
            region: records[index].id, node: .zero,
            by: Samples.forge(
                Samples.names[0], seed: UInt8(index + 1), .sha256Ed25519
            ).key)
    }

    private(set) var documents: [DocumentKey: Content] = [:]
    private(set) var changes: [Arrival] = []
    private var counter: UInt64 = 0

    /// The incarnation in the seat of `records[index]`.
    static func key(_ index: Int) -> IncarnationKey { keys[index] }

    private static func record(
        _ id: UInt64, _ code: String, _ level: Level, _ parent: UInt64?
    ) -> RegionRecord {
        guard let code = RegionCode(code) else { preconditionFailure("no code: \(code)") }
        return RegionRecord(
            id: RegionID(id), code: code, name: "\(id)", level: level,
            parent: parent.map { RegionID($0) })
    }

    func content(_ key: DocumentKey) -> Content? { documents[key] }

    func find(_ collection: Collection, label: String) -> [DocumentKey] {
        documents.filter { key, content in
            key.collection == collection
                && content.stored(key: key, scope: ScopeID(0)).label == label
        }.keys.sorted { $0.id < $1.id }
    }

    func change(at dot: Dot, in scope: ScopeID) -> Change? {
        changes.first { $0.change.scope == scope && $0.change.dot == dot }?.change
    }

    /// The desk of `records[index]`, at a fixed hour.
    func desk(_ index: Int) -> Desk {
        counter += 1
        return Desk(
            region: Self.records[index].id, key: Self.key(index), directory: Self.directory,
            author: 0, now: Instant(millis: 1_790_210_400_000),
            entropy: Digest(words: (counter, counter, counter, counter)))
    }

    /// Writes a change as one of the four and folds it; what it gives is stored and read again.
    func take(
        _ kind: ChangeKind, _ body: [UInt8], in scope: ScopeName, by writer: Int,
        time: HybridTime, quarantined: Bool = false
    ) {
        let key = Self.key(writer)
        let actor = key.actor(in: scope.id)
        let last = changes.last { $0.change.header.actor == actor && $0.scope == scope }?.change
        var header = ChangeHeader(
            scope: scope.id, actor: actor, seq: (last?.header.seq ?? Seq(1)).next,
            previous: last?.hash ?? .zero, time: time, kind: kind)
        let other = changes.last { $0.scope == scope && $0.change.header.actor != actor }?.change
        if let head = other?.head {
            header.deps = [
                Dependency(actor: head.actor, seq: head.seq, hash: head.hash.prefix16)
            ]
        }
        let change = ChangeCodec.make(header, salt: .zero, body: body, suite: .sha256Ed25519)
        let arrival = Arrival(change: change, scope: scope, key: key, quarantined: quarantined)
        changes.append(arrival)
        for write in Fold.apply(arrival, at: desk(0), from: self) { put(write, scope.id) }
    }

    private func put(_ write: ContentWrite, _ scope: ScopeID) {
        let stored = write.content.stored(key: write.key, scope: scope)
        do throws(JSONError) {
            let content = try Content.decode(stored)
            let again = content.stored(key: write.key, scope: scope)
            invariant(again == stored, "encode after decode is identity")
            documents[write.key] = content
        } catch {
            let state = String(decoding: stored.state, as: UTF8.self)
            invariant(false, "what is stored is read again: \(error) \(state)")
        }
    }
}

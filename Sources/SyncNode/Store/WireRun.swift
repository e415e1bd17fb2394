import Base
package import Change
import Crypto
import Kernel

/// A run of changes as the batch that goes over the wire, put together from stored rows
/// without reading them: the bytes are those of `ChangeBatch.encode`.
package struct WireRun: Sendable {
    /// The encoded batch; empty where there is nothing to send.
    package let bytes: [UInt8]
    /// Changes in it.
    package let count: Int
    /// Bytes of those changes as they are stored.
    package let storedBytes: Int
    /// Where each actor in it ends, signed. Sorted by actor.
    package let heads: [ChainHead]
    /// Whether the scope holds more after it.
    package let more: Bool

    static let nothing = WireRun(bytes: [], count: 0, storedBytes: 0, heads: [], more: false)
}

extension RangeCursors {
    /// As `run`, encoded. One hash an actor instead of one a change.
    func wireRun(
        _ scope: ScopeID, _ stretches: [RangeStretch]
    ) throws(JournalError) -> WireRun {
        if stretches.isEmpty { return .nothing }
        var rows = WireRows(stretches: stretches.count)
        let isAll = try each(stretches, upTo: Limits.rangeChangesMax) {
            (row) throws(JournalError) in try rows.append(row)
        }
        let kept = rows.cut()
        guard kept > 0 else { return try slowWireRun(scope, stretches) }
        var segments: [ChangeBatch.RowSegment] = []
        for index in rows.order {
            guard let last = rows.last[index] else { continue }
            segments.append(try segment(stretches[index], rows.previous[index], upTo: last))
        }
        var bytes = ChangeBatch.encodeOpening(
            scope: scope, segments: segments, changes: kept)
        bytes.reserveCapacity(bytes.count + rows.body.count + segments.count * 66)
        bytes.append(contentsOf: rows.body)
        for segment in segments {
            bytes.append(UInt8(segment.signature.count))
            bytes.append(contentsOf: segment.signature)
        }
        return WireRun(
            bytes: bytes, count: kept, storedBytes: rows.storedBytes,
            heads: segments.map(\.last).sorted { $0.actor < $1.actor }, more: !isAll)
    }

    /// Where no prefix is clean, which a well-behaved scope does not know.
    private func slowWireRun(
        _ scope: ScopeID, _ stretches: [RangeStretch]
    ) throws(JournalError) -> WireRun {
        let run = try run(stretches)
        guard !run.changes.isEmpty else { return .nothing }
        let batch = ChangeBatch(scope: scope, changes: run.changes, heads: run.heads) { actor in
            stretches.first { $0.chain.state.actor == actor }?.chain.state.suite
                ?? .sha256Ed25519
        }
        var writer = ByteWriter(capacity: Limits.rangeBytesMax)
        batch.encode(to: &writer)
        return WireRun(
            bytes: writer.bytes, count: run.changes.count,
            storedBytes: run.changes.reduce(0) { $0 + $1.bytes.count },
            heads: run.heads.map(\.head), more: run.more)
    }

    private func segment(
        _ stretch: RangeStretch, _ previous: Digest, upTo last: Seq
    ) throws(JournalError) -> ChangeBatch.RowSegment {
        let suite = stretch.chain.state.suite
        guard let row = try row(at: stretch.chain.key(last)) else {
            throw .damaged("a change is missing")
        }
        let head = stretch.chain.state.head
        let hash = head.seq == last ? head.hash : try row.hash(suite)
        return ChangeBatch.RowSegment(
            suite: suite, firstSeq: stretch.first, previous: previous,
            last: ChainHead(actor: head.actor, seq: last, hash: hash), signature: row.signature)
    }
}

/// Rows on their way into a batch.
private struct WireRows {
    /// The changes as a batch has them, one after another.
    private(set) var body: [UInt8] = []
    /// Stored bytes of those rows.
    private(set) var storedBytes = 0
    /// Stretches in the order in which they first occur: the batch's segments.
    private(set) var order: [Int] = []
    /// For each stretch, the hash before its first change.
    private(set) var previous: [Digest]
    /// For each stretch, its last seq.
    private(set) var last: [Seq?]
    private var segmentOf: [Int?]
    private var rows: [Row] = []

    private struct Row {
        let row: CleanCut.Row
        let seq: Seq
        let end: Int
        let storedEnd: Int
    }

    init(stretches: Int) {
        previous = Array(repeating: .zero, count: stretches)
        last = Array(repeating: nil, count: stretches)
        segmentOf = Array(repeating: nil, count: stretches)
        rows.reserveCapacity(Limits.rangeChangesMax)
    }

    /// - Returns: false where the row does not fit any more.
    mutating func append(_ row: RangeRow) throws(JournalError) -> Bool {
        let isSigned = row.isSigned
        let bytes = row.bytes
        let stored = storedBytes + bytes.count
        guard rows.count < Limits.rangeChangesMax, stored <= Limits.rangeBytesMax || rows.isEmpty
        else { return false }
        let layout = try RangeRow.layout(of: bytes)
        let segment: Int
        if let known = segmentOf[row.stretch] {
            segment = known
        } else {
            segment = order.count
            segmentOf[row.stretch] = segment
            order.append(row.stretch)
            let start = layout.previousStart
            previous[row.stretch] = Digest(bytes: bytes[start..<start + 32])
        }
        append(count: segment)
        body.append(layout.payload.isEmpty ? 1 : 0)
        body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[layout.middle]))
        let rest =
            layout.payload.isEmpty
            ? layout.payloadHashStart..<layout.payloadHashStart + 32 : layout.payload
        body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[rest]))
        storedBytes = stored
        rows.append(
            Row(
                row: CleanCut.Row(stretch: row.stretch, isSigned: isSigned), seq: row.seq,
                end: body.count, storedEnd: stored))
        return true
    }

    /// Keeps the longest clean prefix.
    /// - Returns: How many rows that is.
    mutating func cut() -> Int {
        let kept = CleanCut.cleanPrefix(rows.map(\.row))
        guard kept > 0 else { return 0 }
        body.removeSubrange(rows[kept - 1].end...)
        storedBytes = rows[kept - 1].storedEnd
        for row in rows[0..<kept] { last[row.row.stretch] = row.seq }
        // A segment of which nothing is kept is the newest: the numbers of the others stay.
        order.removeAll { last[$0] == nil }
        return kept
    }

    private mutating func append(count value: Int) {
        var rest = value
        while rest >= 0x80 {
            body.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        body.append(UInt8(rest))
    }
}

extension RangeRow {
    /// Where the parts of a row lie.
    /// - Throws: `damaged`: what was stored was a row.
    static func layout(of bytes: UnsafeRawBufferPointer) throws(JournalError) -> RowLayout {
        do throws(DecodeError) {
            return try RowLayout(Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)))
        } catch {
            throw .damaged("stored change: \(error.reason.rawValue) in \(error.field)")
        }
    }
}

/// One row read by its key.
struct SingleRow {
    let signature: [UInt8]
    let bytes: [UInt8]

    func hash(_ suite: Suite) throws(JournalError) -> Digest {
        try ChangeTable.decode(bytes, suite: suite).hash
    }
}

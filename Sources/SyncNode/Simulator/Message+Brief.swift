import Base
import Change
import Replication

/// What a message says, in one line: for whoever reads a seed's history.
extension Message {
    var brief: String { frames.map(\.brief).joined(separator: "; ") }
}

extension Frame {
    fileprivate var brief: String {
        switch self {
        case .hello: "HELLO"
        case .fast(let fast):
            "FAST \(fast.flags.rawValue) root \(short(fast.root.high)) "
                + "view \(short(fast.view.high))"
        case .selfView(let heads): "SELFVIEW \(heads.count)"
        case .digest: "DIGEST"
        case .want: "WANT"
        case .vector(let vector):
            "VECTOR \(vector.name.family) \(short(vector.name.id.rawValue)) "
                + vector.heads.map { "\(short($0.actor.rawValue)):\($0.seq.rawValue)" }
                .joined(separator: ",")
        case .range(let batch):
            "RANGE \(short(batch.scope.rawValue)) "
                + batch.segments.map {
                    "\(short($0.actor.rawValue)):\($0.firstSeq.rawValue)-\($0.last.seq.rawValue)"
                }.joined(separator: ",")
        case .fork(let notice):
            "FORK \(short(notice.scope.rawValue)) "
                + "\(short(notice.dot.actor.rawValue)):\(notice.dot.seq.rawValue)"
        case .refused(let notice): "REFUSED \(notice.reason) \(short(notice.scope.rawValue))"
        case .blobWant(let want): "WANT \(want.digest.hex.prefix(4)) from \(want.offset)"
        case .blobChunk(let chunk):
            "BLOB \(chunk.digest.hex.prefix(4)) \(chunk.offset)+\(chunk.bytes.count)"
                + " of \(chunk.total)"
        case .receiptWant: "WANT receipt"
        case .drain(let notice):
            "DRAIN \(notice.isAnswer ? "answer" : "ask") \(Frame.vector(notice.statement).brief)"
        }
    }

    private func short(_ number: UInt64) -> String { String(number & 0xffff, radix: 16) }
}

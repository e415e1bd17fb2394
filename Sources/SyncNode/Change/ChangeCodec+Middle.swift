import Base

/// The part of a header that travels even where the batch already says the rest: from `time`
/// to `payloadSize`.
extension ChangeCodec {
    static func writeMiddle(_ header: ChangeHeader, to writer: inout ByteWriter) {
        writer.write(header.time.rawValue)
        writer.write(header.author)
        writer.write(UInt64(header.kind.rawValue), count: 2)
        writer.write(byte: header.flags.rawValue)
        writer.write(count: header.deps.count)
        for dep in header.deps {
            writer.write(dep.actor)
            writer.write(dep.seq)
            writer.write(dep.hash)
        }
        writer.write(count: header.refs.count)
        for ref in header.refs {
            writer.write(ref.scope)
            writer.write(ref.document)
            writer.write(ref.hash)
        }
        writer.write(count: header.supersedes.count)
        for dot in header.supersedes {
            writer.write(dot.actor)
            writer.write(dot.seq)
        }
        writer.write(count: header.payloadSize)
    }

    /// `payloadHash` is left zero for the caller to fill.
    static func readMiddle(
        from reader: inout ByteReader, scope: ScopeID, actor: ActorID, seq: Seq, previous: Digest
    ) throws(DecodeError) -> ChangeHeader {
        let time = HybridTime(rawValue: try reader.readNumber(8, "time"))
        let author = try reader.readNumber(8, "author")
        let kind = ChangeKind(rawValue: UInt16(try reader.readNumber(2, "kind")))
        var header = ChangeHeader(
            scope: scope, actor: actor, seq: seq, previous: previous, time: time, kind: kind)
        header.author = author
        header.flags = ChangeFlags(rawValue: try reader.readByte("flags"))
        header.deps = try readDeps(from: &reader, of: actor)
        header.refs = try readRefs(from: &reader)
        header.supersedes = try readSupersedes(from: &reader)
        header.payloadSize = try reader.readCount(
            "payloadSize", limit: Limits.changeBodyBytesMax)
        return header
    }

    private static func readDeps(
        from reader: inout ByteReader, of actor: ActorID
    ) throws(DecodeError) -> [Dependency] {
        let count = try reader.readCount("deps", limit: Limits.changeDepsMax)
        guard count > 0 else { return [] }
        var deps: [Dependency] = []
        deps.reserveCapacity(count)
        for _ in 0..<count {
            let other = try reader.readActor("deps.actor")
            let seq = try reader.readSeq("deps.seq")
            guard seq > .none, other != actor else { throw reader.fail(.badValue, "deps") }
            if let last = deps.last, last.actor >= other {
                throw reader.fail(.notCanonical, "deps")
            }
            let hash = try reader.readDigest16("deps.hash")
            deps.append(Dependency(actor: other, seq: seq, hash: hash))
        }
        return deps
    }

    private static func readRefs(
        from reader: inout ByteReader
    ) throws(DecodeError) -> [Reference] {
        let count = try reader.readCount("refs", limit: Limits.changeRefsMax)
        guard count > 0 else { return [] }
        var refs: [Reference] = []
        refs.reserveCapacity(count)
        for _ in 0..<count {
            let scope = try reader.readScope("refs.scope")
            let document = try reader.readDigest16("refs.document")
            let hash = try reader.readNumber(8, "refs.hash")
            refs.append(Reference(scope: scope, document: document, hash: hash))
        }
        return refs
    }

    private static func readSupersedes(
        from reader: inout ByteReader
    ) throws(DecodeError) -> [Dot] {
        let count = try reader.readCount("supersedes", limit: Limits.changeSupersedesMax)
        guard count > 0 else { return [] }
        var dots: [Dot] = []
        dots.reserveCapacity(count)
        for _ in 0..<count {
            let actor = try reader.readActor("supersedes.actor")
            let dot = Dot(actor: actor, seq: try reader.readSeq("supersedes.seq"))
            if let last = dots.last, last >= dot {
                throw reader.fail(.notCanonical, "supersedes")
            }
            dots.append(dot)
        }
        return dots
    }
}

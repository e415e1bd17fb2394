import Base
import Change

extension ScopeHead {
    static func decodeList(from reader: inout ByteReader) throws(DecodeError) -> [ScopeHead] {
        let count = try reader.readCount("selfView.count", limit: Limits.linkScopesMax)
        var heads: [ScopeHead] = []
        for _ in 0..<count {
            let scope = try reader.readScope("selfView.scope")
            let seq = try reader.readSeq("selfView.seq")
            let prefix = try reader.readNumber(8, "selfView.hash")
            guard heads.last.map({ $0.scope < scope }) ?? true, seq > .none else {
                throw reader.fail(.notCanonical, "selfView.scope")
            }
            heads.append(ScopeHead(scope: scope, seq: seq, prefix: prefix))
        }
        return heads
    }
}

extension Fast {
    func encode(to writer: inout ByteWriter) {
        writer.write(link)
        writer.write(byte: flags.rawValue)
        writer.write(root)
        writer.write(view)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> Fast {
        let link = try reader.readDigest16("fast.link")
        let flags = Flags(rawValue: try reader.readByte("fast.flags"))
        guard Flags.all.isSuperset(of: flags) else {
            throw reader.fail(.badValue, "fast.flags")
        }
        let root = try reader.readDigest16("fast.root")
        let view = try reader.readDigest16("fast.view")
        guard flags.contains(.viewKnown) || view == .zero else {
            throw reader.fail(.notCanonical, "fast.view")
        }
        return Fast(link: link, flags: flags, root: root, view: view)
    }
}

extension DigestTree.Path {
    func encode(to writer: inout ByteWriter) {
        writer.write(byte: UInt8(level))
        writer.write(UInt64(prefix), count: 2)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> DigestTree.Path {
        let level = Int(try reader.readByte("path.level"))
        let prefix = Int(try reader.readNumber(2, "path.prefix"))
        guard level <= DigestTree.depth, prefix < 1 << (4 * level) else {
            throw reader.fail(.badValue, "path.prefix")
        }
        return DigestTree.Path(level: level, prefix: prefix)
    }
}

extension DigestStatement {
    /// A bit for each child that has leaves, then those digests.
    func encode(to writer: inout ByteWriter) {
        path.encode(to: &writer)
        var bits: UInt64 = 0
        for (index, child) in children.enumerated() where child != .zero { bits |= 1 << index }
        writer.write(bits, count: 2)
        for child in children where child != .zero { writer.write(child) }
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> DigestStatement {
        let path = try DigestTree.Path.decode(from: &reader)
        guard path.level < DigestTree.depth else {
            throw reader.fail(.badValue, "digest.path")
        }
        let bits = try reader.readNumber(2, "digest.bits")
        var children: [Digest16] = []
        children.reserveCapacity(16)
        for index in 0..<16 {
            guard bits >> UInt64(index) & 1 == 1 else {
                children.append(.zero)
                continue
            }
            let digest = try reader.readDigest16("digest.child")
            guard digest != .zero else { throw reader.fail(.notCanonical, "digest.child") }
            children.append(digest)
        }
        return DigestStatement(path: path, children: children)
    }
}

extension VectorStatement {
    func encode(to writer: inout ByteWriter) {
        writer.write(bytes: name.encode())
        writer.write(varint: epoch)
        writer.write(count: heads.count)
        for head in heads {
            writer.write(head.actor)
            writer.write(head.seq)
            writer.write(head.prefix)
        }
        writer.write(count: quarantined.count)
        for actor in quarantined { writer.write(actor) }
        writer.write(leaf)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> VectorStatement {
        let name = try ScopeName.decode(from: &reader)
        let epoch = try reader.readVarint("vector.epoch")
        let count = try reader.readCount("vector.heads", limit: Limits.vectorEntriesMax)
        var heads: [SeenHead] = []
        for _ in 0..<count {
            let actor = try reader.readActor("vector.actor")
            let seq = try reader.readSeq("vector.seq")
            let prefix = try reader.readNumber(8, "vector.hash")
            guard seq > .none, heads.last.map({ $0.actor < actor }) ?? true else {
                throw reader.fail(.notCanonical, "vector.actor")
            }
            heads.append(SeenHead(actor: actor, seq: seq, prefix: prefix))
        }
        let marked = try reader.readCount("vector.quarantined", limit: Limits.vectorEntriesMax)
        var quarantined: [ActorID] = []
        for _ in 0..<marked {
            let actor = try reader.readActor("vector.quarantined")
            guard quarantined.last.map({ $0 < actor }) ?? true else {
                throw reader.fail(.notCanonical, "vector.quarantined")
            }
            quarantined.append(actor)
        }
        return VectorStatement(
            name: name, epoch: epoch, heads: heads, quarantined: quarantined,
            leaf: try reader.readDigest16("vector.leaf"))
    }
}

extension DrainNotice {
    func encode(to writer: inout ByteWriter) {
        writer.write(byte: isAnswer ? 1 : 0)
        statement.encode(to: &writer)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> DrainNotice {
        let side = try reader.readByte("drain.side")
        guard side <= 1 else { throw reader.fail(.badValue, "drain.side") }
        return DrainNotice(
            isAnswer: side == 1, try VectorStatement.decode(from: &reader))
    }
}

extension ForkNotice {
    func encode(to writer: inout ByteWriter) {
        writer.write(scope)
        writer.write(dot.actor)
        writer.write(dot.seq)
        writer.write(mine)
        writer.write(yours)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> ForkNotice {
        let scope = try reader.readScope("fork.scope")
        let actor = try reader.readActor("fork.actor")
        let seq = try reader.readSeq("fork.seq")
        let mine = try reader.readNumber(8, "fork.mine")
        let yours = try reader.readNumber(8, "fork.yours")
        guard seq > .none, mine != yours else { throw reader.fail(.badValue, "fork.seq") }
        return ForkNotice(
            scope: scope, dot: Dot(actor: actor, seq: seq), mine: mine, yours: yours)
    }
}

extension BlobWant {
    func encode(to writer: inout ByteWriter) {
        writer.write(digest)
        writer.write(count: offset)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> BlobWant {
        let digest = try reader.readDigest("blob.digest")
        let offset = try reader.readCount("blob.offset", limit: Limits.blobBytesMax)
        return BlobWant(digest: digest, offset: offset)
    }
}

extension BlobChunk {
    func encode(to writer: inout ByteWriter) {
        writer.write(digest)
        writer.write(count: offset)
        writer.write(count: total)
        writer.write(count: bytes.count)
        writer.write(bytes: bytes)
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> BlobChunk {
        let digest = try reader.readDigest("blob.digest")
        let offset = try reader.readCount("blob.offset", limit: Limits.blobBytesMax)
        let total = try reader.readCount("blob.total", limit: Limits.blobBytesMax)
        let count = try reader.readCount("blob.bytes", limit: Limits.blobChunkBytesMax)
        guard offset + count <= total, count > 0 || total == 0 || offset == total else {
            throw reader.fail(.badLength, "blob.bytes")
        }
        return BlobChunk(
            digest: digest, offset: offset, total: total,
            bytes: try reader.readBytes(count, "blob.bytes"))
    }
}

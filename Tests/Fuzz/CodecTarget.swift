import Base
import Change
import Crypto
import Support

/// First byte: what the rest is read as.
enum CodecTarget {
    static func feed(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        do throws(DecodeError) {
            switch first & 3 {
            case 0: try change(rest)
            case 1: try batch(rest)
            case 2: try genesis(rest)
            default: try scopeName(rest)
            }
        } catch {
            invariant(error.offset >= 0 && error.offset <= bytes.count, "an error has a place")
        }
    }

    private static func change(_ bytes: [UInt8]) throws(DecodeError) {
        let change = try ChangeCodec.decode(bytes, suite: .sha256Ed25519)
        invariant(change.bytes == bytes, "a row is kept as it came")
        let layout = try RowLayout(bytes.span)
        invariant(layout.payload.upperBound == bytes.count, "a layout ends with its row")
        invariant(change.hasPayload || change.body == nil, "an erased change has no body")
        _ = ChangeCodec.payloadMatches(change, suite: .sm3SM2)
        _ = Genesis.founding(change)
        let elided = ChangeCodec.elided(change)
        let again = try ChangeCodec.decode(elided.bytes, suite: .sha256Ed25519)
        invariant(again.hash == change.hash, "an erasure leaves the identity")
        guard change.hasPayload, let body = change.body else { return }
        let salt = Digest(bytes: bytes[(change.headerLength + 1)..<(change.headerLength + 33)])
        let made = ChangeCodec.make(
            change.header, salt: salt, body: body, suite: .sha256Ed25519)
        if ChangeCodec.payloadMatches(change, suite: .sha256Ed25519) {
            invariant(made.bytes == bytes, "encode after decode is identity")
        }
    }

    private static func batch(_ bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        let batch = try ChangeBatch.decode(from: &reader)
        var writer = ByteWriter(capacity: bytes.count)
        batch.encode(to: &writer)
        invariant(writer.bytes[...] == bytes[..<reader.offset], "encode after decode is identity")
        for (change, index) in zip(batch.changes, batch.segmentOfChange) {
            let suite = batch.segments[index].suite
            let again = try ChangeCodec.decode(change.bytes, suite: suite)
            invariant(again.hash == change.hash, "a batch makes the stored row")
        }
        for index in batch.segments.indices { _ = batch.foundingKey(of: index) }
        invariant(batch.heads.count <= batch.segments.count, "a segment has one head")
    }

    private static func genesis(_ bytes: [UInt8]) throws(DecodeError) {
        let genesis = try Genesis.decode(bytes)
        invariant(genesis.encode() == bytes, "encode after decode is identity")
    }

    private static func scopeName(_ bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        let name = try ScopeName.decode(from: &reader)
        invariant(name.encode()[...] == bytes[..<reader.offset], "encode after decode is identity")
    }

    static var seeds: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for suite in [Suite.sha256Ed25519, .sm3SM2] {
            let run = Samples.run(suite: suite, changes: 3)
            for change in run.changes { seeds.append([0] + change.bytes) }
            seeds.append([0] + ChangeCodec.elided(run.changes[0]).bytes)
            var writer = ByteWriter()
            run.encode(to: &writer)
            seeds.append([1] + writer.bytes)
            seeds.append([2] + (run.changes[0].body ?? []))
        }
        seeds += Samples.names.map { [3] + $0.encode() }
        return seeds
    }
}

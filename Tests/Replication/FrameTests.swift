import Base
import Change
import Replication
import Support
import Testing

@Suite struct FrameTests {
    /// Frozen bytes of each frame, and decode∘encode and encode∘decode as identity.
    @Test func framesAreAsFrozen() throws {
        let frozen = try Vectors.load("frames-1.txt")
        let samples = FrameSamples.all()
        #expect(frozen.map(\.name) == samples.map(\.name))
        for (sample, vector) in zip(samples, frozen) {
            let bytes = FrameSamples.bytes(sample.frame)
            #expect(Hex.encode(bytes) == vector.hex, "\(sample.name)")
            let frames = try Message.decode(bytes).frames
            #expect(frames.count == 1 && frames[0].kind == sample.frame.kind)
            #expect(FrameSamples.bytes(frames[0]) == bytes, "\(sample.name)")
        }
    }

    @Test func everyTypeHasASample() {
        let kinds = Set(FrameSamples.all().map(\.frame.kind))
        #expect(kinds == Set(Frame.Kind.allCases))
    }

    /// Every flipped bit and every cut of every frame is a typed error.
    @Test func flipsAndCutsAreErrors() {
        for (name, frame) in FrameSamples.all() {
            let good = FrameSamples.bytes(frame)
            for index in good.indices {
                for bit in [0, 3, 7] {
                    var bad = good
                    bad[index] ^= 1 << UInt8(bit)
                    #expect(throws: DecodeError.self, "\(name) byte \(index)") {
                        try Message.decode(bad)
                    }
                }
                if index > 0 {
                    #expect(throws: DecodeError.self, "\(name) cut at \(index)") {
                        try Message.decode(Array(good[..<index]))
                    }
                }
            }
        }
    }

    /// The digest is right and the payload is not: the payload's own reader refuses or reads
    /// one canonical form; nothing traps.
    @Test func wellDigestedNonsenseIsReadOrRefused() throws {
        var refused = 0
        for (name, frame) in FrameSamples.all() {
            let good = FrameSamples.bytes(frame)
            var reader = ByteReader(good, from: 2, to: good.count)
            let length = try reader.readVarint("length")
            let payload = Array(good[reader.offset..<(reader.offset + Int(length))])
            for index in 0...payload.count {
                for change in 0..<3 {
                    var bad = payload
                    switch change {
                    case 0 where index < bad.count: bad[index] ^= 0xff
                    case 1 where index < bad.count: bad[index] = 0
                    case 2: bad.removeSubrange(index...)
                    default: continue
                    }
                    let bytes = Self.framed(frame.kind.rawValue, bad)
                    do throws(DecodeError) {
                        let message = try Message.decode(bytes)
                        #expect(message.encode() == bytes, "\(name) \(index) is canonical")
                    } catch {
                        refused += 1
                    }
                }
            }
        }
        #expect(refused > 500)
    }

    static func framed(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(byte: 0xa1)
        writer.write(byte: type)
        writer.write(count: payload.count)
        writer.write(bytes: payload)
        writer.write(ExchangeHash.digest(writer.bytes).prefix8 >> 32, count: 4)
        return writer.bytes
    }

    /// From 128 on a type that is not known is stepped over; below it is refused by name.
    @Test func unknownTypesAreSkippedOrRefused() throws {
        let known = FrameSamples.bytes(.selfView([]))
        let message = try Message.decode(Self.framed(200, [1, 2, 3]) + known)
        #expect(message.frames.count == 1)
        #expect {
            try Message.decode(Self.framed(9, [1]) + known)
        } throws: { error in
            (error as? DecodeError)?.reason == .badVersion
                && (error as? DecodeError)?.field == "frame.type"
        }
        #expect {
            try Message.decode([0xa2] + known.dropFirst())
        } throws: { ($0 as? DecodeError)?.reason == .badVersion }
        #expect {
            try Message.decode([0x47] + known.dropFirst())
        } throws: { ($0 as? DecodeError)?.reason == .badMagic }
    }

    @Test func limitsAreKept() {
        let frame = FrameSamples.bytes(.selfView([]))
        var many: [UInt8] = []
        for _ in 0...Limits.messageFramesMax { many += frame }
        #expect {
            try Message.decode(many)
        } throws: { ($0 as? DecodeError)?.reason == .limit }
        let long = [UInt8](repeating: 0, count: Limits.messageBytesMax + 1)
        #expect {
            try Message.decode(long)
        } throws: { ($0 as? DecodeError)?.reason == .limit }
    }

    /// What the idle exchange consists of.
    @Test func fastIsSmall() {
        let fast = Fast(link: .zero, flags: [], root: .zero, view: .zero)
        #expect(FrameSamples.bytes(.fast(fast)).count == 56)
    }

    @Test func aMessageSaysWhereItGoes() {
        let samples = FrameSamples.all()
        #expect(Message([samples[0].frame]).route == .incarnation(Village(0).key))
        #expect(Message([samples[4].frame]).lane == .poll)
        #expect(Message([]).route == .nowhere)
    }
}

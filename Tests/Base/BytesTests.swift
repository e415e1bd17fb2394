import Testing

@testable import Base

@Suite struct BytesTests {
    @Test func readsBackWhatItWrote() throws {
        let digest = Digest(bytes: (0..<32).map { UInt8($0) })
        var writer = ByteWriter(capacity: 1)
        writer.write(byte: 7)
        writer.write(0x0102_03, count: 3)
        writer.write(UInt64.max)
        writer.write(count: 300)
        writer.write(digest)
        writer.write(digest.prefix16)
        writer.write(ScopeID(5))
        writer.write(ActorID(6))
        writer.write(Seq(Limits.seqMax))
        writer.write(text: "平阴")
        writer.write(bytes: [1, 2, 3])

        var reader = ByteReader(writer.bytes)
        #expect(try reader.readByte("a") == 7)
        #expect(try reader.readNumber(3, "a") == 0x0102_03)
        #expect(try reader.readNumber(8, "a") == .max)
        #expect(try reader.readCount("a", limit: 300) == 300)
        #expect(try reader.readDigest("a") == digest)
        #expect(try reader.readDigest16("a") == digest.prefix16)
        #expect(try reader.readScope("a") == ScopeID(5))
        #expect(try reader.readActor("a") == ActorID(6))
        #expect(try reader.readSeq("a") == Seq(Limits.seqMax))
        #expect(try reader.readText("a", limit: 6) == "平阴")
        #expect(throws: DecodeError(.trailing, field: "a", offset: writer.count - 3)) {
            try reader.finish("a")
        }
        try reader.skip(1, "a")
        #expect(try reader.readBytes(2, "a") == [2, 3])
        try reader.finish("a")
        #expect(throws: DecodeError(.truncated, field: "end", offset: writer.count)) {
            try reader.readByte("end")
        }
    }

    @Test(
        arguments: [
            (0, [0]), (1, [1]), (127, [127]), (128, [0x80, 1]), (300, [0xac, 2]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] as [(UInt64, [UInt8])])
    func aVarintHasOneForm(value: UInt64, bytes: [UInt8]) throws {
        var writer = ByteWriter()
        writer.write(varint: value)
        #expect(writer.bytes == bytes)
        var reader = ByteReader(bytes)
        #expect(try reader.readVarint("v") == value)
    }

    @Test(
        arguments: [
            ([0x80, 0], DecodeError.Reason.notCanonical), ([0x81, 0x80, 0], .notCanonical),
            ([0x80], .truncated), ([], .truncated),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], .overflow),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0], .overflow),
        ] as [([UInt8], DecodeError.Reason)])
    func aVarintOfAnotherFormIsRefused(bytes: [UInt8], reason: DecodeError.Reason) {
        let error = #expect(throws: DecodeError.self) {
            var reader = ByteReader(bytes)
            _ = try reader.readVarint("v")
        }
        #expect(error?.reason == reason)
    }

    @Test func everyLimitIsKept() {
        var writer = ByteWriter()
        writer.write(varint: Limits.seqMax + 1)
        refused(.limit, writer.bytes) { reader throws(DecodeError) in _ = try reader.readSeq("s") }
        refused(.limit, [2, 0x61, 0x61]) { reader throws(DecodeError) in
            _ = try reader.readText("t", limit: 1)
        }
        refused(.truncated, [2, 0x61]) { reader throws(DecodeError) in
            _ = try reader.readText("t", limit: 2)
        }
        refused(.badValue, [1, 0xff]) { reader throws(DecodeError) in
            _ = try reader.readText("t", limit: 2)
        }
        refused(.truncated, [1]) { reader throws(DecodeError) in
            _ = try reader.readBytes(-1, "b")
        }
        refused(.truncated, [1]) { reader throws(DecodeError) in try reader.skip(2, "b") }
        refused(.truncated, [1]) { reader throws(DecodeError) in
            _ = try reader.readDigest("d")
        }
    }

    private func refused(
        _ reason: DecodeError.Reason, _ bytes: [UInt8],
        _ read: (inout ByteReader) throws(DecodeError) -> Void
    ) {
        let error = #expect(throws: DecodeError.self) {
            var reader = ByteReader(bytes)
            try read(&reader)
        }
        #expect(error?.reason == reason)
    }

    @Test func aReaderOfARangeStaysInside() throws {
        var reader = ByteReader([1, 2, 3, 4], from: 1, to: 3)
        #expect(reader.remaining == 2)
        #expect(try reader.readNumber(2, "n") == 0x0203)
        #expect(throws: DecodeError(.truncated, field: "n", offset: 3)) {
            try reader.readByte("n")
        }
    }

    @Test func aNumberThatDoesNotFitTraps() async {
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            writer.write(256, count: 1)
        }
    }
}

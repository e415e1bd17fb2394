import Testing

@testable import Base

/// Trees from a fixed seed: what is written is read back alike, byte for byte, and the scanner
/// finds what the reader finds.
@Suite struct JSONRandomTests {
    @Test func everyTreeComesBack() throws {
        var source = TreeSource(state: 20_260_924)
        var objects = 0
        for _ in 0..<500 {
            let tree = source.tree(depth: 0)
            let bytes = tree.bytes
            let read = try JSON(parsing: bytes)
            #expect(read == tree)
            #expect(read.bytes == bytes)
            #expect(try JSON(parsing: bytes, dialect: .general) == tree)
            if let object = tree.object {
                objects += 1
                try scan(object, in: bytes)
            }
        }
        #expect(objects > 50)
    }

    private func scan(_ object: JSONObject, in bytes: [UInt8]) throws {
        var scanner = try JSONScanner(bytes)
        for member in object.members {
            let found = try #require(try scanner.next())
            #expect(try scanner.key(found) == member.key)
            #expect(try scanner.json(found) == member.value)
        }
        #expect(try scanner.next() == nil)
    }
}

/// A linear congruential generator: the same trees on every run.
private struct TreeSource {
    var state: UInt64

    private static let texts = [
        "", "a", "平阴县", "\"", "\\", "\n\u{0}\u{1f}", "😀é", "/", "\u{2028}\u{7f}", "x y",
    ]

    mutating func below(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    mutating func text() -> String {
        (0..<below(4)).map { _ in Self.texts[Int(below(10))] }.joined()
    }

    mutating func tree(depth: Int) -> JSON {
        switch below(depth > 4 ? 5 : 8) {
        case 0: return nil
        case 1: return .bool(below(2) == 0)
        case 2: return .int(Int64(below(1000)) - 500)
        case 3: return .int(below(2) == 0 ? Limits.jsonIntegerMax : -Limits.jsonIntegerMax)
        case 4: return .text(text())
        case 5: return .array((0..<below(5)).map { _ in tree(depth: depth + 1) })
        default:
            var object = JSONObject()
            for number in 0..<below(20) {
                object["\(number)" + text()] = tree(depth: depth + 1)
            }
            return .object(object)
        }
    }
}

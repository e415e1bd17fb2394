import Testing

@testable import Base

@Suite struct JSONScannerTests {
    private static let flat = Array(
        (#" {"no":"370124","due":20261009,"ok":true,"none":null,"#
            + #""in":{"no":"x","l":["}"]},"名":"\u738b"} "#).utf8)

    @Test func findsMembersInOrderAndBackwards() throws {
        var scanner = try JSONScanner(Self.flat)
        #expect(try scanner.text("no") == "370124")
        #expect(try scanner.bool("ok") == true)
        #expect(try scanner.text("名") == "王")
        #expect(try scanner.int("due") == 20_261_009)
        #expect(try scanner.text("no") == "370124")
        #expect(try scanner.text("missing") == nil)
        #expect(try scanner.text("none") == nil)
        #expect(try scanner.member("l") == nil)
    }

    @Test func walksAllMembersWithRanges() throws {
        var scanner = try JSONScanner(Self.flat)
        var seen: [String] = []
        var kinds: [JSONScanner.Kind] = []
        while let member = try scanner.next() {
            seen.append(try scanner.key(member))
            kinds.append(member.kind)
            _ = try JSON(parsing: Self.flat, in: member.value)
        }
        #expect(seen == ["no", "due", "ok", "none", "in", "名"])
        #expect(kinds == [.text, .number, .bool, .null, .object, .text])
        scanner.rewind()
        #expect(try scanner.next()?.key == 3..<5)
    }

    @Test func agreesWithTheReader() throws {
        let json = try JSON(parsing: Self.flat)
        var scanner = try JSONScanner(Self.flat)
        for member in json.object?.members ?? [] {
            let found = try #require(try scanner.member(member.key))
            #expect(try scanner.json(found) == member.value)
        }
    }

    @Test func saysWhereTheKindIsAnother() throws {
        var scanner = try JSONScanner(Array(#"{"a":1,"b":"x","c":1.5}"#.utf8))
        #expect(throws: JSONError(.kind, offset: 5)) { try scanner.text("a") }
        #expect(throws: JSONError(.kind, offset: 11)) { try scanner.int("b") }
        #expect(throws: JSONError(.kind, offset: 11)) { try scanner.bool("b") }
        #expect(throws: JSONError(.notStrict, offset: 19)) { try scanner.int("c") }
    }

    @Test func neverFindsAnEscapedKeyOrAnInnerOne() throws {
        var scanner = try JSONScanner(Array(#"{"\u0061":1,"b":{"a":2}}"#.utf8))
        #expect(try scanner.member("a") == nil)
    }

    @Test func readsAnObjectInsideOtherBytes() throws {
        let bytes = Array(#"##{"a":1}{"a":2}"#.utf8)
        var scanner = try JSONScanner(bytes, in: 9..<16)
        #expect(try scanner.int("a") == 2)
        #expect(throws: JSONError.self) { try JSONScanner(bytes) }
    }

    @Test func survivesEveryCutAndFlip() throws {
        var refused = 0
        for length in 0..<Self.flat.count {
            refused += Self.walk(Array(Self.flat[..<length])) ? 0 : 1
        }
        #expect(refused == Self.flat.count - 1, "all but the cut behind the closing bracket")
        for index in Self.flat.indices {
            for bit in 0..<8 {
                var flipped = Self.flat
                flipped[index] ^= 1 << UInt8(bit)
                _ = Self.walk(flipped)
            }
        }
    }

    /// - Returns: Whether all members could be read.
    private static func walk(_ bytes: [UInt8]) -> Bool {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            while let member = try scanner.next() { _ = try scanner.key(member) }
            return true
        } catch {
            return false
        }
    }
}

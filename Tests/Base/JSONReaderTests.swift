import Testing

@testable import Base

@Suite struct JSONReaderTests {
    @Test func keepsTheOrderAndTheKindsOfMembers() throws {
        let text = #" { "b" : [1, -2, true, false, null] , "a":{"文":"值\n"}, "c":"" } "#
        let json = try JSON(parsing: text)
        #expect(json.object?.members.map(\.key) == ["b", "a", "c"])
        #expect(json["b"] == [1, -2, true, false, nil])
        #expect(json["a"]?["文"]?.text == "值\n")
        #expect(json["b"]?[1]?.int == -2)
        #expect(json["b"]?[5] == nil)
        #expect(json["b"]?[4]?.isNull == true)
        #expect(json["none"] == nil)
        #expect(json["c"]?.int == nil)
    }

    @Test func resolvesEscapes() throws {
        let text = #""\" \\ \/ \b\f\n\r\t \u00e9 \u5E73 \uD83D\uDe00 \u0000""#
        let value = try JSON(parsing: text).text
        #expect(value == "\" \\ / \u{8}\u{c}\n\r\t é 平 😀 \u{0}")
    }

    @Test(arguments: [
        ("", JSONError.Reason.truncated, 0), ("  ", .truncated, 2), ("{", .truncated, 1),
        (#"{"a""#, .truncated, 4), (#"{"a":"#, .truncated, 5), (#""a"#, .truncated, 2),
        (#""a\"#, .truncated, 3), ("tru", .truncated, 3), ("[1,", .truncated, 3),
        ("1 2", .trailing, 2), ("{}x", .trailing, 2),
        ("[1,]", .badToken, 3), ("[,1]", .badToken, 1), ("{a:1}", .badToken, 1),
        (#"{"a" 1}"#, .badToken, 5), ("trux", .badToken, 3), ("[1}", .badToken, 2),
        ("'a'", .badToken, 0), ("\u{feff}{}", .badToken, 0), ("\u{0}", .badToken, 0),
        ("01", .badNumber, 0), ("-", .truncated, 1), ("[-]", .badNumber, 2),
        ("[1.]", .badNumber, 3), ("[1e]", .badNumber, 3), ("+1", .badToken, 0),
        (#""\x""#, .badText, 2), (#""\u12g4""#, .badText, 5), ("\"a\u{1}\"", .badText, 2),
        (#""\ud800""#, .badText, 3), (#""\ud800\u0041""#, .badText, 3),
        (#""\udc00""#, .badText, 3), (#""\ud800\ud800""#, .badText, 3),
        ("1.5", .notStrict, 0), ("1e3", .notStrict, 0), ("[-0]", .notStrict, 1),
        ("9007199254740992", .notStrict, 0), ("-9007199254740992", .notStrict, 0),
        ("99999999999999999999", .notStrict, 0),
        (#"{"a":1,"a":2}"#, .repeatedKey, 7), (#"{"a":1,"\u0061":2}"#, .repeatedKey, 7),
    ])
    func refusesWithReasonAndPlace(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, offset: offset)) { try JSON(parsing: text) }
    }

    @Test func holdsTheEndsOfTheIntegerRange() throws {
        #expect(try JSON(parsing: "9007199254740991") == 9_007_199_254_740_991)
        #expect(try JSON(parsing: "-9007199254740991") == -9_007_199_254_740_991)
    }

    @Test func generalDialectKeepsOtherNumbersInTheirOwnWords() throws {
        let text = "[1.50,-0,1E+2,9223372036854775807,9223372036854775808]"
        let json = try JSON(parsing: text, dialect: .general)
        #expect(
            json == [
                .decimal("1.50"), .decimal("-0"), .decimal("1E+2"), .int(.max),
                .decimal("9223372036854775808"),
            ])
        #expect(json.bytes == Array(text.utf8))
        let twice = try JSON(parsing: #"{"a":1,"a":2}"#, dialect: .general)
        #expect(twice.object?.members.count == 2)
        #expect(twice["a"] == 1)
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let bytes: [UInt8] = [0x22, 0x61, 0xff, 0x22]
        #expect(throws: JSONError(.badEncoding, offset: 1)) { try JSON(parsing: bytes) }
        let escaped: [UInt8] = [0x22, 0x5c, 0x6e, 0xc0, 0x80, 0x22]
        #expect(throws: JSONError(.badEncoding, offset: 1)) { try JSON(parsing: escaped) }
    }

    @Test func refusesOneLevelTooDeep() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(Limits.jsonDepthMax))
        let place = JSONError(.depth, offset: Limits.jsonDepthMax)
        #expect(throws: place) { try JSON(parsing: nested(Limits.jsonDepthMax + 1)) }
        #expect(throws: place) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test func refusesATextThatIsTooLong() {
        let bytes = [UInt8](repeating: 0x20, count: Limits.jsonBytesMax + 1)
        #expect(throws: JSONError(.size, offset: 0)) { try JSON(parsing: bytes) }
    }

    @Test func findsARepeatedKeyAmongMany() throws {
        let keys = (0..<200).map { #""k\#($0)":0"# }.joined(separator: ",")
        #expect(try JSON(parsing: "{\(keys)}").object?.members.count == 200)
        for number in [0, Limits.jsonPairwiseKeysMax, 199] {
            let error = #expect(throws: JSONError.self) {
                try JSON(parsing: #"{\#(keys),"k\#(number)":1}"#)
            }
            #expect(error?.reason == .repeatedKey)
        }
    }

    @Test func readsARangeAndCountsFromTheStartOfTheBytes() throws {
        let bytes = Array("xx[1]yy".utf8)
        #expect(try JSON(parsing: bytes, in: 2..<5) == [1])
        #expect(throws: JSONError(.trailing, offset: 5)) { try JSON(parsing: bytes, in: 2..<6) }
        #expect(throws: JSONError(.truncated, offset: 4)) { try JSON(parsing: bytes, in: 2..<4) }
    }

    /// Cut or flipped at any byte, a text is read or refused, never a trap; what is read is
    /// written and read again alike.
    @Test func survivesEveryCutAndFlip() throws {
        let text = #"{"a":[1,-20,true,null],"文":"\u5e73\n\"值","c":{"d":false,"e":[]}}"#
        let whole = Array(text.utf8)
        var refused = 0
        for length in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSON(parsing: Array(whole[..<length])) }
        }
        for index in whole.indices {
            for bit in 0..<8 {
                var flipped = whole
                flipped[index] ^= 1 << UInt8(bit)
                do {
                    let json = try JSON(parsing: flipped)
                    #expect(try JSON(parsing: json.bytes) == json)
                } catch {
                    refused += 1
                    #expect((0...whole.count).contains(error.offset))
                }
            }
        }
        #expect(refused > 0)
    }
}

@Suite struct JSONObjectTests {
    @Test func setsInPlaceAppendsAndRemoves() {
        var object = JSONObject()
        object["b"] = 1
        object["a"] = 2
        object["b"] = 3
        #expect(JSON.object(object) == ["b": 3, "a": 2])
        #expect(JSON.object(object) != ["a": 2, "b": 3])
        object["b"] = nil
        object["none"] = nil
        #expect(object.members.map(\.key) == ["a"])
    }
}

import Testing

@testable import Base

@Suite struct JSONWriterTests {
    @Test func writesIdsAsTheirHexadecimalTextWouldBe() throws {
        let words: [UInt64] = [
            0, 9, 10, 15, 16, 0x0123_4567_89ab_cdef, .max, 0xa0a0_9f9f_0000_ffff,
        ]
        for word in words {
            let id = Digest16(high: word, low: ~word)
            var writer = JSONWriter()
            writer.array { array in
                array.value(hex: word)
                array.value(hex: id)
                array.object { $0.field("id", hex: id) }
            }
            let text = "[\"\(ScopeID(word).hex)\",\"\(id.hex)\",{\"id\":\"\(id.hex)\"}]"
            #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        }
    }

    @Test func writesInTheOrderOfTheCallsWithoutSpace() throws {
        var writer = JSONWriter(capacity: 8)
        writer.object { writer in
            writer.field("z", "值")
            writer.field("n", -20)
            writer.field("yes", true)
            writer.key("nothing")
            writer.null()
            writer.array("list") { writer in
                writer.value(0)
                writer.value("a")
                writer.array { _ in }
                writer.object { _ in }
            }
            writer.object("inner") { $0.field("stored", stored: Array("[1,2]".utf8)) }
            writer.field("tree", ["k": [nil]])
        }
        let text =
            #"{"z":"值","n":-20,"yes":true,"nothing":null,"list":[0,"a",[],{}],"#
            + #""inner":{"stored":[1,2]},"tree":{"k":[null]}}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        #expect(try JSON(parsing: writer.bytes).bytes == writer.bytes)
    }

    @Test func escapesOnlyWhatItMust() throws {
        let text = "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{2028}é😀"
        let written = String(decoding: JSON.text(text).bytes, as: UTF8.self)
        #expect(
            written == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}\u{2028}é😀\"")
        #expect(try JSON(parsing: written).text == text)
    }

    @Test(arguments: [
        0, 7, -7, 10, 100, 9_007_199_254_740_991, -9_007_199_254_740_991, Int64.max, Int64.min,
    ])
    func writesIntegersAsSwiftDoes(number: Int64) {
        #expect(String(decoding: JSON.int(number).bytes, as: UTF8.self) == String(number))
    }

    @Test func passesOnTheErrorOfItsBody() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            var writer = JSONWriter()
            try writer.object { _ in throw Stop() }
        }
    }

    @Test func trapsOnAKeyWithoutValue() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.object { $0.key("a") }
        }
    }

    @Test func trapsOnASecondValue() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.value(1)
            writer.value(2)
        }
    }
}

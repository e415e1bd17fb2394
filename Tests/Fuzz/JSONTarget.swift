import Base

/// One JSON text, in both dialects and by the scanner.
enum JSONTarget {
    static func feed(_ bytes: [UInt8]) {
        scan(bytes)
        let strict = tree(bytes, .strict)
        let general = tree(bytes, .general)
        guard let strict else { return }
        invariant(general == strict, "what is strict is general, too")
        if case .object(let object) = strict { compare(object, bytes) }
    }

    private static func tree(_ bytes: [UInt8], _ dialect: JSONReader.Dialect) -> JSON? {
        do throws(JSONError) {
            let tree = try JSON(parsing: bytes, dialect: dialect)
            let written = write(tree)
            let again = try JSON(parsing: written, dialect: dialect)
            invariant(again == tree, "decode after encode is identity")
            invariant(write(again) == written, "encode after decode is identity")
            return tree
        } catch {
            invariant(error.offset >= 0 && error.offset <= bytes.count, "an error has a place")
            return nil
        }
    }

    private static func write(_ tree: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(tree)
        return writer.bytes
    }

    /// Hot paths walk bytes that were read strictly once; damaged ones must not stop them.
    private static func scan(_ bytes: [UInt8]) {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            while let member = try scanner.next() { _ = try scanner.key(member) }
            _ = try scanner.text("name")
            _ = try scanner.int("at")
            _ = try scanner.bool("flag")
        } catch {
            invariant(error.offset >= 0 && error.offset <= bytes.count, "an error has a place")
        }
    }

    private static func compare(_ object: JSONObject, _ bytes: [UInt8]) {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            for expected in object.members {
                guard let member = try scanner.next() else {
                    invariant(false, "the scanner finds every member")
                    return
                }
                let key = try scanner.key(member)
                let value = try scanner.json(member)
                invariant(key == expected.key && value == expected.value, "both read the same")
            }
            let rest = try scanner.next()
            invariant(rest == nil, "the scanner finds no other member")
        } catch {
            invariant(false, "the scanner reads what is strict")
        }
    }

    static let seeds: [[UInt8]] = [
        #"{"name":"李\n\u674e\ud83d\ude00","at":9007199254740991,"flag":true,"list":[null,-1]}"#,
        #"[1.5e308,-0,0.1,1e-999,[[[[{}]]]],"\\\"\/\b\f"]"#, #" {"a":{"a":{"a":[]}},"b":false} "#,
        String(repeating: "[", count: 70), #"{"a":-9223372036854775808}"#, "\"\u{7f}\u{feff}\"",
    ].map { Array($0.utf8) }
}

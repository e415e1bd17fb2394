import Base

/// Text of a page. A literal is markup; everything put into it is escaped, unless it is
/// `HTMLText` itself. So a value from outside becomes markup nowhere, neither between tags nor
/// in an attribute, as long as attributes stand in double quotes.
package struct HTMLText: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// UTF-8.
    package private(set) var bytes: [UInt8]

    /// Nothing.
    package static let empty: HTMLText = ""

    package init(stringLiteral value: String) { bytes = Array(value.utf8) }

    package init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.bytes
    }

    /// Text alone, escaped.
    package init(text: String) {
        var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 1)
        interpolation.appendInterpolation(text)
        bytes = interpolation.bytes
    }

    /// Parts one after another.
    package init(_ parts: some Sequence<HTMLText>) {
        bytes = []
        for part in parts { bytes.append(contentsOf: part.bytes) }
    }

    /// Adds what comes after.
    package static func += (left: inout HTMLText, right: HTMLText) {
        left.bytes.append(contentsOf: right.bytes)
    }

    /// What a literal with values in it becomes.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate(set) var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 24)
        }

        /// Markup, as it is.
        package mutating func appendLiteral(_ literal: String) {
            bytes.append(contentsOf: literal.utf8)
        }

        /// Markup, as it is.
        package mutating func appendInterpolation(_ markup: HTMLText) {
            bytes.append(contentsOf: markup.bytes)
        }

        /// Markup, one piece after another.
        package mutating func appendInterpolation(_ parts: [HTMLText]) {
            for part in parts { bytes.append(contentsOf: part.bytes) }
        }

        /// A number.
        package mutating func appendInterpolation(_ number: Int) {
            bytes.append(contentsOf: String(number).utf8)
        }

        /// Escapes what has a meaning in markup; control characters become U+FFFD.
        package mutating func appendInterpolation(_ text: String) {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
                case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
                case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
                case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
                case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
                case 0x00...0x08, 0x0b, 0x0c, 0x0e...0x1f, 0x7f:
                    bytes.append(contentsOf: "\u{FFFD}".utf8)
                default: bytes.append(byte)
                }
            }
        }
    }
}

extension HTMLText {
    /// Two parts one after the other.
    package static func + (left: HTMLText, right: HTMLText) -> HTMLText { HTMLText([left, right]) }
}

import Base

/// A service item's code (DOMAIN §3.1): 基本编码 of 12 digits, 实施编码 of 31 (credit code, one
/// digit, basic code) or 业务办理项编码 of 33 (two more digits).
package struct ItemCode: Hashable, Comparable, Sendable {
    package let text: String
    package let form: Form

    /// Which of the three it is, by its length.
    package enum Form: String, Hashable, Sendable {
        case basic, implementation, handling
    }

    /// - Parameter text: Checked in length, digits, area and credit code; else nil.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        switch bytes.count {
        case 12: form = .basic
        case 31: form = .implementation
        case 33: form = .handling
        default: return nil
        }
        let basic = form == .basic ? bytes[...] : bytes[19..<31]
        guard Self.isBasic(basic) else { return nil }
        if form != .basic {
            guard CreditCode(String(decoding: bytes[..<18], as: UTF8.self)) != nil,
                CheckDigit.isDigit(bytes[18]), bytes[31...].allSatisfy(CheckDigit.isDigit)
            else { return nil }
        }
        self.text = text
    }

    /// The basic code inside it: what makes two levels' items the same item.
    package var basic: String { form == .basic ? text : String(text.dropFirst(19).prefix(12)) }

    package static func < (left: ItemCode, right: ItemCode) -> Bool { left.text < right.text }

    /// 2 area (00 for the country), 2 type, 5 main item, 3 sub-item.
    private static func isBasic(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 12, bytes.allSatisfy(CheckDigit.isDigit) else { return false }
        let digits = bytes.map { Int($0 - CheckDigit.zero) }
        let area = digits[0] * 10 + digits[1]
        let main = digits[4..<9].reduce(0) { $0 * 10 + $1 }
        return (area == 0 || DivisionCode.provinces.contains(area)) && main > 0
    }
}

/// The structure of a 12-digit division code beyond its being a number.
package enum DivisionCode {
    /// First two digits that stand for a province (GB/T 2260).
    package static let provinces: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50,
        51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
    ]
}

import Base

/// 统一社会信用代码 of an organisation (GB 32100): 18 characters, upper case.
package struct CreditCode: Hashable, Sendable {
    package let text: String

    /// - Parameter text: Checked in length, alphabet (no I O S V Z) and both check characters:
    ///   the organisation's own (GB 11714, places 9 to 17) and the whole. Anything else gives nil.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 18 else { return nil }
        var values: [Int] = []
        values.reserveCapacity(18)
        for byte in bytes {
            guard let value = Self.alphabet.firstIndex(of: byte) else { return nil }
            values.append(value)
        }
        guard bytes[2..<8].allSatisfy(CheckDigit.isDigit),
            CheckDigit.mod31(values[..<17]) == values[17],
            Self.isOrganisation(bytes[8..<17])
        else { return nil }
        self.text = text
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

    /// GB 11714 counts letters from A = 10 without leaving any out.
    private static func isOrganisation(_ bytes: ArraySlice<UInt8>) -> Bool {
        let values = bytes.dropLast().map { byte in
            CheckDigit.isDigit(byte)
                ? Int(byte - CheckDigit.zero) : Int(byte - UInt8(ascii: "A")) + 10
        }
        let check = CheckDigit.organisation(values)
        let printed = check == 10 ? UInt8(ascii: "X") : CheckDigit.zero + UInt8(check)
        return bytes.last == printed
    }
}

/// 公民身份号码 (GB 11643): 17 digits and a check character, `X` in upper case.
package struct ResidentNumber: Hashable, Sendable {
    package let text: String
    package let birth: CivilDate

    /// - Parameter text: Checked in length, alphabet, province, date of birth and check
    ///   character; whether the first six digits are a division that existed is the caller's
    ///   rule. Else nil.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 18, let check = CheckDigit.mod11And2(bytes[..<17]),
            bytes[17] == (check == 10 ? UInt8(ascii: "X") : CheckDigit.zero + UInt8(check)),
            Self.hasProvince(bytes), let birth = Self.birth(bytes[6..<14])
        else { return nil }
        self.text = text
        self.birth = birth
    }

    /// For lists: the first six and the last four (DOMAIN §3.9).
    package var masked: String { text.prefix(6) + "********" + text.suffix(4) }

    /// Residence permits of Hong Kong, Macao and Taiwan begin with 81, 82, 83.
    private static func hasProvince(_ digits: [UInt8]) -> Bool {
        let province = digits[..<2].reduce(0) { $0 * 10 + Int($1 - CheckDigit.zero) }
        return province == 83 || DivisionCode.provinces.contains(province)
    }

    private static func birth(_ digits: ArraySlice<UInt8>) -> CivilDate? {
        let number = digits.reduce(0) { $0 * 10 + Int($1 - CheckDigit.zero) }
        return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }
}

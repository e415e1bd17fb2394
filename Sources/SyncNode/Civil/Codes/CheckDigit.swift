import Base

/// Check characters of the numbers that people type: ISO 7064 and GB 32100.
///
/// All take ASCII bytes and give nil where a byte is outside the alphabet, so that what was
/// typed is refused instead of guessed at.
package enum CheckDigit {
    /// ISO 7064 MOD 11,10: one digit that catches every single wrong digit and nearly every
    /// swap of neighbours. Case numbers carry it (DOMAIN §3.1).
    ///
    /// - Parameter digits: ASCII digits before the check digit, at least one.
    /// - Returns: 0 … 9.
    package static func mod11And10(_ digits: [UInt8]) -> Int? {
        guard let product = product11And10(digits, digits.count) else { return nil }
        return (11 - product) % 10
    }

    /// Whether a number that ends in its ISO 7064 MOD 11,10 check digit is whole.
    package static func isValid11And10(_ digits: [UInt8]) -> Bool {
        guard digits.count >= 2, let last = digits.last, isDigit(last),
            let product = product11And10(digits, digits.count - 1)
        else { return false }
        return (11 - product) % 10 == Int(last - zero)
    }

    /// ISO 7064 MOD 11-2: 0 … 9, or 10 which is printed `X`. Resident numbers carry it.
    ///
    /// - Parameter digits: ASCII digits before the check character, at least one.
    package static func mod11And2(_ digits: some Swift.Collection<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var sum = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            sum = (sum + Int(digit - zero)) * 2 % 11
        }
        return (12 - sum) % 11
    }

    /// GB 32100: 31 values, weights 3^i mod 31.
    ///
    /// - Parameter values: The 17 values before the check character, each 0 … 30.
    /// - Returns: 0 … 30.
    package static func mod31(_ values: some Swift.Collection<Int>) -> Int {
        var weight = 1
        var sum = 0
        for value in values {
            invariant((0..<31).contains(value), "a value of GB 32100 is below 31")
            sum += value * weight
            weight = weight * 3 % 31
        }
        return (31 - sum % 31) % 31
    }

    /// GB 11714: 8 values, weights 3 7 9 10 5 8 4 2; 10 is printed `X`.
    ///
    /// - Returns: 0 … 10.
    package static func organisation(_ values: some Swift.Collection<Int>) -> Int {
        let weights = [3, 7, 9, 10, 5, 8, 4, 2]
        invariant(values.count == weights.count, "an organisation number has 8 characters")
        let sum = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return (11 - sum % 11) % 11
    }

    static let zero = UInt8(ascii: "0")

    static func isDigit(_ byte: UInt8) -> Bool { (zero...UInt8(ascii: "9")).contains(byte) }

    /// Of the first `count` digits: a number is checked for every case that comes in.
    private static func product11And10(_ digits: [UInt8], _ count: Int) -> Int? {
        guard count > 0 else { return nil }
        var product = 10
        for index in 0..<count {
            let digit = digits[index]
            guard isDigit(digit) else { return nil }
            let sum = (product + Int(digit - zero)) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return product
    }
}

package import Base

/// The date of RFC 9110 §5.6.7, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = Array("ThuFriSatSunMonTueWed".utf8)
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    /// - Parameter instant: From 1970 to 9999; outside of it the nearer end is taken.
    /// - Returns: 29 bytes of ASCII. Cost: about 100 ns; servers keep it for a second.
    package static func encode(_ instant: Instant) -> [UInt8] {
        let seconds = Int(min(max(instant.millis / 1000, 0), 253_402_300_799))
        let day = seconds / 86_400
        let (year, month, date) = civil(day)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text.append(contentsOf: days[(day % 7 * 3)..<(day % 7 * 3 + 3)])
        text.append(contentsOf: ", ".utf8)
        append(date, digits: 2, to: &text)
        text.append(0x20)
        text.append(contentsOf: months[(month * 3 - 3)..<(month * 3)])
        text.append(0x20)
        append(year, digits: 4, to: &text)
        text.append(0x20)
        append(seconds / 3600 % 24, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds % 60, digits: 2, to: &text)
        text.append(contentsOf: " GMT".utf8)
        invariant(text.count == 29, "an HTTP date has 29 bytes")
        return text
    }

    /// Days since 1970 to year, month, day of the Gregorian calendar, by eras of 400 years.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * part + 2) / 5 + 1)
    }

    private static func append(_ value: Int, digits: Int, to text: inout [UInt8]) {
        var divisor = digits == 4 ? 1000 : 10
        while divisor > 0 {
            text.append(UInt8(0x30 + value / divisor % 10))
            divisor /= 10
        }
    }
}

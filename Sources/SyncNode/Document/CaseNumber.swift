package import Base
package import Civil

extension CivilDate {
    /// Eight decimal digits: 20260924.
    package var number: Int { (parts.year * 100 + parts.month) * 100 + parts.day }

    /// The year as scopes carry it.
    package var scopeYear: UInt16 { UInt16(year) }
}

/// 办件编号: 26 digits = 12 region + 8 date + 5 serial + 1 check digit (DOMAIN §3.1).
package struct CaseNumber: Hashable, Sendable {
    package let text: String

    /// Serial numbers of one station and day.
    package static let serialMax = 99_999

    /// - Parameters:
    ///   - date: Eight decimal digits as a number.
    ///   - serial: 1 ... `serialMax`.
    package init(region: RegionCode, date: Int, serial: Int) {
        invariant((1...Self.serialMax).contains(serial), "a serial has five digits")
        invariant((10_101...99_991_231).contains(date), "a date has eight digits")
        var digits = Array(region.text.utf8)
        digits.append(contentsOf: Self.padded(date, to: 8))
        digits.append(contentsOf: Self.padded(serial, to: 5))
        digits.append(0x30 + UInt8(CheckDigit.mod11And10(digits) ?? 0))
        text = String(decoding: digits, as: UTF8.self)
    }

    /// - Parameter text: 26 digits with the right check digit; anything else gives nil.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 26, CheckDigit.isValid11And10(digits) else { return nil }
        self.text = text
    }

    /// The five digits that count the day's cases.
    package var serial: Int {
        text.utf8.dropFirst(20).prefix(5).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The eight digits of the date.
    package var date: Int {
        text.utf8.dropFirst(12).prefix(8).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func padded(_ number: Int, to count: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        return [UInt8](repeating: 0x30, count: count - digits.count) + digits
    }
}

/// How many numbers a station has given on one day: folded from what it received, so that a
/// restored node that has its log back goes on after the last one.
package struct SerialState: Hashable, Sendable {
    package let scope: ScopeID
    package let date: Int
    /// The largest serial given so far.
    package var last: Int

    /// One document for each station, year and day.
    package static func key(scope: ScopeID, date: Int) -> DocumentKey {
        DocumentKey(
            collection: .serial, id: Digest16(high: scope.rawValue, low: UInt64(date)))
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 48)
        writer.object { object in
            object.field("date", date)
            object.field("last", last)
        }
        return StoredDocument(
            key: key, scope: scope, label: String(date), status: "counting", time: Int64(date),
            attention: false, search: "", state: writer.bytes)
    }

    package init(scope: ScopeID, date: Int, last: Int) {
        self.scope = scope
        self.date = date
        self.last = last
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ document: StoredDocument) throws(JSONError) {
        var scanner = try JSONScanner(document.state)
        guard let date = try scanner.int("date"), let last = try scanner.int("last") else {
            throw JSONError(.kind, offset: 0)
        }
        self.init(scope: document.scope, date: Int(date), last: Int(last))
    }
}

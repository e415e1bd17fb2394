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
    /// Those of the incarnation that had a place's first seat; what is above goes to all others.
    package static let firstSeatSerialMax = 79_999

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
///
/// The incarnation that had the place's first seat counts from 1. Every other one, a copy, a
/// restored station, another machine, counts from a start of its own above those: what two of them
/// give while neither hears of the other differs.
package struct SerialState: Hashable, Sendable {
    /// What an incarnation without the first seat gave last.
    package struct Later: Hashable, Sendable {
        package let actor: ActorID
        package var last: Int
    }

    package let scope: ScopeID
    package let date: Int
    /// The largest serial given so far, of those up to `CaseNumber.firstSeatSerialMax`.
    package var last: Int
    /// What the others gave, by their actors.
    package private(set) var later: [Later] = []

    /// One document for each station, year and day.
    package static func key(scope: ScopeID, date: Int) -> DocumentKey {
        DocumentKey(
            collection: .serial, id: Digest16(high: scope.rawValue, low: UInt64(date)))
    }

    package init(scope: ScopeID, date: Int, last: Int) {
        self.scope = scope
        self.date = date
        self.last = last
    }

    // MARK: counting

    private static let ring = CaseNumber.firstSeatSerialMax + 1...CaseNumber.serialMax

    /// Where an incarnation without the first seat begins each day: its actor is a hash.
    private static func start(of actor: ActorID) -> Int {
        ring.lowerBound + Int(actor.rawValue % UInt64(ring.count))
    }

    /// The serial that follows another one, the first after the last.
    private static func after(_ serial: Int) -> Int {
        serial == ring.upperBound ? ring.lowerBound : serial + 1
    }

    /// The serial that the incarnation with the place's first seat gives next; nil where it has
    /// none left.
    package var nextOfFirst: Int? { last < CaseNumber.firstSeatSerialMax ? last + 1 : nil }

    /// The serial that any other incarnation gives next; nil where none is left.
    ///
    /// - Parameter isTaken: Whether a case with a serial is known.
    package func next<Failure: Error>(
        for actor: ActorID, isTaken: (Int) throws(Failure) -> Bool
    ) throws(Failure) -> Int? {
        let given = later.first { $0.actor == actor }
        var serial = given.map { Self.after($0.last) } ?? Self.start(of: actor)
        for _ in Self.ring {
            if try !isTaken(serial) { return serial }
            serial = Self.after(serial)
        }
        return nil
    }

    /// Takes in that an incarnation gave a serial.
    ///
    /// - Parameter isAnew: Whether it only wrote down again what an incarnation before it gave.
    /// - Returns: Whether the serial may have been given before.
    package mutating func count(_ serial: Int, by actor: ActorID, isAnew: Bool) -> Bool {
        guard Self.ring.contains(serial) else {
            guard serial > last else { return true }
            last = serial
            return false
        }
        guard !isAnew else { return true }
        if let place = later.firstIndex(where: { $0.actor == actor }) {
            later[place].last = serial
        } else {
            later.append(Later(actor: actor, last: serial))
            later.sort { $0.actor < $1.actor }
        }
        return true
    }

    // MARK: as it is stored

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 48)
        writer.object { object in
            object.field("date", date)
            object.field("last", last)
            if !later.isEmpty {
                object.array("later") { array in
                    for one in later {
                        array.object {
                            $0.field("actor", one.actor.hex)
                            $0.field("last", one.last)
                        }
                    }
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: String(date), status: "counting", time: Int64(date),
            attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ document: StoredDocument) throws(JSONError) {
        var scanner = try JSONScanner(document.state)
        guard let date = try scanner.int("date"), let last = try scanner.int("last") else {
            throw JSONError(.kind, offset: 0)
        }
        self.init(scope: document.scope, date: Int(date), last: Int(last))
        guard let member = try scanner.member("later") else { return }
        let list = try JSON(parsing: Array(document.state[member.value])).array ?? []
        for one in list {
            guard let actor = one["actor"]?.text.flatMap({ UInt64($0, radix: 16) }),
                let last = one["last"]?.int
            else { throw JSONError(.kind, offset: member.value.lowerBound) }
            later.append(Later(actor: ActorID(actor), last: Int(last)))
        }
    }
}

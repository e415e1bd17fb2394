package import Base
package import Change
package import Civil
package import Document

/// When a reminder is due: so many days before a certificate runs out (DOMAIN §1.5, row 72).
package enum ReminderStage: Int, Hashable, Sendable, CaseIterable {
    case ninety = 90
    case sixty = 60
    /// The last day to ask for a renewal (行政许可法 50 条).
    case thirty = 30

    /// The stage that has come, with so many days left; nil where none has, or it is over.
    package init?(daysLeft: Int) {
        guard daysLeft >= 0,
            let stage = Self.allCases.reversed().first(where: { daysLeft <= $0.rawValue })
        else { return nil }
        self = stage
    }
}

/// A certificate with a validity (有效期), as its case says it, and who was reminded of its end.
package struct CertificateState: Hashable, Sendable {
    /// One reminder that was given (到期提醒, 上门提醒).
    package struct Reminder: Hashable, Sendable {
        package let hash: Digest16
        package let moment: Instant
        package let stage: ReminderStage
        /// 电话, 上门, 短信 …
        package let way: String
    }

    package let scope: ScopeName
    /// 办件编号.
    package var caseNumber = ""
    package var item = ""
    /// 证照编号; empty where none was given.
    package var certificate = ""
    /// 有效期至; nil where it has no end, or the case is not here.
    package var validUntil: CivilDate?
    /// 已撤销.
    package var isRevoked = false
    /// By moment, then hash.
    package private(set) var reminders: [Reminder] = []

    package init(scope: ScopeName) { self.scope = scope }

    /// The document of a case's certificate.
    package static func key(case id: Digest16) -> DocumentKey {
        DocumentKey(collection: .certificate, id: id)
    }

    /// Takes a reminder in; one that is known changes nothing.
    package mutating func take(_ change: Change, _ body: JSON) {
        guard let number = body["stage"]?.int.flatMap(Int.init(exactly:)),
            let stage = ReminderStage(rawValue: number),
            reminders.count < Limits.remindersMax
        else { return }
        let hash = change.hash.prefix16
        guard !reminders.contains(where: { $0.hash == hash }) else { return }
        reminders.append(
            Reminder(
                hash: hash, moment: Instant(millis: body["at"]?.int ?? change.header.time.millis),
                stage: stage, way: body["way"]?.text ?? ""))
        reminders.sort { ($0.moment, $0.hash) < ($1.moment, $1.hash) }
    }

    /// Days until it runs out; nil where it does not, or was revoked.
    package func daysLeft(on today: CivilDate) -> Int? {
        guard !isRevoked, let validUntil else { return nil }
        return validUntil.daysSince1970 - today.daysSince1970
    }

    /// The reminder that is due and was not given; nil where none is.
    package func due(on today: CivilDate) -> ReminderStage? {
        guard let left = daysLeft(on: today), let stage = ReminderStage(daysLeft: left),
            !reminders.contains(where: { $0.stage.rawValue <= stage.rawValue })
        else { return nil }
        return stage
    }
}

// MARK: as a document

extension CertificateState {
    /// The document that the store keeps; `init` reads it back. Lists are in the order in which
    /// certificates run out.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 320)
        writer.object { object in
            object.field("case", caseNumber)
            object.field("item", item)
            object.field("certificate", certificate)
            if let validUntil { object.field("validUntil", validUntil.text) }
            object.field("revoked", isRevoked)
            object.field("station", self.scope.region.hex)
            object.field("year", Int(self.scope.year))
            object.array("reminders") { array in
                for reminder in reminders {
                    array.object { entry in
                        entry.field("hash", hex: reminder.hash)
                        entry.field("at", reminder.moment.millis)
                        entry.field("stage", reminder.stage.rawValue)
                        entry.field("way", reminder.way)
                    }
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: caseNumber,
            status: isRevoked ? "revoked" : validUntil == nil ? "endless" : "valid",
            time: validUntil?.start.millis ?? 0, attention: false, search: "",
            state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let station = json["station"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let isRevoked = json["revoked"]?.bool, let list = json["reminders"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        caseNumber = json["case"]?.text ?? ""
        item = json["item"]?.text ?? ""
        certificate = json["certificate"]?.text ?? ""
        validUntil = json["validUntil"]?.text.flatMap { CivilDate($0) }
        self.isRevoked = isRevoked
        for entry in list {
            guard let hash = entry["hash"]?.text.flatMap(Digest16.init(hex:)),
                let at = entry["at"]?.int,
                let stage = entry["stage"]?.int.flatMap({
                    ReminderStage(rawValue: Int(clamping: $0))
                })
            else { throw JSONError(.kind, offset: 0) }
            reminders.append(
                Reminder(
                    hash: hash, moment: Instant(millis: at), stage: stage,
                    way: entry["way"]?.text ?? ""))
        }
    }
}

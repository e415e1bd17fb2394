package import Base
package import Change
import Crypto
package import Document

/// The five grades (GB/T 39734-2020). The raw value is what is stored.
package enum Grade: Int, Hashable, Sendable, CaseIterable {
    case veryBad = 1
    case bad, fair, good, veryGood

    /// The grade for people.
    package var name: String {
        switch self {
        case .veryBad: "非常不满意"
        case .bad: "不满意"
        case .fair: "基本满意"
        case .good: "满意"
        case .veryGood: "非常满意"
        }
    }

    /// 差评: leads to a ticket.
    package var isBad: Bool { self == .veryBad || self == .bad }
}

/// What was said of one contact (一次一评): the first word counts, by business time. Who said it
/// is not in it.
package struct RatingState: Hashable, Sendable {
    /// One word.
    package struct Word: Hashable, Sendable {
        package let hash: Digest16
        package let moment: Instant
        /// Who served, as the change's author; 0 where nobody did.
        package let officer: UInt64
        package let grade: Grade
        package let channel: String
        /// The item's code; empty where it was about none.
        package let item: String
        package let isNamed: Bool

        package init(
            hash: Digest16, moment: Instant, officer: UInt64, grade: Grade, channel: String,
            item: String, isNamed: Bool
        ) {
            self.hash = hash
            self.moment = moment
            self.officer = officer
            self.grade = grade
            self.channel = channel
            self.item = item
            self.isNamed = isNamed
        }

        /// - Parameter body: {grade or score, channel?, item?, named?, at?}; nil without a grade.
        package init?(_ change: Change, _ body: JSON, item: String) {
            let number = body["grade"]?.int ?? body["score"]?.int ?? 0
            guard let grade = Grade(rawValue: Int(clamping: number)) else { return nil }
            self.init(
                hash: change.hash.prefix16,
                moment: Instant(millis: body["at"]?.int ?? change.header.time.millis),
                officer: change.header.author, grade: grade,
                channel: body["channel"]?.text ?? "window", item: body["item"]?.text ?? item,
                isNamed: body["named"]?.bool ?? false)
        }
    }

    /// 评价渠道 (S1-18): the counter's own device, a slip's code, the page, a card, a message.
    package static let channels = ["window", "qr", "web", "card", "sms"]

    /// Where the contact was.
    package let region: RegionID
    /// By moment, then hash.
    package private(set) var words: [Word] = []

    package init(region: RegionID) { self.region = region }

    /// The word that counts.
    package var counted: Word? { words.first }

    /// The document of a contact at a place: 16 bytes of a hash of both.
    package static func key(_ contact: [UInt8], at region: RegionID) -> DocumentKey {
        let text = Array("syncnode contact 1\0\(region.hex)\0".utf8) + contact
        return DocumentKey(
            collection: .rating, id: Hash.digest(text, suite: .sha256Ed25519).prefix16)
    }

    /// The contact that a case is, at a place: 一事一评.
    package static func key(case id: Digest16, at region: RegionID) -> DocumentKey {
        key(Array(id.hex.utf8), at: region)
    }

    /// Takes a word in; one that is known changes nothing.
    package mutating func take(_ word: Word) {
        guard !words.contains(where: { $0.hash == word.hash }),
            words.count < Limits.ratingWordsMax
        else { return }
        words.append(word)
        words.sort { ($0.moment, $0.hash) < ($1.moment, $1.hash) }
    }
}

// MARK: as a document

extension RatingState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in
            object.field("region", region.hex)
            object.array("words") { array in
                for word in words {
                    array.object { entry in
                        entry.field("hash", hex: word.hash)
                        entry.field("at", word.moment.millis)
                        entry.field("officer", hex: word.officer)
                        entry.field("grade", word.grade.rawValue)
                        entry.field("channel", word.channel)
                        entry.field("item", word.item)
                        entry.field("named", word.isNamed)
                    }
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: "", status: "given",
            time: counted?.moment.millis ?? 0, attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let list = json["words"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(region: region)
        for entry in list {
            guard let hash = entry["hash"]?.text.flatMap(Digest16.init(hex:)),
                let at = entry["at"]?.int,
                let officer = entry["officer"]?.text.flatMap(RegionID.init(hex:)),
                let grade = entry["grade"]?.int.flatMap({ Grade(rawValue: Int(clamping: $0)) }),
                let channel = entry["channel"]?.text, let item = entry["item"]?.text,
                let isNamed = entry["named"]?.bool
            else { throw JSONError(.kind, offset: 0) }
            words.append(
                Word(
                    hash: hash, moment: Instant(millis: at), officer: officer.rawValue,
                    grade: grade, channel: channel, item: item, isNamed: isNamed))
        }
    }
}

package import Base
package import Change
package import Civil
package import Document

/// Whom a light is told to, one after the other (三步通知, S4-2).
package enum NoticeStep: Int, Hashable, Sendable, CaseIterable {
    case officer = 1
    case section, leader

    /// The step for people, as the item's guide names who it is.
    package var name: String {
        switch self {
        case .officer: "直接责任人"
        case .section: "科室负责人"
        case .leader: "部门负责人"
        }
    }

    /// The light at which it is due.
    package var light: CaseClock.Light {
        switch self {
        case .officer: .blue
        case .section: .yellow
        case .leader: .red
        }
    }
}

/// 亮灯通知 of one case or ticket: who was told at which step, when and how, and who has
/// acknowledged it (知悉). That a notice is due is derived from the clock and stored nowhere.
package struct NoticeState: Hashable, Sendable {
    /// One thing that was said of a notice.
    package struct Word: Hashable, Sendable {
        package let hash: Digest16
        package let moment: Instant
        /// First 8 bytes of H(account id); 0 for the node itself.
        package let author: UInt64
        /// Where it was said; nil where the directory does not know.
        package let region: RegionID?
        package let step: NoticeStep
        /// The day that the light is about: another one is another notice.
        package let due: CivilDate
        /// False where somebody was told; true where it was acknowledged.
        package let isAcknowledged: Bool
        /// Who was told, as the guide named them then.
        package let name: String
        /// 电话, 当面, 短信 …; empty of an acknowledgement.
        package let way: String
    }

    package let scope: ScopeName
    /// 办件编号, or the ticket's.
    package private(set) var number = ""
    /// By moment, then hash.
    package private(set) var words: [Word] = []

    package init(scope: ScopeName) { self.scope = scope }

    /// The document of a case's or a ticket's notices.
    package static func key(_ subject: Digest16) -> DocumentKey {
        DocumentKey(collection: .notice, id: subject)
    }

    /// Takes a word in; one that is known, or of no known form, changes nothing.
    package mutating func take(_ change: Change, _ body: JSON, region: RegionID?) {
        let hash = change.hash.prefix16
        guard let step = body["step"]?.int.flatMap({ NoticeStep(rawValue: Int(clamping: $0)) }),
            let due = body["due"]?.text.flatMap({ CivilDate($0) }),
            let act = body["act"]?.text, act == Self.told || act == Self.acknowledged,
            words.count < Limits.noticeWordsMax, !words.contains(where: { $0.hash == hash })
        else { return }
        number = body["number"]?.text ?? number
        words.append(
            Word(
                hash: hash, moment: Instant(millis: body["at"]?.int ?? change.header.time.millis),
                author: change.header.author, region: region, step: step, due: due,
                isAcknowledged: act == Self.acknowledged, name: body["name"]?.text ?? "",
                way: body["way"]?.text ?? ""))
        words.sort { ($0.moment, $0.hash) < ($1.moment, $1.hash) }
    }

    /// The first word of a step about a day; nil where nobody said it.
    package func word(
        _ step: NoticeStep, due: CivilDate, isAcknowledged: Bool
    ) -> Word? {
        words.first {
            $0.step == step && $0.due == due && $0.isAcknowledged == isAcknowledged
        }
    }

    static let told = "tell"
    static let acknowledged = "acknowledge"
}

// MARK: as a document

extension NoticeState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 256 + 192 * words.count)
        writer.object { object in
            object.field("number", number)
            object.field("station", self.scope.region.hex)
            object.field("year", Int(self.scope.year))
            object.array("words") { array in
                for word in words {
                    array.object { entry in
                        entry.field("hash", hex: word.hash)
                        entry.field("at", word.moment.millis)
                        entry.field("author", hex: word.author)
                        if let region = word.region { entry.field("region", region.hex) }
                        entry.field("step", word.step.rawValue)
                        entry.field("due", word.due.text)
                        entry.field("act", word.isAcknowledged ? Self.acknowledged : Self.told)
                        entry.field("name", word.name)
                        entry.field("way", word.way)
                    }
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: number, status: "noted",
            time: words.last?.moment.millis ?? 0, attention: false, search: "",
            state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let station = json["station"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let list = json["words"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        number = json["number"]?.text ?? ""
        for entry in list {
            guard let hash = entry["hash"]?.text.flatMap(Digest16.init(hex:)),
                let at = entry["at"]?.int,
                let author = entry["author"]?.text.flatMap(RegionID.init(hex:)),
                let step = entry["step"]?.int.flatMap({ NoticeStep(rawValue: Int(clamping: $0)) }),
                let due = entry["due"]?.text.flatMap({ CivilDate($0) })
            else { throw JSONError(.kind, offset: 0) }
            words.append(
                Word(
                    hash: hash, moment: Instant(millis: at), author: author.rawValue,
                    region: entry["region"]?.text.flatMap(RegionID.init(hex:)), step: step,
                    due: due, isAcknowledged: entry["act"]?.text == Self.acknowledged,
                    name: entry["name"]?.text ?? "", way: entry["way"]?.text ?? ""))
        }
    }
}

extension ChangeKind {
    /// 亮灯通知: {case?, ticket?, number, step, due, act, name?, way?, at}.
    package static let noticeGiven = ChangeKind(rawValue: 0x0089)
}

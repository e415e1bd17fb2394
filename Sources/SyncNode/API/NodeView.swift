import Account
package import Archive
package import Base
package import Board
import Change
package import Domain
package import Guide
package import Paper

/// What pages and queries read of a node. Synchronous: called on a reader's thread, over one
/// moment of the store. Answers are bounded by what is asked for.
package protocol NodeView {
    func status() throws(ViewError) -> NodeStatus
    /// Whether the node may serve: started up, not fenced, not stopping.
    func isReady() throws(ViewError) -> Bool
    /// Scopes by id, with their vectors.
    func scopes(after: ScopeID?, limit: Int) throws(ViewError) -> [ScopeStatus]
    /// The stored JSON of the one document with that label. The hot path: no more than this.
    func state(_ collection: Collection, label: String) throws(ViewError) -> StateLookup
    /// A document by its id.
    func document(_ key: DocumentKey) throws(ViewError) -> StoredDocument?
    /// Documents with that label, by id: more than one where two clones used one number.
    func documents(_ collection: Collection, label: String) throws(ViewError) -> [StoredDocument]
    /// Documents newest first.
    func documents(_ query: DocumentQuery) throws(ViewError) -> [StoredDocument]
    /// Items and cases that match words, best first.
    func search(_ words: String, limit: Int) throws(ViewError) -> [StoredDocument]
    /// Who has the newest version of an item; nil where the item is not here.
    func rollout(_ code: String) throws(ViewError) -> Rollout?
    /// Places that the node knows, by code.
    func places() throws(ViewError) -> [Place]
    /// Working days of those years as the node's region counts them.
    func calendar(_ years: ClosedRange<Int>) throws(ViewError) -> WorkCalendar
    /// The light that a stored case shows on a day, by the county's thresholds; nil for none.
    func light(of file: StoredDocument, on today: CivilDate) throws(ViewError) -> CaseClock.Light?
    /// The statutory clock of a stored case on a day; nil while its 收件 is not here.
    func clock(of file: StoredDocument, on today: CivilDate) throws(ViewError) -> CaseClock?
    /// A sheet made of this moment's documents; nil where what it is about is not here.
    func sheet(_ question: SheetQuestion) throws(ViewError) -> Sheet?
    /// A sheet of the board; nil where what it is about is not here.
    func board(_ question: BoardQuestion) throws(ViewError) -> Sheet?
    /// The archive of a case (归档包); nil where it is not here.
    func archive(_ key: DocumentKey) throws(ViewError) -> ArchiveAnswer?
    /// The same to be given away: documents, attachments and the person in full, signed by this
    /// node. Cost: every document is made, every attachment read.
    func archivePackage(_ key: DocumentKey) throws(ViewError) -> ArchiveExport?
    /// What a hotline's file would come to; nothing is written.
    func plan(_ file: TicketFile) throws(ViewError) -> TicketPlan
    /// The place's line (排队叫号) as it is, or after a wish; a wish under a key that was heard
    /// before is only answered. Blocks for a synced write.
    func line(_ order: QueueOrder?, key: String?) throws(ViewError) -> LineAnswer
    /// What a day's line came to; nil where nobody took a number.
    func queueCounts(_ day: CivilDate) throws(ViewError) -> QueueCounts?
    /// A file's text as UTF-8, out of UTF-8 or GB18030; nil where it is neither.
    func utf8(_ file: [UInt8]) -> [UInt8]?
    /// What an import would come to; nothing is written.
    func plan(_ order: ImportOrder) throws(ViewError) -> ImportPlan
    /// Every item with the elements of its newest version, by code.
    func catalog() throws(ViewError) -> [(code: String, elements: JSON)]
    /// Who applies, out of what a case's state holds sealed. A few microseconds.
    func person(_ sealed: String) -> PersonAnswer
    /// What a stored text says that carries its own key: an account's name, a reason in the
    /// audit; nil where it does not open here.
    func text(_ stored: String) -> String?
    /// What was written with each of a stored case's events, by the event's hash: for those who
    /// may see its person.
    func words(of file: StoredDocument) throws(ViewError) -> [String: String]
    /// Other cases of the same person for the same item that are here (疑似重复), the newest first.
    func twins(of file: StoredDocument) throws(ViewError) -> [StoredDocument]
    /// The documents (文书) that a stored case has by now, the oldest first.
    func papers(of file: StoredDocument) throws(ViewError) -> [PaperEntry]
    /// One of them with its signed receipt; nil where the case has none of that name.
    func paper(_ name: PaperName, of file: StoredDocument) throws(ViewError) -> SignedPaper?
    /// How far a stored case has come, by each place's own word; nil while its 收件 is not here.
    func delivery(of file: StoredDocument) throws(ViewError) -> Delivery?
    /// Of the newest cases those of which something made here has not arrived above.
    func unsent() throws(ViewError) -> [Delivery]
    /// What this node says of a document's receipt.
    func verdict(_ receipt: PaperReceipt) throws(ViewError) -> PaperReceipt.Verdict
    /// The county's public key, by which anybody checks receipts; nil where there is no county.
    func countyKey() throws(ViewError) -> (code: RegionCode, key: String)?
    /// What is measured now, in the order of output.
    func metrics() throws(ViewError) -> [Metric]
}

/// A case's archive, and what was sealed of it.
package struct ArchiveAnswer: Sendable {
    package let package: ArchivePackage
    /// The digest that the case was sealed with (归档); nil where it was not.
    package let sealed: String?
    /// The first day on which it may be sealed: the rating window is over; nil where it is not
    /// closed, or no notice of that year is known.
    package let sealableFrom: CivilDate?

    package init(_ package: ArchivePackage, sealed: String?, sealableFrom: CivilDate?) {
        self.package = package
        self.sealed = sealed
        self.sealableFrom = sealableFrom
    }
}

/// A case's package, on its way out of the node.
package enum ArchiveExport: Sendable {
    case made(ArchiveFolder, ArchiveSignature)
    /// So many bytes of attachments are more than one answer holds.
    case tooLong(Int)
}

/// Why a view gave no answer.
package enum ViewError: Error, Hashable, Sendable {
    /// All readers are taken: 503, try again.
    case busy
    /// The node is stopping or fenced: 503.
    case closed
    /// The disk is full: 503 until there is room.
    case full
    /// The store failed: 500. The cause stands in the node's own log.
    case failed
}

/// What a label leads to.
package enum StateLookup: Sendable {
    case absent
    /// The document's state as stored.
    case one([UInt8])
    /// Two or more documents with this label.
    case several
}

/// A page of a collection, newest first; equal times by id.
package struct DocumentQuery: Hashable, Sendable {
    package let collection: Collection
    /// Only documents of this status; nil for all.
    package let status: String?
    /// Behind this place; nil for the first page.
    package let after: ListCursor?
    /// 1 ... `Limits.listMax` + 1: the API asks for one more, to know whether there is more.
    package let limit: Int

    package init(collection: Collection, status: String?, after: ListCursor?, limit: Int) {
        invariant((1...(Limits.listMax + 1)).contains(limit), "a list is bounded")
        self.collection = collection
        self.status = status
        self.after = after
        self.limit = limit
    }
}

/// A place in a list: the last document that was given out.
package struct ListCursor: Hashable, Sendable {
    /// `StoredDocument.time`.
    package let time: Int64
    package let id: Digest16

    package init(time: Int64, id: Digest16) {
        self.time = time
        self.id = id
    }

    /// - Parameter text: As `text` gives it; anything else gives nil.
    package init?(_ text: String) {
        guard text.utf8.count == 48, let id = Digest16(hex: String(text.suffix(32))),
            let time = RegionID(hex: String(text.prefix(16)))
        else { return nil }
        self.init(time: Int64(bitPattern: time.rawValue), id: id)
    }

    /// 48 hexadecimal digits; callers take it as it is.
    package var text: String { ScopeID(UInt64(bitPattern: time)).hex + id.hex }
}

/// Who applies, as far as this node can tell.
package enum PersonAnswer: Hashable, Sendable {
    case known(Person)
    /// Nothing is stored: the first event is not here, or it was erased.
    case absent
    /// Its key was not given to this node, or not yet.
    case locked
    /// What is stored was altered.
    case damaged

    /// `open`, `absent`, `locked`, `damaged`: what programs are told.
    package var word: String {
        switch self {
        case .known: "open"
        case .absent: "absent"
        case .locked: "locked"
        case .damaged: "damaged"
        }
    }

    /// Its name and telephone as lists show them.
    package var shown: String {
        let person = masked
        return [person.name, person.phone ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// As lists show it; where nothing can be shown, why, in the name's place.
    var masked: Person {
        switch self {
        case .known(let person):
            Person(
                name: Masked.name(person.name), idNumber: person.idNumber.map(Masked.idNumber),
                phone: person.phone.map(Masked.phone), address: person.address.map(Masked.address))
        case .absent: Person(name: "—")
        case .locked: Person(name: "（本节点无密钥）")
        case .damaged: Person(name: "（密文已损坏）")
        }
    }
}

/// One figure of the node, with its samples.
package struct Metric: Sendable {
    /// How its value moves.
    package enum Kind: String, Sendable {
        /// Grows until the process ends; its name is written with `_total`.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One value under its labels.
    package struct Sample: Sendable {
        /// Name and value, in order.
        package let labels: [(name: String, value: String)]
        package let value: Double

        package init(labels: [(name: String, value: String)] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// Words of `[a-z_]`, the unit last: `node_log_changes`, `node_commit_seconds`.
    package let name: String
    package let help: String
    package let kind: Kind
    package let samples: [Sample]

    package init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
        invariant(
            name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f },
            "a metric's name has small letters and underscores")
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// One value without labels.
    package init(_ name: String, _ help: String, _ kind: Kind, _ value: Double) {
        self.init(name, help, kind, [Sample(value)])
    }

    /// The exposition of a list (OpenMetrics 1.0), in its order.
    static func text(of metrics: [Metric]) -> [UInt8] {
        var text = ""
        for metric in metrics { metric.write(to: &text) }
        text += "# EOF\n"
        return Array(text.utf8)
    }

    private func write(to text: inout String) {
        text += "# TYPE \(name) \(kind.rawValue)\n# HELP \(name) \(Self.escaped(help))\n"
        for sample in samples {
            text += name + (kind == .counter ? "_total" : "")
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
                text += "{" + labels.joined(separator: ",") + "}"
            }
            text += " " + Self.number(sample.value) + "\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 9e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

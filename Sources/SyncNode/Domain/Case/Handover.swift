package import Base
package import Change
import Document
import Region

extension ChangeKind {
    /// A county offers a case to another: header only, no personal data.
    package static let handoverOffer = ChangeKind(rawValue: 0x8040)
    /// The other county takes it.
    package static let handoverAccept = ChangeKind(rawValue: 0x8041)
    /// The other county refuses it.
    package static let handoverReject = ChangeKind(rawValue: 0x8042)
    /// A request to let the offer go, and no more.
    package static let handoverWithdrawal = ChangeKind(rawValue: 0x8043)
    /// The offeree lets it go.
    package static let handoverRelease = ChangeKind(rawValue: 0x8044)

    /// 移交包: the case by value.
    package static let parcelPackage = ChangeKind(rawValue: 0x8050)
    /// What happened to the case on one side, for the other.
    package static let parcelProgress = ChangeKind(rawValue: 0x8051)
    /// 清除 of the package: either county destroys the payloads of what a hand-over carried.
    package static let parcelErase = ChangeKind(rawValue: 0x8052)

    var isHandoverAnswer: Bool {
        self == .handoverAccept || self == .handoverReject || self == .handoverRelease
    }
}

/// 移交单: one offer of a case from county to county, as both and their common ancestor see it.
package struct HandoverState: Sendable {
    package let scope: ScopeName
    package internal(set) var caseID: Digest16
    package internal(set) var number = ""
    /// By chain, number, hash. Each one's `region` is where its author's seat is.
    package internal(set) var events: [CaseEvent] = []
    package internal(set) var attention = false

    package init(scope: ScopeName, caseID: Digest16) {
        self.scope = scope
        self.caseID = caseID
    }

    /// The offer: its `on` is the package's hash, its `region` the county that is to take it.
    package var offer: CaseEvent? {
        effective.filter { $0.kind == .handoverOffer }.min { $0.hash < $1.hash }
    }

    /// The county that offers.
    package var from: RegionID? { offer.map { scope.counterpart(of: $0.region) } }

    /// The first answer in the offeree's chain. Answers of others have no effect.
    package var answer: CaseEvent? {
        guard let offer else { return nil }
        let answers = effective.filter { $0.kind.isHandoverAnswer && $0.region == offer.region }
        return answers.min { left, right in
            let one = left.dot.actor == offer.to
            let other = right.dot.actor == offer.to
            return one == other ? left.precedes(right) : one
        }
    }

    /// The request to let the offer go.
    package var withdrawal: CaseEvent? {
        effective.first { $0.kind == .handoverWithdrawal && $0.region == from }
    }

    private var effective: [CaseEvent] { events.filter { $0.status == .effective } }

    /// Stored and shown: `offered`, `accepted`, `rejected`, `released`, `waiting`.
    package var status: String {
        switch answer?.kind {
        case .handoverAccept: "accepted"
        case .handoverReject: "rejected"
        case .handoverRelease: "released"
        default: offer == nil ? "waiting" : "offered"
        }
    }

    func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 256 + events.count * 224)
        writer.object { object in
            scope.write(to: &object)
            object.field("case", caseID.hex)
            object.field("number", number)
            object.field("status", status)
            object.field("from", from?.hex)
            object.field("to", offer?.region?.hex)
            object.field("destination", offer?.destination?.text)
            object.field("recalled", withdrawal != nil)
            object.field("attention", attention)
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope.id, label: number, status: status,
            time: offer?.time ?? events.first?.time ?? 0, attention: attention, search: "",
            state: writer.bytes)
    }

    init(_ document: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: document.state)
        guard let scope = ScopeName(paired: json, .custody),
            let caseID = json["case"]?.text.flatMap(Digest16.init(hex:))
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: scope, caseID: caseID)
        number = json["number"]?.text ?? ""
        attention = json["attention"]?.bool ?? false
        for event in json["events"]?.array ?? [] { events.append(try CaseEvent(event)) }
    }
}

/// What one hand-over carries between the two counties alone: the package by value, and word of
/// what happened since.
package struct ParcelState: Sendable {
    package let scope: ScopeName
    package internal(set) var caseID: Digest16
    package internal(set) var number = ""
    /// By chain, number, hash. Each one's `region` is where its author's seat is.
    package internal(set) var events: [CaseEvent] = []
    package internal(set) var attention = false

    package init(scope: ScopeName, caseID: Digest16) {
        self.scope = scope
        self.caseID = caseID
    }

    /// Packages of this hand-over; one, unless a sender was restored between.
    package var packages: [CaseEvent] {
        events.filter { $0.kind == .parcelPackage && $0.status == .effective }
    }

    /// What was told; each one's `on` is the event that it tells of.
    package var told: [CaseEvent] {
        events.filter { $0.kind == .parcelProgress && $0.status == .effective }
    }

    func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 256 + events.count * 224)
        writer.object { object in
            scope.write(to: &object)
            object.field("case", caseID.hex)
            object.field("number", number)
            object.field("attention", attention)
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope.id, label: number,
            status: packages.isEmpty ? "waiting" : "packed", time: events.first?.time ?? 0,
            attention: attention, search: "", state: writer.bytes)
    }

    init(_ document: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: document.state)
        guard let scope = ScopeName(paired: json, .corridor),
            let caseID = json["case"]?.text.flatMap(Digest16.init(hex:))
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: scope, caseID: caseID)
        number = json["number"]?.text ?? ""
        attention = json["attention"]?.bool ?? false
        for event in json["events"]?.array ?? [] { events.append(try CaseEvent(event)) }
    }
}

/// Takes changes of `cust` and `corr` scopes into their hand-over.
enum HandoverFold {
    /// - Returns: The hand-over or parcel, and those beside it that owe something else now.
    static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let body = CaseBody(arrival.change), let id = body.handover,
            let caseID = body.document
        else { return [] }
        let event = event(of: arrival, body, in: desk.directory)
        if arrival.scope.family == .custody {
            let key = DocumentKey(collection: .handover, id: id)
            var state = HandoverState(scope: arrival.scope, caseID: caseID)
            if case .handover(let known) = try source.content(key) { state = known }
            guard state.scope == arrival.scope, state.caseID == caseID,
                state.events.insert(inOrder: event)
            else { return [] }
            if event.kind == .handoverOffer { state.number = body.number ?? state.number }
            return [ContentWrite(key: key, content: .handover(state))]
        }
        let key = DocumentKey(collection: .parcel, id: id)
        var state = ParcelState(scope: arrival.scope, caseID: caseID)
        if case .parcel(let known) = try source.content(key) { state = known }
        guard state.scope == arrival.scope, state.caseID == caseID,
            state.events.insert(inOrder: event)
        else { return [] }
        if event.kind == .parcelPackage { state.number = body.number ?? state.number }
        return [ContentWrite(key: key, content: .parcel(state))]
    }

    /// The event with its author's region, where it does not name one itself.
    private static func event(
        of arrival: Arrival, _ body: CaseBody, in directory: Directory
    ) -> CaseEvent {
        var event = body.event(of: arrival)
        let author = directory.region(seatedBy: arrival.key)
        let scope = arrival.scope
        if arrival.isBeyondCut {
            event.status = .void(.beyondCut)
        } else if arrival.quarantined {
            event.status = .quarantined
        } else if !event.kind.isKnownInHandovers {
            event.status = event.kind.mustUnderstand ? .needsUpgrade : .effective
        } else if let author, author == scope.region || author == scope.other {
            if event.kind == .handoverOffer {
                event.status =
                    event.region == scope.counterpart(of: author)
                    ? .effective : .void(.wrongTarget)
            } else {
                event.region = author
            }
        } else {
            event.status = .waitingRef
        }
        return event
    }
}

extension [CaseEvent] {
    /// Puts an event in its place.
    /// - Returns: False where it is there already.
    mutating func insert(inOrder event: CaseEvent) -> Bool {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if self[middle].precedes(event) { low = middle + 1 } else { high = middle }
        }
        if low < endIndex, self[low].hash == event.hash, self[low].dot == event.dot {
            return false
        }
        insert(event, at: low)
        return true
    }
}

extension ChangeKind {
    fileprivate var isKnownInHandovers: Bool {
        (0x8040...0x8044).contains(rawValue) || (0x8050...0x8052).contains(rawValue)
    }
}

extension ScopeName {
    /// The other end of a corridor.
    func counterpart(of one: RegionID?) -> RegionID { one == region ? other : region }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.field("one", region.hex)
        writer.field("other", other.hex)
        writer.field("year", Int64(year))
    }

    fileprivate init?(paired json: JSON, _ family: Family) {
        guard let one = json["one"]?.text.flatMap(RegionID.init(hex:)),
            let other = json["other"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:))
        else { return nil }
        self =
            family == .custody
            ? .custody(one, other, year: year) : .corridor(one, other, year: year)
    }
}

/// What one county tells the other of a case: by name, so that a newer one can add to it.
package enum Milestone {
    private static let table: [(kind: ChangeKind, name: String)] = [
        (.caseAccept, "accept"), (.caseRefuse, "refuse"), (.caseCorrection, "correct"),
        (.caseDecide, "decide"), (.caseDeliver, "deliver"), (.caseClose, "close"),
        (.caseHandOut, "handOut"), (.caseSupplement, "supplement"),
        (.caseWithdraw, "withdraw"), (.custodyAccept, "sign"), (.caseNote, "note"),
        (.casePause, "pause"), (.caseResume, "resume"), (.caseExtend, "extend"),
        (.caseMaterial, "material"),
    ]

    /// The name of a kind that is told; nil for any other.
    package static func name(_ kind: ChangeKind) -> String? {
        table.first { $0.kind == kind }?.name
    }

    /// The kind of what was told: the outcome is its name, and after a colon its result.
    package static func kind(_ event: CaseEvent) -> ChangeKind? {
        guard let name = event.outcome?.prefix(while: { $0 != ":" }) else { return nil }
        return table.first { $0.name == name }?.kind
    }
}

/// 首问负责: whoever was asked first answers for the matter to its end. Set once, by what made the
/// case; another answers for it only once one has handed it on (交) and the other signed (接).
package struct CaseDuty: Hashable, Sendable {
    /// A person at a place.
    package struct Holder: Hashable, Sendable {
        /// What made it so: the first event, or a 接.
        package let event: Digest16
        package let region: RegionID?
        /// 0 for the node itself.
        package let author: UInt64
        /// Business time in milliseconds since 1970.
        package let since: Int64

        /// Whether it is no person but the machine or its operator.
        package var isNode: Bool { CaseDuty.isNode(author) }
    }

    /// Whether an author is no person but the machine or its operator.
    package static func isNode(_ author: UInt64) -> Bool { StaffRules.mayActAlone(author) }

    /// Everybody who answered for it, the one who was asked first in front.
    package private(set) var holders: [Holder]
    /// What was handed on and nobody has signed for; its `region` is the place that is to.
    package private(set) var open: CaseEvent?

    /// Who answers for it now.
    package var holder: Holder { holders[holders.count - 1] }
    /// 首问责任人: never another one.
    package var first: Holder { holders[0] }

    /// The two words of a 首问交接.
    package static let passed = "pass"
    package static let taken = "take"

    /// Out of the set of events alone; nil while the first is not here, and for a case of another
    /// county: who was asked first answers there.
    package init?(_ state: CaseState) {
        guard let genesis = state.genesis, genesis.kind == .caseReceive else { return nil }
        holders = [Self.holder(genesis, state)]
        let words = state.effective(.caseDuty).sorted { left, right in
            (left.moment, left.time, left.dot.seq, left.hash)
                < (right.moment, right.time, right.dot.seq, right.hash)
        }
        while holders.count <= words.count {
            let passes = words.filter { $0.outcome == Self.passed && $0.on == holder.event }
            let taken = words.first { take in
                take.outcome == Self.taken
                    && passes.contains { pass in
                        pass.hash == take.on && pass.region == state.region(of: take.dot.actor)
                    }
            }
            guard let taken else {
                open = passes.last
                break
            }
            holders.append(Self.holder(taken, state))
        }
    }

    private static func holder(_ event: CaseEvent, _ state: CaseState) -> Holder {
        Holder(
            event: event.hash, region: state.region(of: event.dot.actor), author: event.author,
            since: event.moment)
    }
}

extension CaseStatus {
    /// 首问闭环: the matter came to its end, and nobody has to answer for it any more.
    package var isAnswered: Bool {
        switch self {
        case .closed, .archived, .withdrawn, .ended: true
        default: false
        }
    }
}

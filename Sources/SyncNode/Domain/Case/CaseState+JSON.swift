import Base
import Change
import Document

/// How a case stands in the store: JSON that SQL views can read. What is nothing or not so is
/// not written, but for `holder` and `frozen`: every byte of it is logged, synced and copied back.
extension CaseState {
    func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 768 + events.count * 256)
        writer.object { object in
            writeFacts(to: &object)
            writeCustody(to: &object)
            if writers != Self.writers(of: links) {
                object.array("writers") { array in
                    for writer in writers { Self.write(writer, to: &array) }
                }
            }
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scopeID, label: number, status: status.rawValue,
            time: receivedAt ?? events.first?.time ?? 0, attention: attention,
            search: item, state: writer.bytes)
    }

    private func writeFacts(to writer: inout JSONWriter) {
        writer.field("region", hex: scope.region.rawValue)
        writer.field("year", Int64(scope.year))
        writer.some("station", origin?.text)
        writer.field("number", number)
        writer.field("queryCode", facts.queryCode)
        writer.field("item", item)
        writer.field("itemVersion", itemVersion)
        writer.field("sealed", facts.sealed)
        writer.field("channel", facts.channel)
        writer.some("stage", facts.stage?.rawValue)
        if facts.isOffline { writer.field("offline", true) }
        if isDoubtful { writer.field("doubtful", true) }
        if facts.isDoubtful { writer.field("clockUnproven", true) }
        if !facts.materials.isEmpty { writer.field("materials", stored: facts.materials) }
        if duplicateNumber { writer.field("duplicateNumber", true) }
        if isErased { writer.field("erased", true) }
        writer.field("status", status.rawValue)
        writer.field("statusName", status.name)
        writer.some("outcome", outcome)
        if needsUpgrade { writer.field("readOnly", true) }
        writer.some("receivedAt", receivedAt)
        writer.some("acceptedAt", moment(of: .acceptance))
        writer.some("decidedAt", moment(of: .decision))
        writer.some("deliveredAt", moment(of: .delivery))
        let late = deferred
        if !late.isEmpty {
            writer.array("deferred") { array in
                for code in late { array.value(code) }
            }
        }
    }

    private func writeCustody(to writer: inout JSONWriter) {
        writer.field("holder", holderCode?.text)
        writer.field("custody", offer != nil ? "offered" : outgoing != nil ? "outgoing" : "held")
        writer.field("frozen", isFrozen)
        writer.some("offeredTo", offeredCode?.text)
        writer.some("offer", offer?.hex)
        writer.some("outgoing", outgoing?.hex)
        if attention { writer.field("attention", true) }
        writer.array("links") { array in
            for link in links {
                array.object { object in
                    object.field("event", hex: link.event)
                    object.field("actor", hex: link.actor.rawValue)
                    object.field("region", link.region?.hex)
                    object.field("epoch", link.epoch)
                }
            }
        }
    }

    /// Who writes where the holders alone do, each by a first seat: mostly so.
    private static func writers(of links: [CustodyLink]) -> [CaseWriter] {
        var state: [CaseWriter] = []
        for link in links where !state.contains(where: { $0.actor == link.actor }) {
            state.append(CaseWriter(actor: link.actor, region: link.region, epoch: 1))
        }
        return state.sorted { $0.actor < $1.actor }
    }

    private static func write(_ writer: CaseWriter, to array: inout JSONWriter) {
        array.object { object in
            object.field("actor", hex: writer.actor.rawValue)
            object.field("region", writer.region?.hex)
            object.field("epoch", Int64(writer.epoch))
        }
    }

    /// `grant` or `refuse`, once decided here or as the other county told it.
    package var outcome: String? {
        if let own = effective(.decision)?.outcome { return own }
        let told = effective(.caseMirror).compactMap(\.outcome)
        return told.first { $0.hasPrefix("decide:") }.map { String($0.dropFirst(7)) }
    }

    /// When a slot was filled, in business time where it was stated.
    package func moment(of slot: Slot) -> Int64? { effective(slot)?.moment }

    init(_ document: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: document.state)
        guard let station = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let status = json["status"]?.text.flatMap(CaseStatus.init(rawValue:))
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year), id: document.scope)
        var facts = CaseFacts()
        facts.number = json["number"]?.text ?? ""
        facts.queryCode = json["queryCode"]?.text ?? ""
        facts.item = json["item"]?.text ?? ""
        facts.itemVersion = json["itemVersion"]?.int.flatMap(Int.init(exactly:)) ?? 0
        facts.sealed = json["sealed"]?.text ?? ""
        facts.channel = json["channel"]?.text ?? ""
        facts.materials = json["materials"]?.bytes ?? []
        offeredCode = json["offeredTo"]?.text.flatMap(RegionCode.init(_:))
        facts.stage = json["stage"]?.text.flatMap(CaseFacts.Stage.init(rawValue:))
        facts.isOffline = json["offline"]?.bool ?? false
        facts.isDoubtful = json["clockUnproven"]?.bool ?? false
        facts.origin = json["station"]?.text.flatMap(RegionCode.init(_:))
        duplicateNumber = json["duplicateNumber"]?.bool ?? false
        holderCode = json["holder"]?.text.flatMap(RegionCode.init(_:))
        offer = json["offer"]?.text.flatMap(Digest16.init(hex:))
        outgoing = json["outgoing"]?.text.flatMap(Digest16.init(hex:))
        attention = json["attention"]?.bool ?? false
        self.facts = facts
        self.status = status
        for link in json["links"]?.array ?? [] { links.append(try CustodyLink(link)) }
        if let stored = json["writers"]?.array {
            for writer in stored { writers.append(try CaseWriter(writer)) }
        } else {
            writers = Self.writers(of: links)
        }
        events.reserveCapacity(json["events"]?.array?.count ?? 0)
        for event in json["events"]?.array ?? [] { events.append(try CaseEvent(event)) }
    }
}

extension CustodyLink {
    init(_ json: JSON) throws(JSONError) {
        guard let event = json["event"]?.text.flatMap(Digest16.init(hex:)),
            let actor = json["actor"]?.text.flatMap(ActorID.init(hex:)),
            let epoch = json["epoch"]?.int
        else { throw JSONError(.kind, offset: 0) }
        self.init(
            event: event, actor: actor,
            region: json["region"]?.text.flatMap(RegionID.init(hex:)), epoch: Int(epoch))
    }
}

extension CaseWriter {
    init(_ json: JSON) throws(JSONError) {
        guard let actor = json["actor"]?.text.flatMap(ActorID.init(hex:)),
            let epoch = json["epoch"]?.int, epoch >= 0
        else { throw JSONError(.kind, offset: 0) }
        self.init(
            actor: actor, region: json["region"]?.text.flatMap(RegionID.init(hex:)),
            epoch: UInt64(epoch))
    }
}

extension CaseEvent {
    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("actor", hex: dot.actor.rawValue)
            object.field("seq", Int64(dot.seq.rawValue))
            object.field("hash", hex: hash)
            object.field("kind", kind.caseName)
            object.field("status", status.text)
            object.field("time", time)
            if let business { object.field("at", business) }
            if author != 0 { object.field("author", hex: author) }
            if let on { object.field("on", hex: on) }
            writeTerms(to: &object)
            if quarantined { object.field("quarantined", true) }
            if isReissue { object.field("reissue", true) }
            if isBeyondCut { object.field("beyondCut", true) }
        }
    }

    private func writeTerms(to writer: inout JSONWriter) {
        guard hasTerms else { return }
        if let to { writer.field("to", to.hex) }
        if let region { writer.field("region", region.hex) }
        if let destination { writer.field("destination", destination.text) }
        if let handover { writer.field("handover", hex: handover) }
        if let outcome { writer.some("outcome", outcome) }
        if let about { writer.field("about", hex: about) }
        if !cut.isEmpty { CutPoint.write(cut, to: &writer) }
        if !terms.codes.isEmpty { writer.codes(terms.codes) }
        if terms.isPledged { writer.field("pledge", true) }
        if let clock = terms.clock { clock.write(to: &writer) }
        writer.some("corrected", terms.corrected)
    }

    init(_ json: JSON) throws(JSONError) {
        guard let actor = json["actor"]?.text.flatMap(ActorID.init(hex:)),
            let seq = json["seq"]?.int, seq > 0,
            let hash = json["hash"]?.text.flatMap(Digest16.init(hex:)),
            let kind = json["kind"]?.text.flatMap(ChangeKind.init(caseName:)),
            let status = json["status"]?.text.flatMap(EventStatus.init(text:)),
            let time = json["time"]?.int
        else { throw JSONError(.kind, offset: 0) }
        let author = json["author"]?.text.flatMap(ActorID.init(hex:))?.rawValue ?? 0
        self.init(
            dot: Dot(actor: actor, seq: Seq(UInt64(seq))), hash: hash, kind: kind, time: time,
            author: author)
        self.status = status
        business = json["at"]?.int
        on = json["on"]?.text.flatMap(Digest16.init(hex:))
        var terms = CaseTerms()
        terms.to = json["to"]?.text.flatMap(ActorID.init(hex:))
        terms.region = json["region"]?.text.flatMap(RegionID.init(hex:))
        terms.destination = json["destination"]?.text.flatMap(RegionCode.init(_:))
        terms.handover = json["handover"]?.text.flatMap(Digest16.init(hex:))
        terms.outcome = json["outcome"]?.text
        terms.about = json["about"]?.text.flatMap(Digest16.init(hex:))
        terms.cut = CutPoint.read(json["cut"])
        terms.codes = CaseBody.codes(json["codes"])
        terms.isPledged = json["pledge"]?.bool ?? false
        terms.clock = ClockWord(json["clock"])
        terms.corrected = json["corrected"]?.int
        self.terms = terms
        quarantined = json["quarantined"]?.bool ?? false
        isReissue = json["reissue"]?.bool ?? false
        isBeyondCut = json["beyondCut"]?.bool ?? false
    }
}

extension CutPoint {
    static func write(_ cut: [CutPoint], to writer: inout JSONWriter) {
        writer.array("cut") { array in
            for point in cut {
                array.object { object in
                    object.field("actor", hex: point.actor.rawValue)
                    object.field("seq", Int64(point.seq.rawValue))
                    object.field("hash", hex: point.hash)
                }
            }
        }
    }

    /// The points that are well formed; the rest is as if it had not been seen.
    static func read(_ json: JSON?) -> [CutPoint] {
        (json?.array ?? []).prefix(Limits.caseCutPointsMax).compactMap { point in
            guard let actor = point["actor"]?.text.flatMap(ActorID.init(hex:)),
                let seq = point["seq"]?.int, (1...Int64(Limits.seqMax)).contains(seq),
                let hash = point["hash"]?.text.flatMap(Digest16.init(hex:))
            else { return nil }
            return CutPoint(actor: actor, seq: Seq(UInt64(seq)), hash: hash)
        }
    }
}

extension ActorID {
    /// - Parameter hex: 16 hexadecimal digits; anything else gives nil.
    init?(hex: String) {
        // The number reader would take a sign for a digit.
        guard hex.utf8.count == 16, hex.utf8.first != 0x2b, hex.utf8.first != 0x2d,
            let value = UInt64(hex, radix: 16)
        else { return nil }
        self.init(value)
    }
}

extension JSONWriter {
    /// `codes`: codes of materials.
    mutating func codes(_ codes: [String]) {
        array("codes") { array in
            for code in codes { array.value(code) }
        }
    }

    /// A key with a text, or `null`.
    mutating func field(_ key: String, _ text: String?) {
        self.key(key)
        if let text { value(text) } else { null() }
    }

    /// A key with a text; nothing where there is none.
    mutating func some(_ key: String, _ text: String?) {
        if let text { field(key, text) }
    }

    /// A key with an integer; nothing where there is none.
    mutating func some(_ key: String, _ number: Int64?) {
        if let number { field(key, number) }
    }
}

extension ChangeKind {
    private static let caseNames: [(kind: ChangeKind, name: String)] = [
        (.caseReceive, "receive"), (.caseArrive, "arrive"), (.caseAccept, "accept"),
        (.caseRefuse, "refuse"), (.caseCorrection, "correct"), (.caseDecide, "decide"),
        (.caseReview, "review"), (.caseErase, "erase"),
        (.caseDeliver, "deliver"), (.caseWithdraw, "withdraw"), (.caseNote, "note"),
        (.caseSupplement, "supplement"), (.caseRate, "rate"), (.caseMirror, "mirror"),
        (.caseClose, "close"), (.caseHandOut, "handOut"), (.custodyOffer, "offer"),
        (.custodyAccept, "acceptOffer"), (.custodyReject, "rejectOffer"),
        (.custodyWithdrawal, "requestWithdrawal"), (.custodyRelease, "releaseOffer"),
        (.custodyForce, "force"), (.custodyRatify, "ratify"), (.custodyForkCut, "forkCut"),
        (.custodyOutgoing, "outgoing"), (.custodyReturned, "returned"),
        (.handoverOffer, "handoverOffer"), (.handoverAccept, "handoverAccept"),
        (.handoverReject, "handoverReject"), (.handoverWithdrawal, "handoverWithdrawal"),
        (.handoverRelease, "handoverRelease"), (.parcelPackage, "package"),
        (.parcelProgress, "progress"), (.caseTake, "take"), (.casePropose, "propose"),
        (.caseAnswer, "answer"), (.caseAssign, "assign"), (.casePause, "pause"),
        (.caseResume, "resume"), (.caseExtend, "extend"), (.caseSealAsk, "askSeal"),
        (.caseSealAnswer, "seal"), (.caseReady, "ready"), (.caseEnd, "end"),
        (.caseVerify, "verify"), (.caseRevoke, "revoke"), (.caseOriginals, "originals"),
        (.caseArchive, "archive"), (.caseRetime, "retime"), (.caseFee, "fee"),
        (.caseMaterial, "material"), (.caseDuty, "duty"), (.caseKeep, "keep"),
        (.parcelErase, "eraseParcel"),
    ]

    /// The word for a kind of the case scope in stored states; `kind-` and a number for others.
    package var caseName: String {
        Self.caseNames.first { $0.kind == self }?.name ?? "kind-\(rawValue)"
    }

    init?(caseName name: String) {
        if let known = Self.caseNames.first(where: { $0.name == name })?.kind {
            self = known
        } else if name.hasPrefix("kind-"), let number = UInt16(name.dropFirst(5)) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

import Base
import Change
import Document
import Region

/// Takes one change of a case scope into its case. The folded case depends only on the set of
/// its changes and on the directory (I22); only `attention` depends on where it is folded.
enum CaseFold {
    /// - Returns: The case, and for a 收件 the day's counter of numbers.
    static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S,
        under rules: CustodyRules = .standard
    ) throws(S.Failure) -> [ContentWrite] {
        guard let body = CaseBody(arrival.change), let id = body.document else { return [] }
        let kind = arrival.change.kind
        guard kind.isKnownInCases || kind.mustUnderstand else { return [] }
        let key = DocumentKey(collection: .caseFile, id: id)
        var state =
            try load(key, from: source) ?? CaseState(scope: arrival.scope, id: arrival.change.scope)
        guard state.scope == arrival.scope else { return [] }
        let event = body.event(of: arrival)
        guard state.events.insert(inOrder: event) else { return [] }
        state.note(writer(of: arrival, in: desk.directory))
        state.judge(event, in: desk.directory, under: rules)
        state.retime()
        var writes: [ContentWrite] = []
        if event.kind.makesCase, state.links.first?.event == event.hash {
            state.take(body)
            if state.facts.stage != nil { state.deriveStatus() }
            if event.kind == .caseReceive {
                writes += try count(&state, id, arrival.change.header, from: source)
            }
        }
        if state.isHome {
            state.attention = try !CaseReactions.duties(of: state, at: desk, from: source).isEmpty
        }
        writes.append(ContentWrite(key: key, content: .caseFile(state)))
        return state.isHome ? writes : try CaseReactions.marked(writes, at: desk, from: source)
    }

    /// Judges a case again: for a directory that has changed, or a chain that was quarantined.
    static func refold(
        _ state: CaseState, in directory: Directory, under rules: CustodyRules = .standard
    ) -> CaseState {
        CustodyFold.judge(state, in: directory, under: rules)
    }

    /// Takes in that a chain was proven to be forked at a number: what it wrote from there on
    /// has no effect, but for what others built on.
    static func quarantine(
        _ dot: Dot, in state: CaseState, directory: Directory,
        under rules: CustodyRules = .standard
    ) -> CaseState {
        var state = state
        for index in state.events.indices
        where state.events[index].dot.actor == dot.actor && state.events[index].dot.seq >= dot.seq {
            state.events[index].quarantined = true
        }
        return CustodyFold.judge(state, in: directory, under: rules)
    }

    static func load<S: DocumentSource>(
        _ key: DocumentKey, from source: S
    ) throws(S.Failure) -> CaseState? {
        guard case .caseFile(let state) = try source.content(key) else { return nil }
        return state
    }

    private static func writer(of arrival: Arrival, in directory: Directory) -> CaseWriter {
        let actor = arrival.change.header.actor
        guard let region = directory.region(seatedBy: arrival.key) else {
            return CaseWriter(actor: actor, region: nil, epoch: 0)
        }
        let seats = directory.seats(of: region)
        let epoch = seats.first { $0.key == arrival.key }?.epoch ?? 0
        return CaseWriter(actor: actor, region: region, epoch: epoch)
    }

    /// Moves the day's counter. A serial that is not above it may have been given before: by a
    /// clone, or it is the older of two; then every case with that number is marked.
    private static func count<S: DocumentSource>(
        _ state: inout CaseState, _ id: Digest16, _ header: ChangeHeader, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let number = CaseNumber(state.number) else { return [] }
        let key = SerialState.key(scope: state.scopeID, date: number.date)
        var serial = SerialState(scope: state.scopeID, date: number.date, last: 0)
        if case .serial(let known) = try source.content(key) { serial = known }
        let before = serial
        let isSuspect = serial.count(
            number.serial, by: header.actor, isAnew: header.flags.contains(.reissue))
        var writes: [ContentWrite] = []
        if serial != before { writes.append(ContentWrite(key: key, content: .serial(serial))) }
        guard isSuspect else { return writes }
        for other in try source.find(.caseFile, label: number.text) where other.id != id {
            guard var twin = try load(other, from: source) else { continue }
            state.duplicateNumber = true
            twin.duplicateNumber = true
            writes.append(ContentWrite(key: other, content: .caseFile(twin)))
        }
        return writes
    }
}

extension CaseState {
    /// Judges after one event came in: a remark beside custody leaves custody as it is.
    fileprivate mutating func judge(
        _ event: CaseEvent, in directory: Directory, under rules: CustodyRules
    ) {
        if event.kind == .caseReceive, events.count == 1, !event.quarantined,
            !event.isBeyondCut
        {
            begin(event, in: directory)
            return
        }
        let isPlain = event.kind.commutes && !links.isEmpty && !hasTwin(event)
        if !event.quarantined, !event.isBeyondCut, isPlain || extendsTip(event) {
            deriveStatus()
            return
        }
        self = CustodyFold.judge(self, in: directory, under: rules)
    }

    /// The only event is a 收件: its author holds the token. As the full judgement has it.
    private mutating func begin(_ event: CaseEvent, in directory: Directory) {
        links = [
            CustodyLink(event: event.hash, actor: event.dot.actor, region: scope.region, epoch: 1)
        ]
        holderCode = directory.region(scope.region)?.code
        status = .received  // What its facts say follows, once they are taken in.
    }

    /// Whether it fills an empty slot for the holder, after all that the holder wrote, in a case
    /// of which everything stands so far: then it stands, and nothing else changes.
    private func extendsTip(_ event: CaseEvent) -> Bool {
        guard let slot = Slot(event.kind), let tip = links.last, tip.event == event.on,
            tip.actor == event.dot.actor, !isFrozen, writer(tip.actor)?.region != nil,
            event.kind != .caseDecide || mayDecide(event)
        else { return false }
        return events.allSatisfy { other in
            if other.hash == event.hash { return other.dot == event.dot }
            return other.status == .effective && Slot(other.kind) != slot
                && other.kind != .caseHandOut && other.kind != .custodyRatify
                && (other.dot.actor == tip.actor ? other.dot.seq < event.dot.seq : true)
                && (other.on == tip.event ? other.dot.actor == tip.actor : true)
        }
    }

    /// Whether the officer is none of those who had a part in the case before, and all had it.
    private func mayDecide(_ event: CaseEvent) -> Bool {
        let acceptance = effective(.acceptance)
        return !CaseEvent.isBarred(event.author, by: acceptance)
            && !CaseEvent.lacksReview(
                event.author, at: event.dot.actor, before: event.dot.seq, accepted: acceptance,
                among: events.lazy.filter { $0.kind == .caseReview && $0.status == .effective })
    }

    /// Whether its chain is forked in this case, so that all of it must be judged anew.
    private func hasTwin(_ event: CaseEvent) -> Bool {
        events.contains {
            $0.dot.actor == event.dot.actor
                && ($0.quarantined || ($0.dot == event.dot && $0.hash != event.hash))
        }
    }

    fileprivate mutating func take(_ body: CaseBody) {
        var facts = CaseFacts()
        facts.number = body.number ?? ""
        facts.queryCode = body.queryCode ?? ""
        facts.item = body.item ?? ""
        facts.itemVersion = Int(body.itemVersion ?? 0)
        facts.sealed = body.sealed ?? ""
        facts.channel = body.channel ?? ""
        facts.materials = body.materials
        facts.origin = body.origin
        facts.stage = body.stage
        facts.isOffline = body.isOffline
        facts.isDoubtful = body.isDoubtful
        self.facts = facts
    }
}

extension ChangeKind {
    /// Whether it says something beside custody, from any place.
    fileprivate var commutes: Bool {
        switch self {
        case .caseNote, .caseSupplement, .caseRate, .caseWithdraw, .caseReview, .caseOriginals,
            .caseMaterial, .caseRetime, .caseDuty:
            true
        default: false
        }
    }

    /// Whether somebody decided by it: neither what commutes nor what was only recorded.
    package var isDecided: Bool {
        switch self {
        case .caseReceive, .caseMirror, .caseOriginals, .auditLine: false
        case .caseReview: true
        default: !commutes
        }
    }
}

/// The members of a case change's body that the fold reads. What is malformed is as if it were
/// not there: the rules refuse to write such bodies, and a stored one must not stop the fold.
struct CaseBody {
    private(set) var document: Digest16?
    private(set) var on: Digest16?
    private(set) var terms = CaseTerms()
    private(set) var hasTerms = false
    private(set) var business: Int64?
    private(set) var number: String?
    private(set) var queryCode: String?
    private(set) var item: String?
    private(set) var itemVersion: Int64?
    private(set) var sealed: String?
    private(set) var channel: String?
    private(set) var materials: [UInt8] = []
    private(set) var origin: RegionCode?
    private(set) var stage: CaseFacts.Stage?
    private(set) var isOffline = false
    private(set) var isDoubtful = false
    /// Where the members stand that are passed on as they are.
    private(set) var detail: Range<Int>?

    var handover: Digest16? { terms.handover }

    /// nil where the payload is gone or no object.
    init?(_ change: Change) {
        do throws(JSONError) {
            var scanner = try JSONScanner(change.bytes, in: change.bodyRange)
            while let member = try scanner.next() {
                try read(member, scanner, change.bytes)
            }
        } catch {
            return nil
        }
    }

    private mutating func read(
        _ member: JSONScanner.Member, _ scanner: JSONScanner, _ bytes: [UInt8]
    ) throws(JSONError) {
        func isKey(_ key: String) -> Bool { scanner.isKey(of: member, key) }
        switch member.kind {
        case .text:
            if isKey("case") {
                document = Digest16(quoted: bytes, member.value)
            } else if isKey("on") {
                on = Digest16(quoted: bytes, member.value)
            } else if isKey("number") {
                number = try scanner.text(member)
            } else if isKey("query") {
                queryCode = try scanner.text(member)
            } else if isKey("item") {
                item = try scanner.text(member)
            } else if isKey("sealed") {
                guard member.value.count <= Limits.envelopeTextBytesMax else { return }
                sealed = try scanner.text(member)
            } else if isKey("channel") {
                channel = try scanner.text(member)
            } else if isKey("origin") {
                origin = RegionCode(try scanner.text(member))
            } else if isKey("stage") {
                stage = CaseFacts.Stage(rawValue: try scanner.text(member))
            } else if isKey("outcome") {
                terms.outcome = try scanner.text(member)
                hasTerms = true
            } else {
                try readCustody(member, scanner, bytes)
            }
        case .number:
            if isKey("at") {
                business = try scanner.int(member)
            } else if isKey("version") {
                itemVersion = try scanner.int(member)
            }
        case .object:
            if isKey("detail") { detail = member.value }
            if isKey("clock") {
                terms.clock = ClockWord(try scanner.json(member))
                hasTerms = true
            }
        case .array:
            if isKey("cut") {
                terms.cut = CutPoint.read(try scanner.json(member))
                hasTerms = true
            } else if isKey("codes") {
                terms.codes = Self.codes(try scanner.json(member))
                hasTerms = true
            } else if isKey("materials") {
                materials = Self.materials(try scanner.json(member))
            }
        case .bool:
            if isKey("pledge") {
                terms.isPledged = try scanner.json(member).bool ?? false
                hasTerms = true
            } else if isKey("offline") {
                isOffline = try scanner.json(member).bool ?? false
            } else if isKey("clockUnproven") {
                isDoubtful = try scanner.json(member).bool ?? false
            }
        case .null: break
        }
    }

    /// Codes of materials that are of their form.
    static func codes(_ list: JSON?) -> [String] {
        (list?.array ?? []).prefix(Limits.caseMaterialsMax).compactMap { code in
            guard let text = code.text, !text.isEmpty, text.utf8.count <= 256 else { return nil }
            return text
        }
    }

    /// Written anew, since the state is read strictly and a stored body may be of any form: of
    /// each entry its code, whether it was handed in, and the 可信等级 that it brought from another
    /// county. Empty where there are too many.
    static func materials(_ list: JSON) -> [UInt8] {
        guard let entries = list.array, entries.count <= Limits.caseMaterialsMax else { return [] }
        var writer = JSONWriter(capacity: 32 + entries.count * 32)
        writer.array { array in
            for entry in entries {
                guard let code = entry.text ?? entry["code"]?.text else { continue }
                array.object { object in
                    object.field("code", code)
                    object.field("present", entry["present"]?.bool ?? true)
                    guard let level = entry["level"]?.text, CaseStep.levels.contains(level) else {
                        return
                    }
                    object.field("level", level)
                }
            }
        }
        return writer.bytes
    }

    private mutating func readCustody(
        _ member: JSONScanner.Member, _ scanner: JSONScanner, _ bytes: [UInt8]
    ) throws(JSONError) {
        func isKey(_ key: String) -> Bool { scanner.isKey(of: member, key) }
        if isKey("to") {
            terms.to = ActorID(hex: try scanner.text(member))
        } else if isKey("region") {
            terms.region = RegionID(hex: try scanner.text(member))
        } else if isKey("destination") {
            terms.destination = RegionCode(try scanner.text(member))
        } else if isKey("handover") {
            terms.handover = Digest16(quoted: bytes, member.value)
        } else if isKey("about") {
            terms.about = Digest16(quoted: bytes, member.value)
        } else {
            return
        }
        hasTerms = true
    }

    func event(of arrival: Arrival) -> CaseEvent {
        let change = arrival.change
        var event = CaseEvent(
            dot: change.dot, hash: change.hash.prefix16, kind: change.kind,
            time: change.header.time.millis, author: change.header.author)
        event.business = business
        event.on = on
        if hasTerms { event.terms = terms }
        event.quarantined = arrival.quarantined
        event.isBeyondCut = arrival.isBeyondCut
        event.isReissue = change.header.flags.contains(.reissue)
        return event
    }
}

extension Digest16 {
    /// 32 hexadecimal digits between two quotes; anything else gives nil.
    init?(quoted bytes: [UInt8], _ range: Range<Int>) {
        guard range.count == 34,
            let high = Self.word(bytes, from: range.lowerBound + 1),
            let low = Self.word(bytes, from: range.lowerBound + 17)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Sixteen lower-case hexadecimal digits.
    private static func word(_ bytes: [UInt8], from start: Int) -> UInt64? {
        let source = bytes.span
        var word: UInt64 = 0
        for index in start..<start + 16 {
            let byte = source[index]
            let digit: UInt8
            if byte &- 0x30 < 10 {
                digit = byte &- 0x30
            } else if byte &- 0x61 < 6 {
                digit = byte &- 0x57
            } else {
                return nil
            }
            word = word << 4 | UInt64(digit)
        }
        return word
    }
}

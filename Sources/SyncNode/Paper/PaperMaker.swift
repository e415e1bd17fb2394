package import Base
import Change
package import Civil
import Crypto
package import Domain
package import Guide

/// One document of a case: its name and the event that it is made from.
package struct PaperEntry: Hashable, Sendable {
    package let name: PaperName
    package let event: CaseEvent

    package init(name: PaperName, event: CaseEvent) {
        self.name = name
        self.event = event
    }
}

/// A document as it is printed.
package struct CasePaper: Sendable {
    package let entry: PaperEntry
    package let sheet: Sheet
    /// The day that it promises.
    package let due: CivilDate?

    package init(entry: PaperEntry, sheet: Sheet, due: CivilDate?) {
        self.entry = entry
        self.sheet = sheet
        self.due = due
    }

    /// What its receipt signs: first 16 bytes of SHA-256 over its text.
    package var content: Digest16 {
        Hash.digest(Array(sheet.text.utf8), suite: .sha256Ed25519).prefix16
    }
}

/// A document with what its code says.
package struct SignedPaper: Sendable {
    package let paper: CasePaper
    package let receipt: PaperReceipt

    package init(_ paper: CasePaper, _ receipt: PaperReceipt) {
        self.paper = paper
        self.receipt = receipt
    }
}

/// Makes a case's documents out of its events: nothing of them is stored, and each says the same
/// wherever it is made from the same events. Applicants are not in it: who prints adds the name.
package struct PaperMaker<Source: DocumentSource> {
    package let directory: Directory
    package let now: Instant
    package let source: Source
    /// What a sealed text of the case says.
    private let open: (String) -> String

    /// - Parameter open: Needed for the document itself, not for the list of them.
    package init(
        directory: Directory, now: Instant, source: Source,
        open: @escaping (String) -> String = { $0 }
    ) {
        self.directory = directory
        self.now = now
        self.source = source
        self.open = open
    }

    /// The documents that there are, in the order in which they came about.
    package func entries(of state: CaseState) -> [PaperEntry] {
        var found: [(kind: PaperKind, event: CaseEvent)] = []
        for event in state.events where event.status == .effective {
            for kind in kinds(event, of: state) { found.append((kind, event)) }
        }
        found.sort { ($0.event.moment, $0.kind.code) < ($1.event.moment, $1.kind.code) }
        var counts: [PaperKind: Int] = [:]
        return found.map { kind, event in
            let number = (counts[kind] ?? 0) + 1
            counts[kind] = number
            return PaperEntry(name: PaperName(kind, number), event: event)
        }
    }

    private func kinds(_ event: CaseEvent, of state: CaseState) -> [PaperKind] {
        switch event.kind {
        case .caseReceive, .caseArrive:
            switch state.facts.stage {
            case .precheck: return [.precheck]
            case .agent: return [.agency, .transfer]
            case nil: return [.receipt]
            }
        case .caseTake: return [.receipt]
        case .custodyAccept:
            let isFirst = state.receivedAt == event.moment && state.facts.stage == .agent
            return isFirst ? [.receipt] : []
        case .caseOriginals: return [.transfer]
        case .caseAccept:
            var kinds = [PaperKind.acceptance]
            if !event.terms.codes.isEmpty { kinds += [.deferralPromise, .deferralNotice] }
            if event.terms.isPledged { kinds.append(.pledge) }
            return kinds
        case .caseCorrection: return [.correction]
        case .caseRefuse: return [.refusal]
        case .casePropose: return [.proposal]
        case .caseAnswer: return [event.outcome == "refuse" ? .refusal : .answer]
        case .casePause:
            return [event.procedure == CaseEvent.suspension ? .suspension : .procedure]
        case .caseExtend: return [.extension]
        case .caseDecide: return [event.outcome == "grant" ? .grant : .denial]
        case .caseDeliver, .caseHandOut: return [.delivery]
        case .caseEnd: return [.ended]
        case .caseWithdraw: return [.withdrawn]
        case .caseRevoke: return [.revocation]
        case .caseMaterial where event.outcome == CaseEvent.waived: return [.waiver]
        case .caseMaterial where event.outcome == CaseEvent.reused: return [.reuse]
        case .caseFee: return event.outcome == "notice" ? [.payment] : []
        case .custodyOffer where event.destination != nil, .custodyOutgoing: return [.handover]
        default: return []
        }
    }

    /// The document of a name; nil where the case has none.
    ///
    /// - Throws: What the source throws. Cost: the case's clock, its item and one change.
    package func paper(
        _ name: PaperName, of state: CaseState
    ) throws(Source.Failure) -> CasePaper? {
        guard let entry = entries(of: state).first(where: { $0.name == name }) else { return nil }
        let event = entry.event
        let change = try source.change(at: event.dot, in: state.scopeID)
        let body = change?.body.map(JSON.orNull)?.opening(open) ?? .null
        let item = try CatalogQuery.item(
            state.item, for: state.scope.region, in: directory, from: source)
        let version = item?.state.versions.entries.first { $0.value.number == state.itemVersion }
        let elements = version.flatMap { ItemElements($0.value.elements) }
        // What it promised then: the clock on its own day, with what had happened by then.
        let then = state.asOf(event)
        let day = CivilDate(of: Instant(millis: event.moment))
        let clock = try CatalogQuery.clock(of: then, on: day, in: directory, from: source)
        let words = PaperWords(
            entry: entry, state: state, body: body, elements: elements, clock: clock,
            place: place(of: event, in: state))
        let sheet = Sheet(
            name.kind.title,
            stamp: "办件编号 \(state.number) · \(words.place) · \(words.time)", words.sections,
            data: [
                "paper": .text(name.text), "number": .text(state.number),
                "at": .int(event.moment), "place": .text(words.place),
                "due": words.due.map { .text($0.text) } ?? .null,
            ])
        return CasePaper(entry: entry, sheet: sheet, due: words.due)
    }

    private func place(of event: CaseEvent, in state: CaseState) -> String {
        let region = state.region(of: event.dot.actor)
        return region.flatMap { directory.region($0)?.name } ?? "—"
    }
}

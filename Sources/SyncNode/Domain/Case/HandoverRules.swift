import Base
import Change
import Document
import Region

/// The gateway's own acts. Each is written only while it is due, so that a replay, a duplicate
/// or a lost acknowledgement changes nothing.
enum HandoverRules {
    private static let notDue = RuleRefusal("not-due", "此事无需再办")
    private static let sealKeyUnknown = RuleRefusal(
        "seal-key-unknown", "加密密钥尚未就绪，请稍后重试")

    /// Acts on a case.
    static func decide<S: DocumentSource>(
        _ duty: CaseCommand.Gateway, on sheet: CaseSheet, from source: S
    ) throws(S.Failure) -> Decision {
        let key = DocumentKey(collection: .caseFile, id: sheet.id)
        guard sheet.desk.isSeated,
            try CaseReactions.duties(key, at: sheet.desk, from: source).contains(duty)
        else { return .refuse(notDue) }
        switch duty {
        case .forward(let isReturn): return try forward(sheet, isReturn: isReturn, from: source)
        case .tell: return try tell(sheet, from: source)
        case .erase:
            return try Erasure.decide(
                sheet, "对方县已清除", isDry: false, isOwed: true, from: source)
        case .recallHandover: return recall(sheet)
        default: break
        }
        do throws(RuleRefusal) {
            switch duty {
            case .signThrough: return try sheet.sign()
            case .release:
                let offer = try sheet.offered()
                return sheet.written([sheet.draft(.custodyRelease, on: offer.hash)])
            case .route: return try route(sheet)
            default: return .refuse(notDue)
            }
        } catch {
            return .refuse(error)
        }
    }

    // MARK: leaving

    private static func route(_ sheet: CaseSheet) throws(RuleRefusal) -> Decision {
        let link = try sheet.heldLink()
        guard let event = sheet.state.event(link.event), let code = event.destination,
            let target = sheet.desk.directory.region(code: code)
        else { throw notDue }
        return try sheet.offer(
            to: target, destination: nil, reason: "", on: link,
            isReturn: event.kind == .custodyReturned && !sheet.state.isForeign)
    }

    private static func forward<S: DocumentSource>(
        _ sheet: CaseSheet, isReturn: Bool, from source: S
    ) throws(S.Failure) -> Decision {
        let state = sheet.state
        guard let link = state.holder, let event = state.event(link.event) else {
            return .refuse(notDue)
        }
        if isReturn {
            guard let handover = state.handover, let origin = state.origin,
                case .handover(let back) = try source.content(
                    DocumentKey(collection: .handover, id: handover)),
                let county = back.from
            else { return .refuse(notDue) }
            return try pack(sheet, to: county, destination: origin, isReturn: true, from: source)
        }
        guard let destination = state.event(event.on)?.destination,
            let partner = sheet.desk.directory.partner(of: sheet.desk.region, holding: destination)
        else { return .refuse(RuleRefusal("no-corridor", "与该地没有跨域通办协议")) }
        return try pack(
            sheet, to: partner.id, destination: destination, isReturn: false, from: source)
    }

    /// Freezes the token and writes the case by value. The offer itself follows once the
    /// package has its hash.
    static func pack<S: DocumentSource>(
        _ sheet: CaseSheet, to county: RegionID, destination: RegionCode, isReturn: Bool,
        from source: S
    ) throws(S.Failure) -> Decision {
        let state = sheet.state
        guard let link = state.holder, let genesis = state.genesis,
            let first = try source.change(at: genesis.dot, in: state.scopeID)
        else { return .refuse(notDue) }
        var sealed: Envelope?
        if let known = state.sealed {
            sealed = try source.rewrapped(known, for: .node(of: county))
            guard sealed != nil else { return .refuse(sealKeyUnknown) }
        }
        let materials = try materials(of: state, in: sheet.desk.directory, from: source)
        let handover = sheet.desk.entropy.prefix16
        let outgoing = sheet.draft(.custodyOutgoing, on: link.event) { object in
            object.field("handover", handover.hex)
            object.field("region", county.hex)
            object.field("destination", destination.text)
            CutPoint.write(state.heads, to: &object)
        }
        var body = JSONWriter(capacity: 1024)
        body.object { object in
            object.field("handover", handover.hex)
            object.field("case", sheet.id.hex)
            object.field("number", state.number)
            object.field("destination", destination.text)
            if isReturn { object.field("outcome", "return") }
            if let sealed { object.field("sealed", sealed.text) }
            object.field("detail", stored: first.bytes[first.bodyRange])
            object.field("materials", .array(materials))
            object.array("provenance") { array in
                for event in state.events where event.status == .effective {
                    array.object { entry in
                        entry.field("hash", event.hash.hex)
                        entry.field("kind", event.kind.caseName)
                        entry.field("at", event.moment)
                    }
                }
            }
        }
        let corridor = ScopeName.corridor(sheet.desk.region, county, year: state.scope.year)
        return sheet.written([
            outgoing, Draft(scope: corridor, kind: .parcelPackage, body: body.bytes),
        ])
    }

    private static func recall(_ sheet: CaseSheet) -> Decision {
        let state = sheet.state
        guard let open = state.event(state.outgoing), let handover = open.handover,
            let county = open.region
        else { return .refuse(notDue) }
        let scope = ScopeName.custody(sheet.desk.region, county, year: state.scope.year)
        return sheet.written([
            draft(.handoverWithdrawal, handover, sheet.id, in: scope)
        ])
    }

    // MARK: telling

    private static func tell<S: DocumentSource>(
        _ sheet: CaseSheet, from source: S
    ) throws(S.Failure) -> Decision {
        let state = sheet.state
        guard let handover = state.handover,
            case .parcel(let parcel) = try source.content(
                DocumentKey(collection: .parcel, id: handover))
        else { return .refuse(notDue) }
        var drafts: [Draft] = []
        for event in try CaseReactions.untold(state, at: sheet.desk, from: source) {
            guard var name = Milestone.name(event.kind) else { continue }
            let isStop = [.casePause, .caseResume, .caseExtend].contains(event.kind)
            if isStop || event.kind == .caseDecide || event.kind == .caseMaterial {
                name += ":" + (event.outcome ?? "")
            }
            // What an office says of its procedures stays with it: the other needs the days alone.
            let content = try content(of: event, in: state.scopeID, from: source)
            let about = event.kind == .caseSupplement ? event.on : isStop ? event.about : nil
            drafts.append(
                draft(.parcelProgress, handover, sheet.id, in: parcel.scope) { object in
                    object.field("on", event.hash.hex)
                    object.field("outcome", name)
                    object.field("at", event.moment)
                    if let about { object.field("about", about.hex) }
                    content.write(event.terms.codes, withDetail: !isStop, to: &object)
                })
        }
        return sheet.written(drafts)
    }

    /// What of a change goes on as it is: its detail, and the scan that it names.
    private struct PassedOn {
        var detail: ArraySlice<UInt8> = []
        var blob: String?

        func write(
            _ codes: [String], withDetail hasDetail: Bool = true, to object: inout JSONWriter
        ) {
            if !codes.isEmpty { object.codes(codes) }
            if let blob { object.field("blob", blob) }
            if hasDetail, !detail.isEmpty { object.field("detail", stored: detail) }
        }
    }

    private static func content<S: DocumentSource>(
        of event: CaseEvent, in scope: ScopeID, from source: S
    ) throws(S.Failure) -> PassedOn {
        guard let change = try source.change(at: event.dot, in: scope), let body = change.body
        else { return PassedOn() }
        return PassedOn(
            detail: CaseBody(change)?.detail.map { change.bytes[$0] } ?? [],
            blob: JSON.orNull(body)["blob"]?.text)
    }

    static func draft(
        _ kind: ChangeKind, _ handover: Digest16, _ caseID: Digest16, in scope: ScopeName,
        refs: [Reference] = [], _ members: (inout JSONWriter) -> Void = { _ in }
    ) -> Draft {
        var body = JSONWriter(capacity: 256)
        body.object { object in
            object.field("handover", handover.hex)
            object.field("case", caseID.hex)
            members(&object)
        }
        return Draft(scope: scope, kind: kind, body: body.bytes, refs: refs)
    }
}

/// Acts on a hand-over.
extension HandoverRules {
    static func decide<S: DocumentSource>(
        _ act: CaseCommand.Act, _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard case .gateway(let duty) = act, desk.isSeated else { return .refuse(notDue) }
        let key = DocumentKey(collection: .handover, id: id)
        let parcelKey = DocumentKey(collection: .parcel, id: id)
        var duties = try CaseReactions.duties(key, at: desk, from: source)
        duties += try CaseReactions.duties(parcelKey, at: desk, from: source)
        guard duties.contains(duty) else { return .refuse(notDue) }
        var parcel: ParcelState?
        if case .parcel(let known) = try source.content(parcelKey) { parcel = known }
        var handover: HandoverState?
        if case .handover(let known) = try source.content(key) { handover = known }
        guard let caseID = handover?.caseID ?? parcel?.caseID else { return .refuse(notDue) }
        let stored = try CaseFold.load(
            DocumentKey(collection: .caseFile, id: caseID), from: source)
        let sheet = stored.map {
            CaseSheet(
                id: caseID, state: CaseFold.refold($0, in: desk.directory), desk: desk, at: nil,
                rules: .standard, mode: .authorise)
        }
        switch duty {
        case .dispatch: return dispatch(id, parcel, sheet)
        case .mirror: return try mirror(parcel, sheet, from: source)
        default: break
        }
        guard let handover else { return .refuse(notDue) }
        switch duty {
        case .admit: return try admit(id, handover, parcel, sheet, at: desk, from: source)
        case .turnBack(let reason):
            return answer(.handoverReject, id, handover) { $0.field("reason", reason) }
        case .releaseHandover: return answer(.handoverRelease, id, handover)
        case .settle: return settle(id, handover, sheet)
        case .petition: return petition(id, handover, sheet)
        default: return .refuse(notDue)
        }
    }

    private static func dispatch(
        _ id: Digest16, _ parcel: ParcelState?, _ sheet: CaseSheet?
    ) -> Decision {
        guard let parcel, let sheet, let outgoing = sheet.state.event(sheet.state.outgoing),
            outgoing.handover == id,
            let package = parcel.packages.first(where: { $0.region == sheet.desk.region })
        else { return .refuse(notDue) }
        let county = parcel.scope.counterpart(of: sheet.desk.region)
        guard let seat = sheet.desk.directory.seat(of: county) else {
            return .refuse(RuleRefusal("region-without-seat", "对方县尚无席位"))
        }
        let scope = ScopeName.custody(sheet.desk.region, county, year: parcel.scope.year)
        let reference = Reference(
            scope: parcel.scope.id, document: id, hash: package.hash.high)
        let offer = draft(.handoverOffer, id, parcel.caseID, in: scope, refs: [reference]) {
            $0.field("number", parcel.number)
            $0.field("to", seat.key.actor(in: scope.id).hex)
            $0.field("region", county.hex)
            if let code = package.destination { $0.field("destination", code.text) }
            if let outcome = package.outcome { $0.field("outcome", outcome) }
            $0.field("on", package.hash.hex)
        }
        return sheet.written([offer])
    }

    private static func answer(
        _ kind: ChangeKind, _ id: Digest16, _ handover: HandoverState,
        _ members: (inout JSONWriter) -> Void = { _ in }
    ) -> Decision {
        written(
            [draft(kind, id, handover.caseID, in: handover.scope, members)], handover.caseID,
            handover.number)
    }

    private static func written(
        _ drafts: [Draft], _ caseID: Digest16, _ number: String
    ) -> Decision {
        var answer = JSONWriter()
        answer.object { object in
            object.field("case", caseID.hex)
            object.field("number", number)
            object.array("written") { array in
                for draft in drafts { array.value(draft.kind.caseName) }
            }
        }
        return .write(drafts, answer: answer.bytes)
    }

    /// Takes the token, and the case by value: as a new file, or back into the one that is here.
    private static func admit<S: DocumentSource>(
        _ id: Digest16, _ handover: HandoverState, _ parcel: ParcelState?, _ sheet: CaseSheet?,
        at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let accept = draft(.handoverAccept, id, handover.caseID, in: handover.scope)
        if let sheet, let outgoing = sheet.state.outgoing {
            let back = sheet.draft(.custodyReturned, on: outgoing) { object in
                object.field("handover", id.hex)
                object.field("outcome", "back")
                if let code = handover.offer?.destination {
                    object.field("destination", code.text)
                }
            }
            return written([accept, back], handover.caseID, handover.number)
        }
        guard let parcel, let code = handover.offer?.destination,
            let target = desk.directory.region(code: code),
            let package = parcel.packages.first(where: { $0.hash == handover.offer?.on }),
            let change = try source.change(at: package.dot, in: parcel.scope.id),
            let detail = CaseBody(change)?.detail
        else { return .refuse(notDue) }
        let form: JSON
        do throws(JSONError) {
            form = try JSON(parsing: change.bytes, in: detail)
        } catch {
            return answer(.handoverReject, id, handover) { $0.field("reason", "校验失败") }
        }
        // As they stood at the hand-over; an older package has what the 收件 said alone.
        let materials = change.body.flatMap { JSON.orNull($0)["materials"] }
        let scope = ScopeName.cases(target.id, year: handover.scope.year)
        var sealed: Envelope?
        if let given = CaseBody(change)?.sealed.flatMap(Envelope.init(text:)) {
            sealed = try source.rewrapped(given, for: .audience(of: scope))
            guard sealed != nil else { return .refuse(sealKeyUnknown) }
        }
        var body = JSONWriter(capacity: 1024)
        body.object { object in
            object.field("case", handover.caseID.hex)
            object.field("handover", id.hex)
            object.field("destination", code.text)
            for name in carried {
                let newer = name == "materials" ? materials : nil
                if let value = newer ?? form[name] { object.field(name, value) }
            }
            if let sealed { object.field("sealed", sealed.text) }
        }
        let arrive = Draft(scope: scope, kind: .caseArrive, body: body.bytes)
        return written([accept, arrive], handover.caseID, handover.number)
    }

    /// What of the application moves by value.
    private static let carried = [
        "number", "query", "item", "version", "origin", "channel", "materials", "at",
    ]

    private static func settle(
        _ id: Digest16, _ handover: HandoverState, _ sheet: CaseSheet?
    ) -> Decision {
        guard let sheet, let outgoing = sheet.state.outgoing else { return .refuse(notDue) }
        let isReleased = handover.answer?.kind == .handoverRelease
        let back = sheet.draft(.custodyReturned, on: outgoing) { object in
            object.field("handover", id.hex)
            object.field("outcome", isReleased ? "released" : "rejected")
            if isReleased, let origin = sheet.state.origin {
                object.field("destination", origin.text)
            }
        }
        return sheet.written([back])
    }

    private static func petition(
        _ id: Digest16, _ handover: HandoverState, _ sheet: CaseSheet?
    ) -> Decision {
        guard let sheet else { return .refuse(notDue) }
        return sheet.written([
            sheet.draft(.caseWithdraw) { $0.field("handover", id.hex) }
        ])
    }

    private static func mirror<S: DocumentSource>(
        _ parcel: ParcelState?, _ sheet: CaseSheet?, from source: S
    ) throws(S.Failure) -> Decision {
        guard let parcel, let sheet else { return .refuse(notDue) }
        var drafts: [Draft] = []
        for event in parcel.unmirrored(in: sheet.state, at: sheet.desk) {
            let content = try content(of: event, in: parcel.scope.id, from: source)
            drafts.append(
                sheet.draft(.caseMirror, on: event.on) { object in
                    if let handover = event.handover { object.field("handover", handover.hex) }
                    if let outcome = event.outcome { object.field("outcome", outcome) }
                    if let about = event.about { object.field("about", about.hex) }
                    object.field("at", event.moment)
                    content.write(event.terms.codes, to: &object)
                })
        }
        return sheet.written(drafts)
    }
}

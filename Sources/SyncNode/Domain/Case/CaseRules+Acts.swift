import Base
import Change
import Document
import Region

/// Decision slots, and what may be added from any place of the audience.
extension CaseSheet {
    func slot(_ act: CaseCommand.Act) throws(RuleRefusal) -> Decision {
        if case .deliver(let receiver) = act, canHandOut {
            let draft = draft(.caseHandOut) { receiver.write(to: &$0) }
            return written([draft])
        }
        let link = try heldLink()
        switch act {
        case .accept: return try accept(promise: false, pledge: false, on: link)
        case .refuse(let reason):
            guard !desk.needsGrant else {
                throw RuleRefusal(
                    "refusal-above", "窗口无否决权，请转上级确认", category: .forbidden)
            }
            try checkAcceptance(.refuse)
            let draft = draft(.caseRefuse, on: link.event) { $0.field("reason", reason) }
            return written([draft])
        case .correct(let gaps, let override, let reason):
            return try correct(gaps, override, reason, on: link)
        case .review(let isGranted, let note): return try review(isGranted, note)
        case .decide(let isGranted, let note):
            return try decide(isGranted, note, on: link)
        case .deliver(let receiver):
            try checkMode(SinkMode.allCases)
            try check(.decision, isFilled: true, "case-not-decided", "尚未作出决定")
            try check(.delivery, isFilled: false, "case-delivered", "结果已送达")
            try checkState(.deliver)
            try checkDeferral()
            let draft = draft(.caseDeliver, on: link.event) { receiver.write(to: &$0) }
            return written([draft])
        case .close:
            guard state.status.isFinal, state.status != .closed else {
                throw RuleRefusal("case-not-final", "办件尚未送达或终结")
            }
            return written([draft(.caseClose, on: link.event)])
        default: throw .invalid("command", "不是办件环节")
        }
    }

    func checkAcceptance(_ event: LifeCycle.Event = .accept) throws(RuleRefusal) {
        try checkMode([.entrust, .authorise])
        try check(.acceptance, isFilled: false, "case-accepted", "受理环节已有结论")
        try checkNotWithdrawn()
        try checkState(event)
    }

    func checkNotWithdrawn() throws(RuleRefusal) {
        guard state.status != .withdrawn else {
            throw RuleRefusal("case-withdrawn", "申请人已撤回")
        }
    }

    func checkMode(_ allowed: [SinkMode]) throws(RuleRefusal) {
        guard let mode, allowed.contains(mode) else { throw .notGranted }
    }

    func check(
        _ slot: Slot, isFilled: Bool, _ rule: String, _ title: String
    ) throws(RuleRefusal) {
        guard (state.effective(slot) != nil) == isFilled else {
            throw RuleRefusal(rule, title)
        }
    }

    private func decide(
        _ isGranted: Bool, _ note: String, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        try checkMode([.authorise])
        try check(.acceptance, isFilled: true, "case-not-accepted", "尚未受理")
        guard state.status != .refused else {
            throw RuleRefusal("case-refused", "已不予受理")
        }
        try check(.decision, isFilled: false, "case-decided", "已作出决定")
        try checkNotWithdrawn()
        guard !CaseEvent.isBarred(desk.author, by: state.effective(.acceptance)) else {
            throw RuleRefusal(
                "separate-officers", "受审分离：受理人不得对同一承诺件作出决定", category: .forbidden)
        }
        let reviews = state.effective(.caseReview)
        guard
            !CaseEvent.lacksReview(
                desk.author, at: actor, before: nil,
                accepted: state.effective(.acceptance), among: reviews)
        else {
            throw RuleRefusal(
                "third-officer", "此事项须由三人分别受理、审查、决定：尚无第三人的审查意见", category: .forbidden)
        }
        try checkState(.decide)
        if isGranted { try checkOriginals() }
        let draft = draft(.caseDecide, on: link.event) { object in
            object.field("outcome", isGranted ? "grant" : "refuse")
            object.field("note", note)
        }
        return written([draft])
    }

    /// The place of receipt tells and delivers while another county has the case (DOMAIN §3.6).
    private var canHandOut: Bool {
        state.outgoing != nil && desk.isSeated && desk.region == state.scope.region
            && state.status == .decided
    }

    // MARK: remarks

    /// What commutes: from any place of the audience, whoever has the token.
    func remark(_ act: CaseCommand.Act) throws(RuleRefusal) -> Decision {
        switch act {
        case .supplement(let materials):
            let brought = materials.map(\.code)
            let isDeferred = state.deferred.contains(where: brought.contains)
            let accepted = state.effective(.acceptance)?.hash ?? state.told(.caseAccept).first?.on
            let deferral = isDeferred ? accepted : nil
            guard let correction = openCorrection ?? deferral else {
                throw RuleRefusal("no-open-correction", "没有待补正的告知，也没有容缺的材料")
            }
            let draft = draft(.caseSupplement, on: correction) { object in
                object.codes(brought)
                object.object("detail") { detail in
                    detail.array("materials") { array in
                        for material in materials {
                            guard let blob = material.blob else {
                                array.value(material.code)
                                continue
                            }
                            array.object { entry in
                                entry.field("code", material.code)
                                entry.field("blob", blob.hex)
                            }
                        }
                    }
                }
            }
            return written([draft])
        case .withdraw(let reason):
            guard state.status != .withdrawn else {
                throw RuleRefusal("case-withdrawn", "申请人已撤回")
            }
            guard LifeCycle.row(.withdraw, in: state.status) != nil else {
                throw RuleRefusal("case-decided", "已有结论，不能撤回申请")
            }
            let draft = draft(.caseWithdraw) { object in
                object.object("detail") { $0.field("reason", reason) }
            }
            return written([draft])
        case .note(let note):
            let draft = draft(.caseNote) { object in
                object.object("detail") { $0.field("note", note) }
            }
            return written([draft])
        case .rate(let score, let note, let isNamed):
            return try rate(score, note, isNamed)
        default: throw .invalid("command", "不是补充")
        }
    }

    /// The correction that has no supplement yet: here, or as the other county told it.
    private var openCorrection: Digest16? {
        let mirrored = state.effective(.caseMirror).filter {
            Milestone.kind($0) == .caseSupplement
        }
        let answered =
            state.effective(.caseSupplement).compactMap(\.on) + mirrored.compactMap(\.about)
        let own = state.effective(.caseCorrection).map(\.hash)
        let told = state.effective(.caseMirror).filter { $0.outcome == "correct" }
            .compactMap(\.on)
        return (own + told).first { !answered.contains($0) }
    }
}

/// Custody: offers and their answers, and what stands above them.
extension CaseSheet {
    func offer(to code: RegionCode, reason: String) throws(RuleRefusal) -> Decision {
        let link = try heldLink()
        try checkNotWithdrawn()
        try checkState(.offer)
        guard let county = desk.directory.county(of: desk.region),
            let home = desk.directory.region(county)
        else { throw RuleRefusal("county-unknown", "本站所属县未列入目录") }
        if code.county == home.code.county {
            return try offerInside(to: code, reason: reason, on: link)
        }
        guard desk.directory.partner(of: county, holding: code) != nil else {
            throw RuleRefusal("no-corridor", "与该地没有跨域通办协议", field: "to")
        }
        return try offer(to: home, destination: code, reason: reason, on: link)
    }

    /// The partner county for an offer that leaves this county from its own seat; nil where the
    /// offer stays inside, or goes by the county's gateway.
    func crossing(to code: RegionCode) throws(RuleRefusal) -> RegionRecord? {
        guard desk.isGateway(of: state.scope),
            let home = desk.directory.region(desk.region), home.code.county != code.county
        else { return nil }
        try checkOpen()
        _ = try heldLink()
        try checkNotWithdrawn()
        guard let partner = desk.directory.partner(of: desk.region, holding: code) else {
            throw RuleRefusal("no-corridor", "与该地没有跨域通办协议", field: "to")
        }
        return partner
    }

    private func offerInside(
        to code: RegionCode, reason: String, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        guard let target = desk.directory.region(code: code) else {
            throw RuleRefusal("region-unknown", "没有这个地方", field: "to", category: .missing)
        }
        guard target.id != desk.region else {
            throw RuleRefusal("offer-to-self", "不能移交给自己", field: "to")
        }
        return try offer(to: target, destination: nil, reason: reason, on: link)
    }

    /// An offer names one actor: the seat of the region, never the region.
    func offer(
        to target: RegionRecord, destination: RegionCode?, reason: String, on link: CustodyLink,
        isReturn: Bool = false
    ) throws(RuleRefusal) -> Decision {
        guard desk.directory.carries(target.id, state.scope) else {
            throw RuleRefusal(
                "offer-outside-audience", "该地不在此办件的收件站及其上级之内", field: "to")
        }
        guard let seat = desk.directory.seat(of: target.id) else {
            throw RuleRefusal("region-without-seat", "该地尚无席位", field: "to")
        }
        let draft = draft(.custodyOffer, on: link.event) { object in
            object.field("to", seat.key.actor(in: state.scopeID).hex)
            object.field("region", target.id.hex)
            if let destination { object.field("destination", destination.text) }
            if isReturn { object.field("outcome", "return") }
            if !reason.isEmpty { object.field("reason", reason) }
        }
        return written([draft])
    }

    /// The open offer, if it is this node's to answer.
    func offered() throws(RuleRefusal) -> CaseEvent {
        try checkSeatOrTwin()
        guard let offer = state.event(state.offer), let to = offer.to else {
            throw RuleRefusal("no-open-offer", "没有待签收的移交")
        }
        let isTwin = rules.offerToRegion && offer.region == desk.region
        guard isMine(to, offer.region) || isTwin else {
            throw RuleRefusal("not-offered", "移交对象不是本处", category: .forbidden)
        }
        return offer
    }

    private func checkSeatOrTwin() throws(RuleRefusal) {
        if !rules.offerToRegion { try checkSeat() }
    }

    func sign() throws(RuleRefusal) -> Decision {
        written([draft(.custodyAccept, on: try offered().hash)])
    }

    func reject(reason: String) throws(RuleRefusal) -> Decision {
        let draft = draft(.custodyReject, on: try offered().hash) { object in
            object.object("detail") { $0.field("reason", reason) }
        }
        return written([draft])
    }

    func recall(reason: String) throws(RuleRefusal) -> Decision {
        try checkSeat()
        guard let open = state.event(state.offer ?? state.outgoing) else {
            throw RuleRefusal("no-open-offer", "没有在途的移交")
        }
        let isOwn = isMine(open.dot.actor, state.holder?.region)
        let isOrigin = open.kind == .custodyOutgoing && desk.region == state.scope.region
        guard isOwn || isOrigin else {
            throw RuleRefusal("not-offered", "移交不是由本处发出", category: .forbidden)
        }
        guard !state.effective(.custodyWithdrawal).contains(where: { $0.on == open.hash }) else {
            throw RuleRefusal("already-recalled", "已申请撤回移交")
        }
        let draft = draft(.custodyWithdrawal, on: open.hash) { object in
            object.object("detail") { $0.field("reason", reason) }
        }
        return written([draft])
    }

    func checkSupervisor() throws(RuleRefusal) {
        try checkSeat()
        guard desk.directory.supervises(desk.region, state.scope.region) else {
            throw RuleRefusal("not-supervisor", "只有上级可以指定", category: .forbidden)
        }
    }

    func force(to code: RegionCode, reason: String) throws(RuleRefusal) -> Decision {
        try checkSupervisor()
        guard let link = state.holder, state.outgoing == nil else {
            throw RuleRefusal("case-in-other-county", "办件已移交他县，不能指定保管节点")
        }
        guard let target = desk.directory.region(code: code),
            desk.directory.carries(target.id, state.scope)
        else {
            throw RuleRefusal(
                "offer-outside-audience", "该地不在此办件的收件站及其上级之内", field: "to")
        }
        guard let seat = desk.directory.seat(of: target.id) else {
            throw RuleRefusal("region-without-seat", "该地尚无席位", field: "to")
        }
        let draft = draft(.custodyForce, on: link.event) { object in
            object.field("to", seat.key.actor(in: state.scopeID).hex)
            object.field("region", target.id.hex)
            object.field("reason", reason)
        }
        return written([draft])
    }

    func ratify(_ event: Digest16) throws(RuleRefusal) -> Decision {
        try checkSupervisor()
        guard let target = state.event(event), let slot = Slot(target.kind) else {
            throw RuleRefusal(
                "event-unknown", "没有这条环节记录", field: "event", category: .missing)
        }
        guard target.status == .superseded || target.status == .contested else {
            throw RuleRefusal("not-superseded", "该记录不是被取代的决定", field: "event")
        }
        try check(slot, isFilled: false, "slot-filled", "该环节已有生效的结论")
        return written([draft(.custodyRatify, on: event)])
    }

    func forkCut(_ event: Digest16) throws(RuleRefusal) -> Decision {
        try checkSupervisor()
        guard let target = state.event(event),
            target.status == .contested || target.status == .quarantined
        else { throw RuleRefusal("not-contested", "该记录没有争议", field: "event") }
        return written([draft(.custodyForkCut, on: event)])
    }
}

extension RegionCode {
    /// The six digits of province, city and county.
    var county: UInt64 { rawValue / 1_000_000 }
}

extension CaseCommand.Receiver {
    /// Into the body of a delivery.
    fileprivate func write(to object: inout JSONWriter) {
        if let sealed {
            object.field("sealed", sealed.text)
        } else {
            object.field("receiver", name)
        }
    }
}

extension Directory {
    /// The corridor partner of a county in whose area a division code lies.
    func partner(of county: RegionID, holding code: RegionCode) -> RegionRecord? {
        for partner in partners {
            if partner.county == county, partner.record.code.county == code.county {
                return partner.record
            }
            if partner.record.id == county, let other = region(partner.county),
                other.code.county == code.county
            {
                return other
            }
        }
        return nil
    }
}

extension CaseRules {
    /// The number that this incarnation gives next on a day; nil where none is left.
    static func nextNumber<S: DocumentSource>(
        _ code: RegionCode, _ day: CivilDate, _ scope: ScopeName, _ desk: Desk, from source: S
    ) throws(S.Failure) -> CaseNumber? {
        var serials = SerialState(scope: scope.id, date: day.number, last: 0)
        let key = SerialState.key(scope: scope.id, date: day.number)
        if case .serial(let known) = try source.content(key) { serials = known }
        let first = desk.directory.seats(of: desk.region).first?.key
        var serial = serials.nextOfFirst
        if let first, first != desk.key {
            serial = try serials.next(for: desk.key.actor(in: scope.id)) {
                (serial) throws(S.Failure) in
                let number = CaseNumber(region: code, date: day.number, serial: serial)
                return try !source.find(.caseFile, label: number.text).isEmpty
            }
        }
        return serial.map { CaseNumber(region: code, date: day.number, serial: $0) }
    }
}

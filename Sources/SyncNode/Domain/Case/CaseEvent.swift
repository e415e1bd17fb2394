package import Base
package import Change

extension ChangeKind {
    /// 收件: makes the case and its token, held by the writer.
    package static let caseReceive = ChangeKind(rawValue: 0x8020)
    /// A case that came by value from another county: makes it here, held by the gateway.
    package static let caseArrive = ChangeKind(rawValue: 0x8021)
    /// 受理.
    package static let caseAccept = ChangeKind(rawValue: 0x8022)
    /// 不予受理.
    package static let caseRefuse = ChangeKind(rawValue: 0x8023)
    /// 补正告知: one list of all gaps.
    package static let caseCorrection = ChangeKind(rawValue: 0x8024)
    /// 决定: 准予 or 不予.
    package static let caseDecide = ChangeKind(rawValue: 0x8025)
    /// 送达.
    package static let caseDeliver = ChangeKind(rawValue: 0x8026)
    /// 撤回申请 by the applicant: from any place of the audience.
    package static let caseWithdraw = ChangeKind(rawValue: 0x8027)
    /// 备注.
    package static let caseNote = ChangeKind(rawValue: 0x8028)
    /// 补齐材料.
    package static let caseSupplement = ChangeKind(rawValue: 0x8029)
    /// 评价.
    package static let caseRate = ChangeKind(rawValue: 0x802a)
    /// What happened to the case in the other county, as its gateway told it.
    package static let caseMirror = ChangeKind(rawValue: 0x802b)
    /// 办结.
    package static let caseClose = ChangeKind(rawValue: 0x802c)
    /// 审查: another officer's opinion, where an item asks for three of them.
    package static let caseReview = ChangeKind(rawValue: 0x802e)
    /// 送达 at the place of receipt while another county has the case.
    package static let caseHandOut = ChangeKind(rawValue: 0x802d)

    /// 转收件: what was checked beforehand, or brought by an agent, is received.
    package static let caseTake = ChangeKind(rawValue: 0x80c0)
    /// 拟不予受理: a window asks the place above.
    package static let casePropose = ChangeKind(rawValue: 0x80c1)
    /// The answer from above: `refuse` confirms, `way` says how it can be done.
    package static let caseAnswer = ChangeKind(rawValue: 0x80c2)
    /// 分转 to a department.
    package static let caseAssign = ChangeKind(rawValue: 0x80c3)
    /// 特别程序 or 挂起 begins: the clock stands still.
    package static let casePause = ChangeKind(rawValue: 0x80c4)
    /// It ends.
    package static let caseResume = ChangeKind(rawValue: 0x80c5)
    /// 延期, by so many working days.
    package static let caseExtend = ChangeKind(rawValue: 0x80c6)
    /// 签印请求 to another place.
    package static let caseSealAsk = ChangeKind(rawValue: 0x80c7)
    /// 签印, or that it was declined.
    package static let caseSealAnswer = ChangeKind(rawValue: 0x80c8)
    /// 制证: the result lies at the outlet.
    package static let caseReady = ChangeKind(rawValue: 0x80c9)
    /// 终止 by a place above.
    package static let caseEnd = ChangeKind(rawValue: 0x80ca)
    /// 事后核查 of what was granted on a promise.
    package static let caseVerify = ChangeKind(rawValue: 0x80cb)
    /// 撤销决定.
    package static let caseRevoke = ChangeKind(rawValue: 0x80cc)
    /// 交接单: originals come, go on or go back.
    package static let caseOriginals = ChangeKind(rawValue: 0x80cd)
    /// 归档: sealed, nothing more happens.
    package static let caseArchive = ChangeKind(rawValue: 0x80ce)

    /// 材料: of `codes`, `outcome` A to D, `scan`, `reused` or `waived`.
    package static let caseMaterial = ChangeKind(rawValue: 0x80d1)

    /// 清除: payloads of the case are destroyed everywhere (PROTOCOL §11).
    package static let caseErase = ChangeKind(rawValue: 0x801a)

    /// 移交: the holder names one actor.
    package static let custodyOffer = ChangeKind(rawValue: 0x8030)
    /// 签收.
    package static let custodyAccept = ChangeKind(rawValue: 0x8031)
    /// 退件.
    package static let custodyReject = ChangeKind(rawValue: 0x8032)
    /// 撤回移交: a request and no more.
    package static let custodyWithdrawal = ChangeKind(rawValue: 0x8033)
    /// The offeree lets a withdrawn offer go.
    package static let custodyRelease = ChangeKind(rawValue: 0x8034)
    /// 上级指定: names a new holder, with the cut of what its writer had seen.
    package static let custodyForce = ChangeKind(rawValue: 0x8035)
    /// 追认: makes one superseded decision stand.
    package static let custodyRatify = ChangeKind(rawValue: 0x8036)
    /// Names the branch of a forked chain that stands.
    package static let custodyForkCut = ChangeKind(rawValue: 0x8037)
    /// The token leaves for another county: frozen here until it comes back.
    package static let custodyOutgoing = ChangeKind(rawValue: 0x8038)
    /// The token is back from the other county.
    package static let custodyReturned = ChangeKind(rawValue: 0x8039)
}

/// What interpretation says of one stored event (PROTOCOL §5).
package enum EventStatus: Hashable, Sendable {
    case effective
    /// What it builds on is not here, or its author's seat is not known yet.
    case waitingRef
    /// Of a kind that this version does not know.
    case needsUpgrade
    /// It never had effect, for a reason.
    case void(Reason)
    /// A second one for a slot that is filled: kept and shown (更正).
    case late
    /// On the losing side of a fork, or built on it.
    case contested
    /// Outside the cut of a later Force or seat; can be ratified.
    case superseded
    /// Written on a chain at or after a proven fork.
    case quarantined

    /// Why an event never had effect.
    package enum Reason: String, Hashable, Sendable {
        /// Its author does not hold the token.
        case notHolder = "not-holder"
        /// Its author's token was frozen by an offer.
        case frozen
        /// The offer that it answers names another actor.
        case notOffered = "not-offered"
        /// The offer had its answer already.
        case answered
        /// Its author's region does not stand above the case.
        case notSupervisor = "not-supervisor"
        /// The same officer accepted it (受审分离).
        case sameOfficer = "same-officer"
        /// What it names is of another kind.
        case wrongTarget = "wrong-target"
        /// It came behind its author's end, and nobody adopted it.
        case beyondCut = "beyond-cut"
    }

    /// The word that is stored and shown; a void one carries its reason after a colon.
    package var text: String {
        switch self {
        case .effective: "effective"
        case .waitingRef: "waitingRef"
        case .needsUpgrade: "needsUpgrade"
        case .void(let reason): "void:" + reason.rawValue
        case .late: "late"
        case .contested: "contested"
        case .superseded: "superseded"
        case .quarantined: "quarantined"
        }
    }

    /// - Parameter text: As `text` gives it; anything else gives nil.
    package init?(text: String) {
        switch text {
        case "effective": self = .effective
        case "waitingRef": self = .waitingRef
        case "needsUpgrade": self = .needsUpgrade
        case "late": self = .late
        case "contested": self = .contested
        case "superseded": self = .superseded
        case "quarantined": self = .quarantined
        default:
            guard text.hasPrefix("void:"), let reason = Reason(rawValue: String(text.dropFirst(5)))
            else { return nil }
            self = .void(reason)
        }
    }
}

/// How far one chain was seen by the writer of a Force, or of a later seat's act.
package struct CutPoint: Hashable, Sendable {
    package let actor: ActorID
    package let seq: Seq
    package let hash: Digest16

    package init(actor: ActorID, seq: Seq, hash: Digest16) {
        self.actor = actor
        self.seq = seq
        self.hash = hash
    }
}

/// What events of custody, of hand-overs and of decisions say beside the rest.
package struct CaseTerms: Hashable, Sendable {
    /// Who is to hold the token: of an offer and of a Force.
    package var to: ActorID?
    /// The region of `to`.
    package var region: RegionID?
    /// Where the case is to go in the end, if `to` only passes it on.
    package var destination: RegionCode?
    /// The hand-over between counties that it belongs to.
    package var handover: Digest16?
    /// A short outcome: `grant`, `refuse`, `return`, the kind of what is mirrored.
    package var outcome: String?
    /// Of what another county told: the event there that it answers.
    package var about: Digest16?
    /// What its author had seen of this case.
    package var cut: [CutPoint] = []
    /// Codes of materials: promised at an acceptance, brought by a supplement, asked for.
    package var codes: [String] = []
    /// 告知承诺: an acceptance on a written promise.
    package var isPledged = false
    /// 业务时间更正: by how much a clock was wrong, for which changes of its chain.
    package var clock: ClockWord?
    /// Derived: business time by the word of a clock above, where its own was wrong.
    package var corrected: Int64?

    package init() {}

    fileprivate static let none = CaseTerms()
}

private final class TermsBox: Sendable {
    let terms: CaseTerms

    init(_ terms: CaseTerms) { self.terms = terms }
}

/// One event of a case as its fold keeps it: enough to judge custody again at any time, without
/// the journal. The words of the clerk stay in the change.
package struct CaseEvent: Hashable, Sendable {
    package let dot: Dot
    /// First 16 bytes of the change's hash.
    package let hash: Digest16
    package let kind: ChangeKind
    /// The author's hybrid clock, in milliseconds since 1970: for display only.
    package let time: Int64
    /// First 8 bytes of H(account id).
    package let author: UInt64
    package var status = EventStatus.effective
    /// Business time (业务时间) in milliseconds since 1970, where it was stated.
    package var business: Int64?
    /// What it builds on: the custody tip, the offer that it answers, or the event it is about.
    package var on: Digest16?
    /// What only some events say; boxed, since most cases copy their events for every change.
    private var box: TermsBox?
    /// Set where its chain was quarantined at or before it.
    package var quarantined = false
    /// Set where it came behind its author's end and was not adopted.
    package var isBeyondCut = false
    /// Written again after a rollback, with all that its node had written before in its past.
    package var isReissue = false

    package init(
        dot: Dot, hash: Digest16, kind: ChangeKind, time: Int64, author: UInt64
    ) {
        self.dot = dot
        self.hash = hash
        self.kind = kind
        self.time = time
        self.author = author
    }

    /// Whether it says any of them.
    var hasTerms: Bool { box != nil }

    /// All that only some events say.
    package var terms: CaseTerms {
        get { box?.terms ?? .none }
        set { box = newValue == .none ? nil : TermsBox(newValue) }
    }

    /// Who is to hold the token.
    package var to: ActorID? {
        get { box?.terms.to }
        set { terms.to = newValue }
    }

    /// The region of `to`; in a hand-over, the author's.
    package var region: RegionID? {
        get { box?.terms.region }
        set { terms.region = newValue }
    }

    /// Where the case is to go in the end.
    package var destination: RegionCode? {
        get { box?.terms.destination }
        set { terms.destination = newValue }
    }

    /// The hand-over between counties that it belongs to.
    package var handover: Digest16? {
        get { box?.terms.handover }
        set { terms.handover = newValue }
    }

    /// A short outcome.
    package var outcome: String? {
        get { box?.terms.outcome }
        set { terms.outcome = newValue }
    }

    /// The event of the other county that it answers.
    package var about: Digest16? {
        get { box?.terms.about }
        set { terms.about = newValue }
    }

    /// What its author had seen of this case.
    package var cut: [CutPoint] {
        get { box?.terms.cut ?? [] }
        set { terms.cut = newValue }
    }

    package static func == (left: CaseEvent, right: CaseEvent) -> Bool {
        left.hash == right.hash && left.dot == right.dot && left.kind == right.kind
            && left.time == right.time && left.author == right.author
            && left.status == right.status && left.business == right.business
            && left.on == right.on && left.quarantined == right.quarantined
            && left.isReissue == right.isReissue && left.isBeyondCut == right.isBeyondCut
            && left.terms == right.terms
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// Where it stands in the list of a case: by chain, then number, then hash.
    func precedes(_ other: CaseEvent) -> Bool {
        (dot.actor, dot.seq, hash) < (other.dot.actor, other.dot.seq, other.hash)
    }

    /// The outcome of an acceptance after which another officer has to decide (独任).
    package static let separate = "separate"
    /// The same after which a second has to examine, and a third to decide (一审一核).
    package static let three = "three"
    /// The same with two who examine (审核批三级).
    package static let four = "four"
    /// Two members at least give their opinion before a third decides (联席).
    package static let joint = "joint"

    /// The outcome of a 补正告知 that asks for what the station could not know of: made once, beside
    /// the one that each case may have, and counted against nobody.
    package static let rebased = "rebased"

    /// Whether it is such a 补正告知.
    package var isRebased: Bool { kind == .caseCorrection && outcome == Self.rebased }

    /// Whether an acceptance with that outcome keeps who accepted from deciding (受审分离).
    package static func separates(_ outcome: String?) -> Bool {
        outcome == separate || reviewsNeeded(outcome) > 0
    }

    /// How many officers have to examine, each another one.
    package static func reviewsNeeded(_ outcome: String?) -> Int {
        switch outcome {
        case three: 1
        case four, joint: 2
        default: 0
        }
    }

    /// Whether a person may not decide what that acceptance took in. The node itself is none.
    static func isBarred(_ author: UInt64, by acceptance: CaseEvent?) -> Bool {
        guard author != 0, let acceptance, separates(acceptance.outcome) else { return false }
        return acceptance.author == author
    }

    /// Whether a decision lacks opinions of officers who are neither who accepted nor who
    /// decides. It counts in the decider's own chain only: there no clock says what came first.
    ///
    /// - Parameter reviews: Opinions that have effect.
    static func lacksReview(
        _ author: UInt64, at actor: ActorID, before seq: Seq?, accepted acceptance: CaseEvent?,
        among reviews: some Sequence<CaseEvent>
    ) -> Bool {
        guard author != 0, let acceptance else { return false }
        let needed = reviewsNeeded(acceptance.outcome)
        guard needed > 0 else { return false }
        var officers: Set<UInt64> = []
        for review in reviews
        where review.dot.actor == actor && seq.map({ review.dot.seq < $0 }) ?? true
            && review.author != 0 && review.author != author
            && review.author != acceptance.author
        {
            officers.insert(review.author)
        }
        return officers.count < needed
    }

    /// When it happened in the eyes of the clerk.
    package var moment: Int64 { box?.terms.corrected ?? business ?? time }
}

/// Which of custody's rules are in force. All are, outside the simulator: each switch is the
/// mutant that shows what its rule is for (PROTOCOL §12).
package struct CustodyRules: Hashable, Sendable {
    /// A withdrawal takes effect without the offeree's word.
    package var unilateralWithdraw = false
    /// The holder may go on deciding while an offer is open.
    package var holderNotFrozen = false
    /// An offer names a region, and any of its nodes may take it.
    package var offerToRegion = false
    /// Any incarnation of a node may act for the one that holds the token.
    package var custodyBoundToNode = false
    /// Force takes all that was written before it, seen or not.
    package var forceWithoutCut = false
    /// Both branches of a forked chain count.
    package var forkNotQuarantined = false
    /// What came behind its author's end counts like anything else.
    package var countsBeyondCut = false

    package init() {}

    /// The rules as they are meant.
    package static let standard = CustodyRules()
}

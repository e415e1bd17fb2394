package import Change

/// What a ticket (工单) is about. The raw value is stored and in the API.
package enum TicketKind: String, Hashable, Sendable, CaseIterable {
    /// 差评整改: what a bad rating leads to.
    case badRating = "bad-rating"
    /// 办不成事.
    case stuck
    /// 找茬.
    case flaw
    /// 投诉.
    case complaint
    /// 诉求, 咨询诉求: also what a window may not refuse and hands up (否决权上移).
    case request
    /// 审管推送: what a decision tells the department that supervises.
    case push

    /// The kind for people.
    package var name: String {
        switch self {
        case .badRating: "差评整改"
        case .stuck: "办不成事"
        case .flaw: "找茬"
        case .complaint: "投诉"
        case .request: "诉求"
        case .push: "审管推送"
        }
    }

    /// The letter with which its numbers begin.
    package var letter: String {
        switch self {
        case .badRating: "P"
        case .stuck: "B"
        case .flaw: "Z"
        case .complaint: "T"
        case .request: "S"
        case .push: "G"
        }
    }

    /// Working days until it is to be closed, where no setting says otherwise: 差评 5 (R19),
    /// 办不成事 by its grade (R22), a push is claimed within one; the others are our own choice.
    package var days: Int {
        switch self {
        case .badRating, .stuck, .request: 5
        case .flaw: 10
        case .complaint: 15
        case .push: 1
        }
    }

    /// The grades of 办不成事, in working days: 即办, 一般, 疑难.
    package static let stuckDays = [0, 5, 10]
}

/// Where a ticket stands. The raw value is stored and in the API.
package enum TicketStatus: String, Hashable, Sendable, CaseIterable {
    case open, working, fixed, replied, closed, archived

    /// The state for people, in the words of the ticket's kind.
    package func name(of kind: TicketKind) -> String {
        switch (self, kind) {
        case (.open, .badRating): "待核实"
        case (.open, .push): "待认领"
        case (.open, _): "待研判"
        case (.working, .badRating): "待整改"
        case (.working, .push): "已认领"
        case (.working, _): "处理中"
        case (.fixed, _): "待反馈"
        case (.replied, .badRating): "待复核"
        case (.replied, _): "待回访"
        case (.closed, _): "已办结"
        case (.archived, _): "已归档"
        }
    }

    /// Whether nothing more is owed to the citizen.
    package var isFinal: Bool { self == .closed || self == .archived }
}

/// What is done with a ticket. The raw value is the command's second word and in the log.
package enum TicketAct: String, Hashable, Sendable, CaseIterable {
    /// 核实, 研判: whether it is as it was said.
    case judge
    /// 交办, 上交: another place is to answer from now on.
    case assign
    /// 认领, of a push.
    case claim
    /// 整改, 办理: what was wrong is put right.
    case fix
    /// 反馈, 答复 to the citizen.
    case reply
    /// 复核, 回访: whether the citizen's matter is settled.
    case review
    /// 归档.
    case archive
    /// 备注.
    case note

    /// The act for people.
    package func name(of kind: TicketKind) -> String {
        switch self {
        case .judge: kind == .badRating ? "核实" : "研判"
        case .assign: "交办"
        case .claim: "认领"
        case .fix: kind == .badRating ? "整改" : "办理"
        case .reply: kind == .push ? "监管反馈" : kind == .badRating ? "反馈" : "答复"
        case .review: kind == .badRating ? "复核" : "回访"
        case .archive: "归档"
        case .note: "备注"
        }
    }
}

/// The life of a ticket as one table: state × act → next state.
package enum TicketTable {
    /// The state after an act; nil where the state forbids it.
    ///
    /// - Parameter isGood: What a judgement or a review came to; true for every other act.
    package static func next(
        _ kind: TicketKind, _ status: TicketStatus, _ act: TicketAct, isGood: Bool
    ) -> TicketStatus? {
        if act == .note { return status == .archived ? nil : status }
        if kind == .push { return pushed(status, act) }
        switch (status, act) {
        // What turns out not to be so is told to whoever said it.
        case (.open, .judge): return isGood ? .working : .fixed
        case (.open, .assign), (.working, .assign): return .working
        case (.working, .fix): return .fixed
        // A question is answered at once; a bad rating is put right before it is answered.
        case (.open, .reply), (.working, .reply): return kind == .badRating ? nil : .replied
        case (.fixed, .reply): return .replied
        case (.replied, .review): return isGood ? .closed : .working
        case (.closed, .archive): return .archived
        default: return nil
        }
    }

    /// 推送, 认领, 监管反馈: nobody waits for an answer.
    private static func pushed(_ status: TicketStatus, _ act: TicketAct) -> TicketStatus? {
        switch (status, act) {
        case (.open, .assign): .open
        case (.open, .claim): .working
        case (.working, .assign): .working
        case (.working, .reply): .closed
        case (.closed, .archive): .archived
        default: nil
        }
    }

    /// What may be done now, in the order in which it is offered.
    package static func acts(_ kind: TicketKind, _ status: TicketStatus) -> [TicketAct] {
        TicketAct.allCases.filter { next(kind, status, $0, isGood: true) != nil }
    }
}

extension ChangeKind {
    /// 登记工单: {ticket, number, kind, text, days, …}.
    package static let ticketOpen = ChangeKind(rawValue: 0x8080)
    /// A step of a ticket: {ticket, act, outcome?, to?, note?, at?}.
    package static let ticketStep = ChangeKind(rawValue: 0x8081)
    /// 评价 of one contact without a case: {contact, grade, channel, item?, named?, at?}.
    package static let ratingGiven = ChangeKind(rawValue: 0x0082)

    /// Whether it is folded into tickets and ratings, though it stands in a case scope.
    package var isTicketKind: Bool {
        self == .ticketOpen || self == .ticketStep || self == .ratingGiven
    }
}

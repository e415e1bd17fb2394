package import Base
package import Civil

/// What the board (督查看板) can be asked for; the word is in addresses.
package enum BoardKind: String, Hashable, Sendable, CaseIterable {
    /// 工单: a list; one of them.
    case tickets, ticket
    /// 评价: aggregates, none below three.
    case ratings
    /// 首问未闭环: what is open, with who answers for it; 首问负责 of one case.
    case asked, duty
    /// 亮灯: how many, and which are late.
    case lights
    /// 亮灯通知: what is due to be told, and who has acknowledged it; of one case or ticket.
    case notices, notice
    /// 指标: all of DOMAIN §2. 月报. 排名.
    case metrics, month, ranking
    /// 档案: what is due, sealed, given away, out of its term; one of them.
    case archives, archive
    /// 预约: windows with their free hours; what was booked; one booking.
    case windows, bookings, booking
    /// 寄递: parcels; one of them. 到期提醒. 叫号日结 of the places below.
    case mailings, mailing, reminders, queues

    /// The sheet's name for people.
    package var title: String {
        switch self {
        case .tickets: "工单"
        case .ticket: "工单"
        case .ratings: "好差评"
        case .asked: "首问未闭环"
        case .duty: "首问负责"
        case .lights: "亮灯"
        case .notices, .notice: "亮灯通知"
        case .metrics: "指标"
        case .month: "月报"
        case .ranking: "排名"
        case .archives, .archive: "档案"
        case .windows: "预约窗口"
        case .bookings, .booking: "预约"
        case .mailings, .mailing: "寄递"
        case .reminders: "到期提醒"
        case .queues: "排队日结"
        }
    }

    /// Whether it is about one thing, which `code` then names.
    package var needsCode: Bool {
        [.ticket, .duty, .notice, .booking, .mailing, .archive].contains(self)
    }

    /// Whether it belongs to the counter (柜台) and not to supervision (督查).
    package var isOfCounter: Bool {
        switch self {
        case .windows, .bookings, .booking, .mailings, .mailing, .reminders, .queues: true
        case .tickets, .ticket, .ratings, .asked, .duty, .lights, .notices, .notice, .metrics,
            .month, .ranking, .archives, .archive:
            false
        }
    }
}

/// Which sheet of the board is wanted.
package struct BoardQuestion: Hashable, Sendable {
    package let kind: BoardKind
    /// A ticket's number or id.
    package let code: String
    /// The top of the subtree; nil for the node's own place.
    package let region: RegionCode?
    /// The first and last day; nil for this month.
    package let period: ClosedRange<CivilDate>?
    /// Only what is in this state; nil for all.
    package let status: String?

    package init(
        _ kind: BoardKind, code: String = "", region: RegionCode? = nil,
        period: ClosedRange<CivilDate>? = nil, status: String? = nil
    ) {
        self.kind = kind
        self.code = code
        self.region = region
        self.period = period
        self.status = status
    }
}

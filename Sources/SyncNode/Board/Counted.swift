package import Civil

/// What the board counts (统计口径), each by day and by month. The raw value is in the file of the
/// figures, so a number is never used again for something else.
package enum Counted: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    /// 收件; by channel; by item.
    case received = 1, channel, itemReceived
    /// 受理, 补正 once at least, twice at least; all on the day of 收件 but the first.
    case accepted, corrected, correctedTwice
    /// 决定 on its day; within 承诺; before its last day; after 法定; by item; in time by item.
    case decided, onTime, early, legalLate, itemDecided, itemOnTime
    /// Working days used and promised of decided cases (sums), and what was saved in millionths.
    case used, promised, saved
    /// By `item|days`: working days from 收件 to 决定.
    case itemUsed
    /// 即办件 received; of these decided on the same day.
    case immediate, sameDay
    /// 撤回, 不予受理, 办结 and 归档, each on its day; 归档 on the day of 办结.
    case withdrawn, refused, closed, archived
    /// 容缺 accepted, and of these completed; 免交 and 复用 (sum), on the day of 收件.
    case deferred, completed, spared
    /// 跨域 sent and taken, by 通办模式 of the item.
    case crossOut, crossIn
    /// 送达.
    case delivered
    /// 电子签印 of documents that are signed, and all that are signed (sums).
    case sealedDocuments, signedDocuments
    /// 终止, on its day.
    case ended
    /// 离线登记, on its day; of these 收件 by the station itself.
    case offline, offlineReceived
    /// 收件 by how far the place may go (下沉方式). 免交 and 复用, each as a sum. 容缺 that is open, by
    /// the day on which it was due, and what came after that day; all on the day of 收件.
    case receivedMode, waived, reused, deferralOpen, deferralLate

    /// 评价 by grade; by channel, item, officer, each with how many are content as its sum.
    case rating = 40
    case ratingChannel, ratingItem, ratingOfficer
    /// Real-name 差评, and of these put right in time.
    case namedBad, namedBadInTime
    /// 工单 by kind, on the day of opening: all, closed, closed in time, handed on (sum).
    case ticket, ticketClosed, ticketInTime, ticketHandedOn
    /// 审管推送 claimed, by hours until then.
    case pushClaimed

    /// 滞后, by minutes from what a place wrote first to the county's word that it is there, on the
    /// day of that word; and the minutes of a day (sum) for which a place's changes lay there.
    case syncLag = 60
    case outage

    /// What is open, by the day on which it is due, each case once; what else runs is its key
    /// (`OpenBeside`). 承诺; 答复; 承诺 once nobody answered; 送达; 即办件.
    case open = 100
    case openReply, openDeemed, openDelivery, openImmediate
    /// Open without a day: paused, waiting for the applicant, without a calendar.
    case paused, waiting, undated
    /// 工单 by kind.
    case openTicket
    /// 待补正 by a second notice, by the day of that.
    case openTwice = 111
    /// 事后核查 of what has been delivered.
    case openVerification

    /// Whether it is counted by the day on which it is due.
    package var isOpen: Bool { rawValue >= 100 }

    /// By number.
    package static func < (left: Counted, right: Counted) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// One entry of what a document adds to the figures.
package struct Cell: Hashable, Comparable, Sendable {
    package let counted: Counted
    /// The day; of what is open without one, 0.
    package let day: Int
    /// A channel, an item's code, …; empty where all are one.
    package let key: String
    package var count: Int
    package var sum: Int

    package init(_ counted: Counted, _ day: Int, _ key: String = "", count: Int = 1, sum: Int = 0) {
        self.counted = counted
        self.day = day
        self.key = key
        self.count = count
        self.sum = sum
    }

    /// By what is counted, day, key.
    package static func < (left: Cell, right: Cell) -> Bool {
        (left.counted, left.day, left.key, left.count, left.sum)
            < (right.counted, right.day, right.key, right.count, right.sum)
    }
}

/// What runs beside the limit by which an open case is counted, as days since 1970: so that a case
/// shows one light, the strongest.
package struct OpenBeside: Hashable, Sendable {
    /// 答复, of what silence accepts; 容缺补齐; the day on which it was offered to another place;
    /// 事后核查.
    package var reply: Int?
    package var deferral: Int?
    package var offered: Int?
    package var verification: Int?

    package init() {}

    /// - Parameter key: As `key` gives it; what is not of the form says nothing.
    package init(key: String) {
        for part in key.split(separator: ",") {
            let day = Int(part.dropFirst())
            switch part.first {
            case "r": reply = day
            case "d": deferral = day
            case "h": offered = day
            case "v": verification = day
            default: continue
            }
        }
    }

    /// `r020711,d020720`; empty where nothing else runs.
    package var key: String {
        [
            ("r", reply), ("d", deferral), ("h", offered), ("v", verification),
        ].compactMap { letter, day in
            day.map { letter + Portion.padded($0) }
        }.joined(separator: ",")
    }
}

/// What one document adds to the figures of its place.
package struct Portion: Hashable, Sendable {
    package internal(set) var cells: [Cell] = []
    /// The day on which it is due next; nil where nothing is.
    package var due: CivilDate?

    package init() {}

    /// One entry more; of what is open without a day, nil.
    package mutating func add(
        _ counted: Counted, _ day: CivilDate?, _ key: String = "", count: Int = 1, sum: Int = 0
    ) {
        cells.append(Cell(counted, day?.daysSince1970 ?? 0, key, count: count, sum: sum))
    }
}

/// Figures of one subtree and period.
package struct Figures: Hashable, Sendable {
    /// A count with a sum beside it.
    package struct Amount: Hashable, Sendable {
        package var count: Int
        package var sum: Int

        package init(count: Int = 0, sum: Int = 0) {
            self.count = count
            self.sum = sum
        }
    }

    /// One key of what is counted.
    package struct Entry: Hashable, Sendable {
        package let key: String
        package let amount: Amount
    }

    private var entries: [Counted: [String: Amount]] = [:]

    package init() {}

    /// Adds up.
    package mutating func add(_ counted: Counted, _ key: String, _ amount: Amount) {
        var known = entries[counted]?[key] ?? Amount()
        known.count += amount.count
        known.sum += amount.sum
        entries[counted, default: [:]][key] = known
    }

    /// Adds up what documents add, for figures that are not kept.
    package mutating func add(_ portion: Portion) {
        for cell in portion.cells {
            add(cell.counted, cell.key, Amount(count: cell.count, sum: cell.sum))
        }
    }

    /// All keys together.
    package func total(_ counted: Counted) -> Amount {
        var total = Amount()
        for amount in (entries[counted] ?? [:]).values {
            total.count += amount.count
            total.sum += amount.sum
        }
        return total
    }

    /// How many, over all keys.
    package func count(_ counted: Counted) -> Int { total(counted).count }

    /// How many of one key.
    package func count(_ counted: Counted, _ key: String) -> Int {
        entries[counted]?[key]?.count ?? 0
    }

    /// By key.
    package func list(_ counted: Counted) -> [Entry] {
        (entries[counted] ?? [:]).sorted { $0.key < $1.key }
            .filter { $0.value.count != 0 || $0.value.sum != 0 }
            .map { Entry(key: $0.key, amount: $0.value) }
    }
}

/// Figures of what is open, by the day on which it is due.
package struct OpenFigures: Hashable, Sendable {
    /// So many of one kind with one due day.
    package struct Entry: Hashable, Sendable {
        package let counted: Counted
        /// Days since 1970; 0 for none.
        package let day: Int
        package let key: String
        package let count: Int

        package init(_ counted: Counted, _ day: Int, _ key: String, _ count: Int) {
            self.counted = counted
            self.day = day
            self.key = key
            self.count = count
        }
    }

    /// In the order of days.
    package var entries: [Entry] = []

    package init(_ entries: [Entry] = []) { self.entries = entries }
}

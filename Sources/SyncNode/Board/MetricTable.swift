import Base
import Civil

/// A metric of the supervision (DOMAIN §2): its number, formula and the target that the seeds
/// name, so that whoever reads a figure reads what it is.
package struct BoardMetric: Sendable {
    package let number: Int
    package let name: String
    package let target: String
    package let formula: String
    /// What it comes to, and what is told beside it.
    package let value: @Sendable (BoardInput) -> MetricValue
    package let more: @Sendable (BoardInput) -> [(String, MetricValue)]

    init(
        _ number: Int, _ name: String, target: String, formula: String,
        more: @escaping @Sendable (BoardInput) -> [(String, MetricValue)] = { _ in [] },
        value: @escaping @Sendable (BoardInput) -> MetricValue
    ) {
        self.number = number
        self.name = name
        self.target = target
        self.formula = formula
        self.value = value
        self.more = more
    }

    /// All of them, by number.
    package static let all: [BoardMetric] = (catalog + cases + service)
        .sorted { $0.number < $1.number }
}

extension BoardMetric {
    /// 1–14: what the catalog and the cases say of speed and ease.
    private static let catalog: [BoardMetric] = [
        BoardMetric(
            1, "综合大厅进驻率", target: "≥80%（S0-一.2）", formula: "进驻事项 / 依申请事项（除列明不进驻原因者）"
        ) { .share($0.census.inHall, of: $0.census.hallItems) },
        BoardMetric(
            2, "一窗受理率", target: "≥80%（S0-一.5）；100%（S2-16）",
            formula: "标为一窗受理的事项 / 事项；综合窗口收件 / 收件",
            more: { input in
                let window = input.figures.count(.channel, "window")
                return [("综合窗口收件", .share(window, of: input.figures.count(.received)))]
            }
        ) { .share($0.census.oneWindow, of: $0.census.items) },
        BoardMetric(
            3, "一次办好事项数", target: "100（S0-二.1、S2-37）", formula: "标为一次办好且到现场至多 1 次的事项"
        ) { .number($0.census.oneVisit, "项") },
        BoardMetric(
            4, "申请材料减少率", target: "≥60%（S0-二.2、S4-12）", formula: "1 − Σ现行必交材料 / Σ首版必交材料"
        ) { input in
            .share(
                input.census.materialsBefore - input.census.materialsNow,
                of: input.census.materialsBefore)
        },
        BoardMetric(
            5, "环节减少率", target: "平均减一半（S2-13）", formula: "1 − Σ现行环节 / Σ首版环节"
        ) { input in
            .share(input.census.stepsBefore - input.census.stepsNow, of: input.census.stepsBefore)
        },
        BoardMetric(
            6, "实际用时较承诺压缩", target: "平均减一半（S2-13）",
            formula: "办结件 (1 − 实际工作日 / 承诺工作日) 的平均",
            more: { input in
                let used = input.figures.total(.used)
                return [
                    ("平均用时", tenths(used.sum, used.count, "工作日")),
                    (
                        "平均承诺",
                        tenths(
                            input.figures.total(.promised).sum,
                            input.figures.count(.promised), "工作日")
                    ),
                ]
            }
        ) { input in
            let saved = input.figures.total(.saved)
            guard saved.count > 0 else { return .share(0, of: 0) }
            return .share(MetricValue.rounded(saved.sum, saved.count * 1000), of: 1000)
        },
        BoardMetric(
            7, "法定压缩比", target: "（推算）", formula: "1 − Σ承诺 / Σ法定"
        ) { input in
            .share(input.census.legalDays - input.census.promisedDays, of: input.census.legalDays)
        },
        BoardMetric(
            8, "网上可办率", target: "≥70%（S0-三）；100%（S4-6）", formula: "网上申报或全程网办事项 / 依申请事项"
        ) { .share($0.census.online, of: $0.census.applied) },
        BoardMetric(
            9, "在线申办率", target: "≥70%（S1-14）", formula: "线上渠道收件 / 收件"
        ) { .share($0.figures.count(.channel, "online"), of: $0.figures.count(.received)) },
        BoardMetric(
            10, "不见面审批占比", target: "≥90%，100%（S4-14）", formula: "到现场 0 次事项 / 无现场勘验的依申请事项"
        ) { .share($0.census.noVisit, of: $0.census.noInspection) },
        BoardMetric(
            11, "容缺受理覆盖", target: "100% 涉企（S2-15、S4-14）",
            formula: "有可容缺材料的涉企事项 / 涉企事项；逾期率 = 过期补齐或仍未补齐 / 容缺受理件",
            more: { input in
                let used = input.figures.count(.deferred)
                return [
                    ("容缺受理件", .number(used, "件")),
                    ("已补齐", .share(input.figures.count(.completed), of: used)),
                    ("逾期率", .share(overdue(input), of: used)),
                ]
            }
        ) { .share($0.census.enterpriseDeferrable, of: $0.census.enterprise) },
        BoardMetric(
            12, "即办比例", target: "≥30% 自然人现场（S4-15）",
            formula: "即办或当场办结事项 / 面向自然人的现场事项；当日办结 = 收件当日决定 / 即办件",
            more: { input in
                [
                    ("简易事项即办", .share(input.census.simpleImmediate, of: input.census.simple)),
                    (
                        "即办件当日办结",
                        .share(input.figures.count(.sameDay), of: input.figures.count(.immediate))
                    ),
                ]
            }
        ) { .share($0.census.personalImmediate, of: $0.census.personalOnSite) },
        BoardMetric(
            13, "企业开办用时", target: "1 个工作日（S2-33）",
            formula: "企业开办主题各事项收件至决定的工作日：≤1 日占比，P50、P90",
            more: { input in
                let days = startupDays(input)
                guard !days.isEmpty else { return [] }
                return [
                    ("P50", .number(percentile(days, 50), "工作日")),
                    ("P90", .number(percentile(days, 90), "工作日")),
                ]
            }
        ) { input in
            let days = startupDays(input)
            return .share(days.filter { $0 <= 1 }.count, of: days.count)
        },
        BoardMetric(
            14, "工程建设全过程用时", target: "≤100 个工作日（S2-35）", formula: "各阶段工作日之和的平均（填报）",
            more: { $0.entered.source(14) }
        ) { input in
            guard let entry = input.entered.entries[14] else { return .none("待填报") }
            return .number(entry.part, "工作日")
        },
    ]

    /// 容缺 of which something came after its day, or has not come and the day is over.
    private static func overdue(_ input: BoardInput) -> Int {
        let open = input.figures.list(.deferralOpen).filter { entry in
            (Int(entry.key) ?? .max) < input.today.daysSince1970
        }
        return input.figures.count(.deferralLate) + open.reduce(0) { $0 + $1.amount.count }
    }

    /// Working days of each decided case of the items of 企业开办, in order.
    private static func startupDays(_ input: BoardInput) -> [Int] {
        var days: [Int] = []
        for entry in input.figures.list(.itemUsed) {
            let parts = entry.key.split(separator: "|")
            guard parts.count == 2, let number = Int(parts[1]),
                input.startupItems.contains(String(parts[0]))
            else { continue }
            days += [Int](repeating: number, count: entry.amount.count)
        }
        return days.sorted()
    }

    /// The smallest value that so many of 100 keep.
    static func percentile(_ sorted: [Int], _ share: Int) -> Int {
        invariant(!sorted.isEmpty, "there is something to choose from")
        return sorted[min(sorted.count - 1, max(0, (sorted.count * share + 99) / 100 - 1))]
    }

    static func tenths(_ sum: Int, _ count: Int, _ unit: String) -> MetricValue {
        count == 0 ? .none("无数据") : .tenths(MetricValue.rounded(10 * sum, count), unit)
    }
}

import Base
import Civil
import Domain

extension BoardMetric {
    /// 15–24 without 20: ratings, tickets, reach.
    static let service: [BoardMetric] = [
        BoardMetric(
            15, "好差评覆盖", target: "事项、对象、渠道全覆盖（S2-11、S1-18）",
            formula: "期内有评价的 / 有收件的：事项；窗口所在站点；评价渠道；评价率 = 评价 / 收件",
            more: { input in
                let ratings = input.figures.count(.rating)
                let channels = Set(input.figures.list(.ratingChannel).map(\.key))
                let known = RatingState.channels
                return [
                    ("站点", .share(input.rated, of: input.served)),
                    ("渠道", .share(known.filter(channels.contains).count, of: known.count)),
                    ("评价率", .share(ratings, of: max(ratings, input.figures.count(.received)))),
                ]
            }
        ) { input in
            let items = Set(input.figures.list(.itemReceived).map(\.key))
            let rated = input.figures.list(.ratingItem).filter { items.contains($0.key) }.count
            return .share(rated, of: items.count)
        },
        BoardMetric(
            16, "实名差评整改率", target: "100%（S1-18）", formula: "按期办结的实名差评工单 / 实名差评"
        ) { input in
            // What was said twice at once has two tickets and one word that counts.
            let bad = input.figures.count(.namedBad)
            return .share(min(bad, input.figures.count(.namedBadInTime)), of: bad)
        },
        BoardMetric(
            17, "满意率", target: "群众满意度排名（S4-22）", formula: "基本满意及以上 / 评价；少于 3 份不显示；按站、部门、人的名次见好差评"
        ) { satisfaction($0.figures) },
        BoardMetric(
            18, "排名预警", target: "后两位、后五位约谈（S2-7）", formula: "有得分的下级中后两位；部门中后五位；名次见排名",
            more: { input in
                [("后两位", input.lastPlaces), ("后五位部门", input.lastDepartments)]
                    .filter { !$0.1.isEmpty }.map { ($0.0, .none($0.1.joined(separator: "、"))) }
            }
        ) { input in
            let count = input.lastPlaces.count + input.lastDepartments.count
            return count == 0 ? .none("不足以排名") : .number(count, "个")
        },
        BoardMetric(
            19, "审管认领率", target: "推送即认领（S1-20）", formula: "已认领 / 推送",
            more: { input in
                let hours = input.figures.list(.pushClaimed).flatMap { entry in
                    [Int](repeating: Int(entry.key) ?? 0, count: entry.amount.count)
                }
                return hours.isEmpty
                    ? [] : [("认领用时中位数", .number(percentile(hours, 50), "小时"))]
            }
        ) { input in
            .share(
                input.figures.count(.pushClaimed),
                of: input.figures.count(.ticket, TicketKind.push.rawValue))
        },
        BoardMetric(
            20, "自助终端镇街覆盖", target: "全部镇街（S1-28、S4-11）", formula: "有自助终端的镇街 / 镇街（填报）",
            more: { $0.entered.source(20) }
        ) { $0.entered.share(20) },
        BoardMetric(
            21, "便民中心（站）覆盖", target: "街镇、村全覆盖（S4-11）",
            formula: "30 日内有音讯的镇、村节点 / 名录中的镇、村",
            more: { input in
                [
                    ("镇", .share(input.stations.alive(.town), of: input.stations.count(.town))),
                    (
                        "村",
                        .share(input.stations.alive(.village), of: input.stations.count(.village))
                    ),
                ]
            }
        ) { input in
            .share(
                input.stations.alive(.town) + input.stations.alive(.village),
                of: input.stations.count(.town) + input.stations.count(.village))
        },
        BoardMetric(
            22, "跨域通办城市覆盖", target: "省内 15 市（S1-27）", formula: "有协议的省内外市 / 15；转出、转入按通办模式",
            more: { input in
                [("转出", Counted.crossOut), ("转入", .crossIn)].flatMap { name, counted in
                    [(name, .number(input.figures.count(counted), "件"))]
                        + input.figures.list(counted).map { entry in
                            let mode = entry.key.isEmpty ? "未注明模式" : entry.key
                            return (name + "：" + mode, .number(entry.amount.count, "件"))
                        }
                }
            }
        ) { .share($0.stations.partnerCities, of: 15) },
        BoardMetric(
            23, "知识库新增", target: "≥400 条；匹配率 >40%（S1-24）", formula: "期内新增条目；期内上报的问题中已解答的 / 上报的",
            more: { input in
                let asked = input.count(input.census.questionDays)
                return [
                    ("上报问题已解答", .share(input.count(input.census.answeredDays), of: asked))
                ]
            }
        ) { .number($0.count($0.census.knowledgeDays), "条") },
        BoardMetric(
            24, "主题式一链数", target: "企业 50、群众 50（S2-10、S3）",
            formula: "已发布的一件事，按面向对象；办件数 = 期内其事项的收件",
            more: { input in
                [
                    ("企业", .number(input.census.themesEnterprise, "个")),
                    ("个人", .number(input.census.themesPersonal, "个")),
                    (
                        "上线率",
                        .share(
                            input.census.themesEnterprise + input.census.themesPersonal,
                            of: input.census.themes)
                    ),
                    ("认领率", .share(input.census.themesClaimed, of: input.census.themesListed)),
                    ("企业办件", .number(input.received(input.census.themeItemsEnterprise), "件")),
                    ("个人办件", .number(input.received(input.census.themeItemsPersonal), "件")),
                ]
            }
        ) { .number($0.census.themesEnterprise + $0.census.themesPersonal, "个") },
        BoardMetric(
            34, "首问闭环率", target: "（S1-8、15）", formula: "已办结工单 / 工单",
            more: { input in
                let stuck = TicketKind.stuck.rawValue
                return [
                    (
                        "办不成事办结率",
                        .share(
                            input.figures.count(.ticketClosed, stuck),
                            of: input.figures.count(.ticket, stuck))
                    ),
                    (
                        "按期办结率",
                        .share(
                            input.figures.count(.ticketInTime),
                            of: input.figures.count(.ticketClosed))
                    ),
                ]
            }
        ) { .share($0.figures.count(.ticketClosed), of: $0.figures.count(.ticket)) },
    ].sorted { $0.number < $1.number }

    /// 满意率; nothing below three, where a person could be made out.
    static func satisfaction(_ figures: Figures) -> MetricValue {
        let all = figures.count(.rating)
        guard all >= Limits.ratingsShownMin else {
            return .none(all == 0 ? "无评价" : "不足 \(Limits.ratingsShownMin) 份")
        }
        let content = Grade.allCases.filter { !$0.isBad }
            .map { figures.count(.rating, String($0.rawValue)) }.reduce(0, +)
        return .share(content, of: all)
    }

    /// 25–37 without 30 and 34: sameness, archive, network, timeliness.
    static let cases: [BoardMetric] = [
        BoardMetric(
            25, "十同一致率", target: "全部（S2-12）",
            formula: "现行版到达全部站点（无差异）的已认领事项 / 已认领事项；站点按校验码",
            more: { input in
                [("站点", .share(input.census.agreeing, of: input.census.compared))]
            }
        ) { .share($0.census.uniformItems, of: $0.census.claimedItems) },
        BoardMetric(
            26, "认领完成率", target: "2023-06 / 2023-09（S1-目标）", formula: "已认领 / 基本目录（除不适用）",
            more: { [("标准化完成率", .share($0.census.complete, of: $0.census.items))] }
        ) { .share($0.census.claimed, of: $0.census.basic - $0.census.notApplicable) },
        BoardMetric(
            27, "数据归集率", target: "党政 ≥95%（S4-5）", formula: "归集量由市平台产生（填报）；办件入库率 = 县已收的办件 / 收件",
            more: { input in
                let made = input.figures.count(.received)
                return input.entered.source(27)
                    + [("办件入库率", .share(made - min(made, input.unsynced), of: made))]
            }
        ) { $0.entered.share(27) },
        BoardMetric(
            28, "电子文件归档率", target: "应归尽归（S4-6）", formula: "已归档 / 评价期已过的办结件"
        ) { .share($0.settled.count(.archived), of: $0.settled.count(.closed)) },
        BoardMetric(
            29, "政务外网联通", target: "100%（S4-4）",
            formula: "24 小时内有音讯的节点 / 节点；滞后 = 写下至县里签收；离线 = 积压 1 小时以上至签收 + 现静默 24 小时以上",
            more: { input in
                let (silent, all) = input.stations.silence(input.period)
                let hours = silent + input.figures.total(.outage).sum / 60
                let lags = input.figures.list(.syncLag).flatMap { entry in
                    [Int](repeating: Int(entry.key) ?? 0, count: entry.amount.count)
                }
                return (lags.isEmpty ? [] : [("滞后 P95", .number(percentile(lags, 95), "分钟"))])
                    + (input.stations.lagMinutes.map { [("静默 P95", .number($0, "分钟"))] } ?? [])
                    + [
                        ("离线时长", .number(hours, "小时")),
                        ("在线率", .share(max(0, all - hours), of: all)),
                    ]
            }
        ) { .share($0.stations.alive(days: 1), of: $0.stations.stations.count) },
        BoardMetric(
            30, "执法下沉、服务专员、APP 分厅", target: "≥90% 等（S4-9、19、6）", formula: "本系统不产生（填报）",
            more: { $0.entered.source(30) }
        ) { $0.entered.share(30) },
        BoardMetric(
            31, "一次告知率", target: "（S1-15、S4-17）", formula: "补正告知至多一次的收件 / 收件"
        ) { input in
            let all = input.figures.count(.received)
            return .share(all - input.figures.count(.correctedTwice), of: all)
        },
        BoardMetric(
            32, "按时办结率", target: "（S4-2）",
            formula: "承诺期内决定 / 决定；提前 = 到期日之前决定；亮灯为现时件数，每件一灯",
            more: { input in
                let decided = input.figures.count(.decided)
                return [
                    ("提前率", .share(input.figures.count(.early), of: decided)),
                    ("超法定", .number(input.figures.count(.legalLate), "件")),
                    ("现亮蓝灯", .number(input.lights.blue, "件")),
                    ("现亮黄灯", .number(input.lights.yellow, "件")),
                    ("现亮红灯", .number(input.lights.red, "件")),
                ]
            }
        ) { .share($0.figures.count(.onTime), of: $0.figures.count(.decided)) },
        BoardMetric(
            33, "就近办率", target: "（S1-26）", formula: "镇、村收件 / 收件；按下沉方式",
            more: { input in
                input.figures.list(.receivedMode).map { entry in
                    (entry.key, .share(entry.amount.count, of: input.figures.count(.received)))
                }
            }
        ) { .share($0.below.count(.received), of: $0.figures.count(.received)) },
        BoardMetric(
            35, "电子签印替代率", target: "（S1-35）", formula: "电子签印文书 / 签印文书"
        ) { input in
            .share(
                input.figures.total(.sealedDocuments).sum,
                of: input.figures.total(.signedDocuments).sum)
        },
        BoardMetric(
            36, "免交材料次数", target: "（S1-22、S0-二.2）", formula: "Σ 免交、复用；平均每件 = 次数 / 收件",
            more: { input in
                [
                    ("免交", .number(input.figures.total(.waived).sum, "次")),
                    ("复用", .number(input.figures.total(.reused).sum, "次")),
                    (
                        "平均每件",
                        tenths(
                            input.figures.total(.spared).sum, input.figures.count(.received), "次")
                    ),
                ]
            }
        ) { .number($0.figures.total(.spared).sum, "次") },
        BoardMetric(
            37, "目录同步时效", target: "同步更新（S1-4、13）", formula: "持有现行版的站点 × 事项占比；末站到达 = 发布至最后一站签收",
            more: { input in
                let spread = input.census.spreadMinutes.sorted()
                return spread.isEmpty
                    ? []
                    : [
                        ("末站到达 P50", .number(percentile(spread, 50), "分钟")),
                        ("末站到达最长", .number(spread[spread.count - 1], "分钟")),
                    ]
            }
        ) { .share($0.reach.has, of: $0.reach.all) },
    ]
}

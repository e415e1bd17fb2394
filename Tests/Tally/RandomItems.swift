import Base
import Change
import Civil
import Testing

@testable import Board
@testable import Domain

/// The items of a random county, as hand-readable as a table: every one is granted otherwise.
struct RandomItem {
    let code: String
    let promised: Int
    let isImmediate: Bool
    let department: String
    let crossMode: String
    /// 下沉方式 of villages; nil for none.
    let mode: SinkMode?
    /// A second version from the first of June on, that drops M2 and promises less.
    let second: Int?

    static let legal = 20
    static let change = CivilDate("2026-06-01")

    static let all = [
        RandomItem(
            code: "A1", promised: 5, isImmediate: false, department: "民政",
            crossMode: "异地代收代办", mode: .authorise, second: nil),
        RandomItem(
            code: "A2", promised: 0, isImmediate: true, department: "人社", crossMode: "全程网办",
            mode: .entrust, second: nil),
        RandomItem(
            code: "B1", promised: 10, isImmediate: false, department: "住建", crossMode: "",
            mode: .assist, second: 6),
        RandomItem(
            code: "B2", promised: 3, isImmediate: false, department: "民政", crossMode: "多地联办",
            mode: nil, second: nil),
        RandomItem(
            code: "C1", promised: 1, isImmediate: true, department: "公安", crossMode: "",
            mode: .authorise, second: nil),
    ]

    static func named(_ code: String) -> RandomItem {
        all.first { $0.code == code } ?? all[0]
    }

    /// The version of a day, and what it promises.
    func version(on day: CivilDate) -> (number: Int, promised: Int) {
        if let second, let change = Self.change, day >= change { return (2, second) }
        return (1, promised)
    }

    func elements(_ number: Int) -> [UInt8] {
        let days = number == 1 ? promised : second ?? promised
        let later =
            number == 1
            ? ",{\"code\":\"M2\",\"name\":\"乙\"}"
            : ""
        let window = promised % 2 == 0
        return Array(
            """
            {"name":"\(code)","kind":"公共服务","handling":"\(isImmediate ? "即办件" : "承诺件")",
            "legalDays":\(Self.legal),"promisedDays":\(days),"department":"\(department)",
            "crossMode":"\(crossMode)","audience":["自然人","法人"],"oneWindow":\(window),
            "inHall":\(!window),"visits":\(promised % 3),"oneVisit":true,
            "online":"\(window ? "网上申报" : "不可网办")","steps":["收件","决定"\(number == 1 ? ",\"审核\"" : "")],
            "materials":[{"code":"M1","name":"甲","deferrable":true}\(later)]}
            """.utf8)
    }
}

extension RandomCounty {
    /// Publishes the items and what villages may do with them; one village has grants of its own.
    func publish() throws {
        try journal.begin()
        let day = try #require(CivilDate("2026-01-01"))
        for (index, item) in RandomItem.all.enumerated() {
            var state = ItemState(code: item.code, authority: Self.county)
            for number in 1...(item.second == nil ? 1 : 2) {
                let from = number == 1 ? day : try #require(RandomItem.change)
                state.insert(
                    ItemVersion(
                        number: number, effectiveFrom: from, elements: item.elements(number)),
                    stamp(index * 10 + number, from, number == 1 ? [] : [index * 10 + 1]))
            }
            try put(
                .item(state),
                DocumentKey(
                    collection: .item, id: ItemState.id(of: item.code, in: Self.catalog.id)),
                Self.catalog)
            try grant(item, item.mode, to: Self.county, .village, 1000 + index)
        }
        try grant(RandomItem.all[0], .entrust, to: Self.villages[0], nil, 2000)
        for place in Self.all.dropFirst() { try receipt(of: place, upTo: dice.roll(60)) }
        try journal.commit()
    }

    /// 到达: a place has the catalog up to a number.
    private func receipt(of place: RegionID, upTo seq: Int) throws {
        guard seq > 0 else { return }
        reached[place] = seq
        var state = CatalogReceiptState(owner: Self.county, region: place)
        let dot = Dot(actor: ActorID(1), seq: Seq(UInt64(seq)))
        state.advance(
            to: CatalogReceiptState.Head(actor: dot.actor, seq: dot.seq, hash: .zero))
        state.insert(
            CatalogReceiptState.Entry(
                dot: dot, time: HybridTime(millis: Self.first.start.millis, counter: 0),
                heads: [dot]))
        let key = CatalogReceiptState.key(catalog: Self.county, region: place)
        try put(.receipt(state), key, .control(place))
    }

    private func grant(
        _ item: RandomItem, _ mode: SinkMode?, to region: RegionID, _ level: Level?, _ number: Int
    ) throws {
        guard let mode else { return }
        var state = GrantState(code: item.code, region: region, level: level)
        let day = try #require(CivilDate("2026-01-01"))
        state.insert(GrantTerm(mode: mode, to: nil, document: "1号"), stamp(number, day, []))
        let id = GrantState.id(of: item.code, for: region, level: level, in: Self.catalog.id)
        try put(.grant(state), DocumentKey(collection: .grant, id: id), Self.catalog)
    }

    /// The number of a version's change in its chain.
    static func seq(_ item: Int, _ version: Int) -> Int { item * 10 + version + 1 }

    private func stamp(_ number: Int, _ from: CivilDate, _ replaces: [Int]) -> Stamp {
        func dot(_ number: Int) -> Dot {
            Dot(actor: ActorID(1), seq: Seq(UInt64(number + 1)))
        }
        return Stamp(
            dot: dot(number), hash: UInt64(number),
            time: HybridTime(millis: from.start.millis, counter: 0), author: 0, from: from.start,
            supersedes: replaces.map(dot))
    }
}

import Base
import Change
import Document
import Domain
import Region

/// Lines, each a change of an admitted peer: kind, scope, writer, then its body.
enum FoldTarget {
    private static let linesMax = 24

    private static let kinds: [ChangeKind] = [
        .caseReceive, .caseArrive, .caseAccept, .caseRefuse, .caseCorrection, .caseDecide,
        .caseDeliver, .caseWithdraw, .caseNote, .caseSupplement, .caseRate, .caseMirror,
        .caseClose, .caseHandOut, .custodyOffer, .custodyAccept, .custodyReject,
        .custodyWithdrawal, .custodyRelease, .custodyForce, .custodyRatify, .custodyForkCut,
        .custodyOutgoing, .custodyReturned, .itemPublish, .itemStanding, .overlaySet, .grantSet,
        .calendarSet, .catalogReceipt,
    ]

    private static let county = FoldWorld.records[0].id
    private static let other = FoldWorld.records[3].id

    private static let scopes: [ScopeName] = [
        .cases(FoldWorld.records[2].id, year: 2026), .cases(county, year: 2026),
        .custody(county, other, year: 2026), .corridor(county, other, year: 2026),
        .catalog(county), .control(FoldWorld.records[1].id),
    ]

    static func feed(_ bytes: [UInt8]) {
        let world = FoldWorld()
        for line in bytes.split(separator: 0x0a).prefix(linesMax) where line.count > 3 {
            let at = line.startIndex
            let kind = Int(line[at])
            let raw = ChangeKind(rawValue: UInt16(line[at + 1]) << 8 | UInt16(kind))
            world.take(
                kind < kinds.count ? kinds[kind] : raw, Array(line[(at + 3)...]),
                in: scopes[Int(line[at + 1]) % scopes.count], by: Int(line[at + 2] & 3),
                time: time(line[at + 2]), quarantined: line[at + 2] & 0x40 != 0)
        }
        for key in world.documents.keys.sorted(by: before) { judge(key, world) }
    }

    /// Peers' clocks may say anything.
    private static func time(_ selector: UInt8) -> HybridTime {
        switch selector & 0x30 {
        case 0x10: HybridTime(rawValue: 0)
        case 0x20: HybridTime(rawValue: .max)
        default: HybridTime(millis: 1_790_210_400_000, counter: UInt16(selector))
        }
    }

    private static func before(_ left: DocumentKey, _ right: DocumentKey) -> Bool {
        (left.collection.rawValue, left.id) < (right.collection.rawValue, right.id)
    }

    private static func judge(_ key: DocumentKey, _ world: FoldWorld) {
        for fork in [nil, world.changes.first?.change.dot] {
            _ = Fold.judgeAgain(key, fork: fork, at: world.desk(0), from: world)
        }
        for command in Reactions.due(key, at: world.desk(0), from: world) {
            _ = Rules.decide(command, at: world.desk(0), from: world)
        }
    }

    static let commands: [(desk: Int, json: String)] = [
        (
            0,
            #"{"command":"item.publish","code":"370511001001","immediate":true,"elements":{"name":"#
                + #""高龄津贴","kind":"公共服务","handling":"承诺件","legalDays":20,"promisedDays":5,"#
                + #""materials":[{"code":"M1","name":"申请表","required":true,"deferrable":false}],"#
                + #""basis":"样例办法第一条","level":"县级","department":"县民政局","agency":"县民政局","#
                + #""audience":["自然人"],"steps":["收件与受理","审查与决定"],"fees":{"charged":false},"#
                + #""result":{"kind":"其他","name":"办理结果"},"#
                + #""conditions":"x"}}"#
        ),
        (
            0,
            #"{"command":"grant.set","code":"370511001001","region":"370124000000","level":"village","#
                + #""mode":"委托受理","from":"2026-01-01","document":"x"}"#
        ),
        (
            2,
            #"{"command":"case.receive","item":"370511001001","applicant":{"name":"李","idNumber":"#
                + #""37012419900101123X"},"materials":["M1"]}"#
        ),
        (2, #"{"command":"case.accept","case":"CASE"}"#),
        (2, #"{"command":"case.note","case":"CASE","note":"x"}"#),
        (2, #"{"command":"case.offer","case":"CASE","to":"370124106000"}"#),
        (1, #"{"command":"case.sign","case":"CASE"}"#),
        (1, #"{"command":"case.offer","case":"CASE","to":"370124000000"}"#),
        (0, #"{"command":"case.sign","case":"CASE"}"#),
        (0, #"{"command":"case.offer","case":"CASE","to":"371502000000"}"#),
    ]

    static var seeds: [[UInt8]] {
        let world = FoldWorld()
        for (desk, json) in commands { run(json, at: desk, in: world) }
        for _ in 0..<8 {
            for key in world.documents.keys.sorted(by: before) {
                for command in Reactions.due(key, at: world.desk(0), from: world) {
                    let decision = Rules.decide(command, at: world.desk(0), from: world)
                    if case .write = decision { write(decision, by: 0, world) }
                }
            }
        }
        let lines = world.changes.compactMap(line)
        return (1...max(1, lines.count)).map { count in
            Array(lines.prefix(count).joined(separator: [0x0a]))
        } + lines
    }

    private static func run(_ json: String, at desk: Int, in world: FoldWorld) {
        let found = world.documents.keys.first { $0.collection == .caseFile }?.id.hex ?? ""
        var bytes = Array(json.utf8)
        if let place = bytes.indices.first(where: { bytes[$0...].starts(with: "CASE\"".utf8) }) {
            bytes.replaceSubrange(place..<(place + 4), with: found.utf8)
        }
        do {
            let command = try Command(json: try JSON(parsing: bytes))
            write(Rules.decide(command, at: world.desk(desk), from: world), by: desk, world)
        } catch {
            invariant(false, "a seed is a command: \(json) \(error)")
        }
    }

    private static func write(_ decision: Decision, by desk: Int, _ world: FoldWorld) {
        guard case .write(let drafts, _) = decision else {
            invariant(false, "a seed is written: \(decision)")
            return
        }
        for draft in drafts {
            world.take(
                draft.kind, draft.body, in: draft.scope, by: desk,
                time: HybridTime(millis: 1_790_210_400_000, counter: 0))
        }
    }

    private static func line(_ arrival: Arrival) -> [UInt8]? {
        guard let kind = kinds.firstIndex(of: arrival.change.kind),
            let scope = scopes.firstIndex(of: arrival.scope), let body = arrival.change.body
        else { return nil }
        let writer = (0..<4).first { FoldWorld.key($0) == arrival.key } ?? 0
        return [UInt8(kind), UInt8(scope), UInt8(writer)] + body
    }
}

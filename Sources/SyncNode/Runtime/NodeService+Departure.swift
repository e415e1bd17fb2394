import API
import Account
import Base
import Change
import Departure
import Domain
import Gate
import HTTP
import Kernel
import Store
import Vault

/// Nodes that go: revoked, retired, replaced; and what came behind their end.
extension NodeService {
    /// {act: revoke | retire | replace, region, node?, reason?, before?, hours?, force?, dryRun?}.
    func departure(_ request: HTTPRequest) async -> HTTPResponse {
        let json = NodeSettings.json(request.body) ?? .null
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)) else {
            return Self.problem(404, "region-unknown", "没有这个区划")
        }
        do {
            let departure = try Departure(
                from: code, node: json["node"]?.text, by: runtime.settings.region.id,
                in: runtime.board.directory)
            let estate = try await estate(of: departure)
            let act = json["act"]?.text ?? ""
            guard let reason = Self.reason(act, json["reason"]?.text) else {
                return Self.problem(400, "field-required", "缺少 act，或 reason 不是其中之一")
            }
            let isForced = json["force"]?.bool ?? false
            let isDry = json["dryRun"]?.bool ?? false
            if act == "retire", !isForced, !isDry { try checkLeave(departure, estate) }
            let before = try Self.before(json["before"])
            var code: InviteLetter?
            if !isDry {
                try await carryOut(departure, reason, before)
                if act == "replace" { code = try await letter(for: departure, json) }
            }
            return report(departure, estate, reason, isDry: isDry, code)
        } catch {
            return Self.answer(error)
        }
    }

    /// {act: list | adopt, ids?, all?, reason?}: of the operator.
    func late(_ request: HTTPRequest) async -> HTTPResponse {
        await late(NodeSettings.json(request.body) ?? .null, by: .machine, request)
    }

    /// The same for a person; what is adopted is a line of the audit.
    func late(
        _ wish: JSON, by principal: Principal, _ request: HTTPRequest
    ) async -> HTTPResponse {
        let answer = await late(wish)
        guard wish["act"]?.text == "adopt" else { return answer }
        let named = (wish["ids"]?.array ?? []).compactMap(\.text).joined(separator: " ")
        await note(
            Act.adopt.rawValue, wish["all"]?.bool == true ? "all" : String(named.prefix(120)),
            wish["reason"]?.text, by: principal, request, answer)
        return answer
    }

    private func late(_ json: JSON) async -> HTTPResponse {
        do {
            let reason = json["reason"]?.text ?? ""
            guard reason.count <= Limits.reasonCharactersMax else {
                return Self.problem(
                    400, "command-invalid", "理由至多 \(Limits.reasonCharactersMax) 字")
            }
            var lane = try await lane()
            if json["act"]?.text == "adopt" {
                let isAll = json["all"]?.bool ?? false
                let ids = (json["ids"]?.array ?? []).compactMap(\.text)
                guard isAll || !ids.isEmpty else {
                    return Self.problem(400, "field-required", "请写明编号，或 --all")
                }
                try checkSeat()
                let adoptions = try lane.adoptions(isAll ? nil : ids)
                for adoption in adoptions { try checkAbove(adoption.key) }
                if !adoptions.isEmpty {
                    let entries = adoptions.map(DirectoryEntry.adoption)
                    _ = try await runtime.store.writer.submit(.state(entries))
                }
                lane = try await self.lane()
            }
            let directory = runtime.board.directory
            return Self.document { lane.write(to: &$0, directory) }
        } catch {
            return Self.answer(error)
        }
    }

    /// {region, to, dryRun?}: at a region above both parents.
    func move(_ request: HTTPRequest) async -> HTTPResponse {
        let json = NodeSettings.json(request.body) ?? .null
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let target = json["to"]?.text.flatMap(RegionCode.init(_:))
        else { return Self.problem(404, "region-unknown", "没有这个区划") }
        do {
            let directory = runtime.board.directory
            let own = runtime.settings.region.id
            let move = try Move(of: code, to: target, by: own, in: directory)
            let departure = try Departure(from: code, node: nil, by: own, in: directory)
            let estate = try await estate(of: departure)
            let scopes = move.scopes(among: runtime.board.scopes(), in: directory)
            let isDry = json["dryRun"]?.bool ?? false
            if !isDry {
                try checkSeat()
                _ = try await runtime.store.writer.submit(.state(move.entries(in: directory)))
            }
            return Self.document { object in
                object.field("region", move.region.code.text)
                object.field("name", move.region.name)
                object.field("from", move.from.map { .text($0.name) } ?? .null)
                object.field("to", move.to.name)
                object.field("scopes", scopes.count)
                estate.write(to: &object)
                object.field("unsent", Self.unsent(standing(of: departure)))
                object.field("dryRun", isDry)
            }
        } catch {
            return Self.answer(error)
        }
    }

    /// {url}: at a node whose place was moved, where its new parent listens.
    func goToParent(_ request: HTTPRequest) async -> HTTPResponse {
        guard let url = NodeSettings.json(request.body)?["url"]?.text else {
            return Self.problem(400, "field-required", "缺少 url")
        }
        do throws(NodeRuntime.Failure) {
            let parent = try await runtime.goTo(parentAt: url)
            runtime.startAnew()
            return Self.document { object in
                object.field("state", "moved")
                object.field("parent", parent.code.text)
                object.field("name", parent.name)
            }
        } catch {
            return Self.problem(
                error.exitCode == 4 ? 502 : 409, "not-the-parent", error.chinese)
        }
    }

    // MARK: parts

    /// What a node that goes holds and leaves behind, as it is known here.
    private func estate(of departure: Departure) async throws -> Estate {
        try await read { [board = runtime.board] (reader) throws(JournalError) in
            try Estate(
                of: departure, holding: board.scopes(), in: board.directory, from: reader)
        }
    }

    /// What the next machine is let in by.
    private struct InviteLetter {
        let code: String
        let until: Instant
    }

    private static func reason(_ act: String, _ word: String?) -> Revocation.Reason? {
        switch act {
        case "revoke": word.map { Revocation.Reason(rawValue: $0) } ?? .stolen
        case "retire": .retired
        case "replace": .replaced
        default: nil
        }
    }

    private func lane() async throws -> LateLane {
        try await read {
            [board = runtime.board, door = runtime.vaultDoor] (reader)
                throws(JournalError) in
            try LateLane(holding: board.scopes(), in: board.directory, from: reader) {
                (author, region) throws(JournalError) in
                try Self.person(author, at: region, door, reader)
            }
        }
    }

    private static func person(
        _ author: UInt64, at region: RegionID, _ door: VaultDoor, _ reader: SnapshotReader
    ) throws(JournalError) -> LateLane.Row.Person {
        guard author != Principal.machine.author else {
            return .init(login: Principal.machine.login, name: Principal.machine.name)
        }
        guard author != 0,
            let stored = try reader.document(AccountState.key(of: author, at: region)),
            case .account(let state) = try Content.decoded(stored)
        else { return .init() }
        return .init(login: state.login, name: state.opened(door.name).name)
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (SnapshotReader) throws(JournalError) -> Value
    ) async throws -> Value {
        let readers = runtime.store.readers
        return try await Blocking.run { () throws(JournalError) in try readers.read(body) }
    }

    /// An end is the word of a seat: a node without it would say it for nobody.
    private func checkSeat() throws(Departure.Refusal) {
        let own = runtime.settings.region.id
        guard runtime.board.directory.seat(of: own)?.key == runtime.store.signer.key else {
            throw Departure.Refusal(409, "not-seated", "本节点没有席位")
        }
    }

    private func checkAbove(_ key: IncarnationKey) throws(Departure.Refusal) {
        let directory = runtime.board.directory
        guard let region = directory.region(of: key),
            directory.mayRevoke(runtime.settings.region.id, region)
        else {
            throw Departure.Refusal(403, "not-above", "只有上级和上级的上级可以这样做")
        }
    }

    /// Who leaves in good order leaves nothing behind.
    private func checkLeave(
        _ departure: Departure, _ estate: Estate
    ) throws(Departure.Refusal) {
        guard estate.casesCount == 0 else {
            throw Departure.Refusal(
                409, "holds-cases", "该节点还持有 \(estate.casesCount) 件，请先移交，或用 --force")
        }
        guard estate.below.isEmpty else {
            throw Departure.Refusal(
                409, "has-children", "该地之下还有 \(estate.below.count) 处，请先划转，或用 --force")
        }
        guard standing(of: departure)?.hasRested == true else {
            throw Departure.Refusal(
                409, "may-have-unsent", "尚未确认该节点的变更都已送到，请先同步一次，或用 --force")
        }
    }

    private func standing(of departure: Departure) -> PeerState? {
        runtime.peerStates().first { $0.region == departure.region.id }
    }

    /// RFC 3339, not after now; nil where nothing is said.
    private static func before(_ json: JSON?) throws(Departure.Refusal) -> Instant? {
        guard let json, !json.isNull else { return nil }
        guard let moment = json.text.flatMap(Instant.init(rfc3339:)), moment <= SystemClock.now()
        else {
            throw Departure.Refusal(400, "field-required", "before 应为不晚于现在的 RFC 3339 时间")
        }
        return moment
    }

    /// A cut by time is one by number all the same (I25): each chain counts up to the last change
    /// before the first that its author dated later. Clocks choose it once, here, and never again.
    private func carryOut(
        _ departure: Departure, _ reason: Revocation.Reason, _ before: Instant?
    ) async throws {
        try checkSeat()
        let scopes = runtime.board.scopes()
        var cuts: [ScopeID: [ActorID: ChainHead]] = [:]
        if let before {
            for scope in scopes {
                for key in departure.keys {
                    guard let chain = scope.chain(key.actor(in: scope.id)) else { continue }
                    cuts[scope.id, default: [:]][chain.actor] = try await runtime.lastHead(
                        of: chain.head, in: scope.id, before: before)
                }
            }
        }
        let ends = departure.revocations(reason, holding: scopes) { scope, head in
            before == nil ? head : cuts[scope]?[head.actor]
        }
        _ = try await runtime.store.writer.submit(.state(ends.map(DirectoryEntry.revocation)))
    }

    private func letter(for departure: Departure, _ json: JSON) async throws -> InviteLetter? {
        let region = departure.region
        guard region.parent == runtime.settings.region.id else { return nil }
        let hours = json["hours"]?.int.map(Int.init) ?? Limits.inviteHours
        let (code, made) = try await runtime.door.desk.invite(
            region.code, region.name, hosts: [],
            hours: min(max(hours, 1), Limits.inviteHoursMax), replaces: departure.node,
            at: SystemClock.now())
        return InviteLetter(code: code.text, until: made.until)
    }

    private func report(
        _ departure: Departure, _ estate: Estate, _ reason: Revocation.Reason, isDry: Bool,
        _ letter: InviteLetter?
    ) -> HTTPResponse {
        let standing = standing(of: departure)
        return Self.document { object in
            object.field("region", departure.region.code.text)
            object.field("name", departure.region.name)
            object.field("node", departure.node.hex)
            object.field("reason", reason.rawValue)
            object.array("incarnations") { array in
                for key in departure.keys { array.value(key.text) }
            }
            estate.write(to: &object)
            object.field("unsent", Self.unsent(standing))
            object.field("lastContact", standing?.lastContact.map { .text($0.rfc3339) } ?? .null)
            object.field("lastEqual", standing?.lastEqual.map { .text($0.rfc3339) } ?? .null)
            object.field("dryRun", isDry)
            if let letter {
                object.field("code", letter.code)
                object.field("until", letter.until.rfc3339)
            }
        }
    }

    /// What is known of work that it has and this node has not: `none` as of the last word of a
    /// link that is up, else nobody can tell.
    private static func unsent(_ state: PeerState?) -> String {
        guard let state, state.link == .up, state.hasRested else { return "unknown" }
        return "none"
    }

    private static func answer(_ error: any Error) -> HTTPResponse {
        switch error {
        case let refusal as Departure.Refusal:
            problem(refusal.status, refusal.rule, refusal.title)
        case Writer.Failure.busy: Problem.queueFull.response
        default: problem(503, "store", "本节点的存储暂不可用")
        }
    }
}

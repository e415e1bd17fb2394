import API
import Account
import Base
import Change
import Crypto
import Domain
import Enrolment
import Gate
import HTTP
import Kernel

/// Taking nodes in: what a newcomer asks at the door, and what the operator says to it.
extension NodeService {
    /// One step of a newcomer: `look` what a code is for, `join` with it, or without it in the
    /// hope of being approved.
    func enrolment(
        _ step: String, _ json: JSON, _ request: HTTPRequest
    ) async -> HTTPResponse {
        do {
            switch step {
            case "look": return try await look(json)
            case "join": return try await join(try EnrolmentWish(json))
            default: throw EnrolmentRefusal.malformed
            }
        } catch let refusal as EnrolmentRefusal {
            return turnedAway(refusal, request)
        } catch {
            Console.say("enrolment: \(error)")
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
    }

    private func look(_ json: JSON) async throws -> HTTPResponse {
        let secret = json["secret"]?.text.flatMap(Hex.decode) ?? []
        let found = try await runtime.door.desk.look(secret, at: SystemClock.now())
        let known = runtime.board.directory.region(code: found.code)
        return Self.document { object in
            object.field("region", found.code.text)
            object.field("name", known?.name ?? found.name)
            if let known { object.field("place", known.id.hex) }
            object.array("hosts") { array in
                for host in found.hosts { array.value(host) }
            }
        }
    }

    private func join(_ wish: EnrolmentWish) async throws -> HTTPResponse {
        guard let membership = MembershipRequest(wish.membership), membership.code == wish.code,
            membership.node == wish.node, membership.name == wish.name
        else { throw EnrolmentRefusal.malformed }
        let own = runtime.settings.region
        let directory = runtime.board.directory
        // A place that was moved here keeps its code.
        guard
            directory.region(code: wish.code)?.parent == own.id
                || Self.isBelow(wish.code, own.code)
        else { throw EnrolmentRefusal.notBelow }
        let isKnown =
            directory.region(code: wish.code).map { known in
                known.parent == own.id && directory.seats(of: known.id).last?.node == wish.node
            } ?? false
        let now = SystemClock.now()
        let desk = runtime.door.desk
        let (hosts, replaces): ([String], Digest?)
        switch try await desk.judge(wish, isKnown: isKnown, at: now) {
        case .admitted(let granted, let former): (hosts, replaces) = (granted, former)
        case .waiting(let waiting):
            return Self.document(status: 202) { object in
                object.field("state", "waiting")
                object.field("id", waiting.id)
            }
        }
        let placed = await place(membership, isAdmitted: true, replacing: replaces)
        guard placed.status == 200 else { return placed }
        let chain = try await desk.issue(
            wish, hosts: hosts, list: runtime.listURL, at: now)
        return Self.document { object in
            object.field("state", "admitted")
            object.field("grant", Hex.encode(placed.body))
            object.field("chain", String(decoding: chain.flatMap(\.pem), as: UTF8.self))
        }
    }

    // MARK: the operator

    /// {act: invite | list | approve | refuse | withdraw, …}.
    func invite(_ request: HTTPRequest) async -> HTTPResponse {
        await enrolments(NodeSettings.json(request.body) ?? .null)
    }

    /// The same for a person at the console, with a line in the audit for what was done; of an
    /// invitation the list comes along.
    func enrolments(
        _ wish: JSON, by principal: Principal, _ request: HTTPRequest
    ) async -> HTTPResponse {
        var answer = await enrolments(wish)
        let act = wish["act"]?.text ?? ""
        guard act != "list" else { return answer }
        await note(
            "enrol." + act, wish["id"]?.text ?? wish["region"]?.text ?? "", by: principal, request,
            answer)
        if act == "invite", answer.status == 200,
            case .object(var made)? = NodeSettings.json(answer.body)
        {
            made["list"] = NodeSettings.json(await list(runtime.door.desk).body)
            var writer = JSONWriter()
            writer.value(.object(made))
            answer.body = writer.bytes
        }
        return answer
    }

    /// A line of the audit: a word about nodes, and what became of it.
    func note(
        _ act: String, _ about: String, _ reason: String? = nil, by principal: Principal,
        _ request: HTTPRequest, _ answer: HTTPResponse
    ) async {
        var line = AuditState(
            act: act, region: runtime.settings.region.id, author: principal.author)
        line.login = principal.login
        line.about = about
        line.reason = reason ?? ""
        line.outcome =
            answer.status < 300
            ? "done" : NodeSettings.json(answer.body)?["rule"]?.text ?? "refused"
        await runtime.doorkeeper.note(line, from: request.peer?.address ?? "")
    }

    private func enrolments(_ json: JSON) async -> HTTPResponse {
        let desk = runtime.door.desk
        let id = json["id"]?.text ?? ""
        do {
            switch json["act"]?.text {
            case "invite": return try await invite(json)
            case "approve": _ = try await desk.decide(id, approves: true)
            case "refuse": _ = try await desk.decide(id, approves: false)
            case "withdraw": try await desk.withdraw(id, at: SystemClock.now())
            case "list": break
            default: return Self.problem(400, "field-required", "缺少 act")
            }
        } catch let refusal as EnrolmentRefusal {
            let status: UInt16 = refusal == .requestUnknown ? 404 : 409
            return Self.problem(status, refusal.rawValue, refusal.title)
        } catch {
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
        return await list(desk)
    }

    private func list(_ desk: EnrolmentDesk) async -> HTTPResponse {
        let fingerprint = await desk.fingerprint
        let book = await desk.json(at: SystemClock.now())
        return Self.document { object in
            object.field("fingerprint", fingerprint.map { JSON.text($0.hex) } ?? .null)
            object.field("book", stored: book)
        }
    }

    private func invite(_ json: JSON) async throws -> HTTPResponse {
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)) else {
            return Self.problem(422, "region-unknown", "区划代码应为 12 位")
        }
        let own = runtime.settings.region
        let directory = runtime.board.directory
        let known = directory.region(code: code)
        guard known?.parent == own.id || Self.isBelow(code, own.code) else {
            throw EnrolmentRefusal.notBelow
        }
        if let known, known.parent != own.id {
            return Self.problem(409, "not-parent", "这个区划在别的上级之下")
        }
        let seated = known.flatMap { directory.seats(of: $0.id).last }
        if let seated, json["replace"]?.bool != true {
            return Self.problem(
                409, "region-taken", "这个区划已有节点 \(seated.node.hex.prefix(8))，替换请加 --replace")
        }
        guard let name = json["name"]?.text ?? known?.name, EnrolmentWish.isName(name) else {
            return Self.problem(422, "field-required", "缺少名称 name")
        }
        let hosts = (json["hosts"]?.array ?? []).compactMap(\.text)
        guard hosts.allSatisfy(CertificateTemplate.isHost),
            hosts.count <= Limits.certificateNamesMax
        else { return Self.problem(422, "command-invalid", "地址有误") }
        let hours = json["hours"]?.int.map(Int.init) ?? Limits.inviteHours
        guard (1...Limits.inviteHoursMax).contains(hours) else {
            return Self.problem(422, "command-invalid", "有效期应为 1 到 \(Limits.inviteHoursMax) 小时")
        }
        let (secret, made) = try await runtime.door.desk.invite(
            code, name, hosts: hosts, hours: hours, replaces: seated?.node,
            at: SystemClock.now())
        return Self.document { object in
            object.field("code", secret.text)
            object.field("id", made.id)
            object.field("region", made.code.text)
            object.field("name", made.name)
            object.field("until", made.until.rfc3339)
            if let seated { object.field("replaces", seated.node.hex) }
        }
    }

    static func document(
        status: UInt16 = 200, _ body: (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { body(&$0) }
        return HTTPResponse(
            status: status, contentType: "application/json", body: writer.bytes)
    }
}

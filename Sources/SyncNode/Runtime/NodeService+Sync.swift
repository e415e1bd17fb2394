import API
import Base
import Change
import Domain
import Gate
import HTTP
import Kernel
import Network
import Replication
import Store

/// The doors below `/sync/v1/`: for nodes only.
extension NodeService {
    func sync(_ kind: SyncRequestKind, _ request: HTTPRequest) async -> HTTPResponse {
        switch kind {
        case .identity: identity()
        case .enrol: await enrol(request)
        case .exchange: await exchange(request)
        case .partner: await partner(request)
        case .list: await list()
        }
    }

    /// Public: whoever holds a certificate may ask whether it was taken back.
    private func list() async -> HTTPResponse {
        let directory = runtime.board.directory
        do {
            let list = try await runtime.door.desk.list(at: SystemClock.now()) { code, node in
                guard let place = directory.region(code: code) else { return true }
                return directory.isRevoked(node: node, of: place.id)
                    || !directory.isNode(node, of: place.id)
            }
            guard let list else {
                return Self.problem(404, "no-authority", "本节点不签发证书")
            }
            return HTTPResponse(status: 200, contentType: "application/pkix-crl", body: list)
        } catch {
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
    }

    /// {card}: a partner's next incarnation shows itself. {url, dial}: a neighbouring county is
    /// stated and dialled from now on (demo; else by an operator).
    private func partner(_ request: HTTPRequest) async -> HTTPResponse {
        if let shown = NodeSettings.json(request.body)?["card"] {
            return await partnerAgain(shown)
        }
        guard runtime.options.isDemo else {
            return Self.problem(403, "not-demo", "只有演示模式接受这个请求")
        }
        guard let json = NodeSettings.json(request.body), let url = json["url"]?.text else {
            return Self.problem(400, "bad-partner", "缺少对端地址 url")
        }
        do throws(NodeRuntime.Failure) {
            let record = try await runtime.addPartner(url, dials: json["dial"]?.bool ?? true)
            return HTTPResponse(
                status: 200, contentType: "application/json",
                body: Array("{\"region\":\"\(record.code.text)\"}".utf8))
        } catch {
            return Self.problem(502, "partner-unreachable", error.sentence)
        }
    }

    private func partnerAgain(_ shown: JSON) async -> HTTPResponse {
        guard let card = NodeCard(shown) else {
            return Self.problem(400, "bad-card", "对端的身份说明有误或签名不符")
        }
        do throws(NodeRuntime.Failure) {
            guard try await runtime.renewPartner(card) else {
                return Self.problem(403, "not-partner", "没有与这个节点约定协作")
            }
            return HTTPResponse(
                status: 200, contentType: "application/json", body: Array("{}".utf8))
        } catch {
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
    }

    /// Who this node is: public, and what a neighbour states of it.
    private func identity() -> HTTPResponse {
        let card = runtime.card
        var writer = JSONWriter()
        writer.object { object in
            card.write(to: &object)
            if let anchor = runtime.door.credentials?.anchor {
                object.field("anchor", String(decoding: anchor.pem, as: UTF8.self))
            }
        }
        return HTTPResponse(status: 200, contentType: "application/json", body: writer.bytes)
    }

    private func exchange(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            let caller = try runtime.caller(of: request)
            let plain = try ExchangeBody.plain(request.body, request.headers)
            let message = try Message.decode(plain)
            guard let answer = try await runtime.hub.answer(message, from: caller) else {
                return Self.problem(503, "link-cut", "演示：链路已断开")
            }
            return ExchangeBody.response(answer.encode(), to: request)
        } catch let refusal as GateRefusal {
            return turnedAway(refusal, request)
        } catch let error as DecodeError {
            return Self.problem(400, "bad-frame", "报文有误：\(error.field) \(error.reason)")
        } catch is Deflate.Failure {
            return Self.problem(400, "bad-encoding", "报文压缩有误")
        } catch let error as Writer.Failure {
            return Self.unavailable(error)
        } catch {
            return Self.unavailable(.journal(.failed("\(error)")))
        }
    }

    /// What a node hears whose message could not be taken in: it keeps it and comes again.
    private static func unavailable(_ failure: Writer.Failure) -> HTTPResponse {
        switch failure {
        case .busy: Problem.queueFull.response
        case .journal(.full): Problem.diskFull.response
        case .journal(.locked): Problem.storeLocked.response
        case .journal(.fenced): Problem.closed.response
        case .journal: problem(503, "store", "本节点的存储暂不可用")
        }
    }

    /// A child asks for its place, or makes a new incarnation of a known child known.
    private func enrol(_ request: HTTPRequest) async -> HTTPResponse {
        if let json = NodeSettings.json(request.body), let step = json["step"]?.text {
            return await enrolment(step, json, request)
        }
        guard let wish = MembershipRequest(request.body) else {
            return Self.problem(400, "bad-membership", "申请有误或签名不符")
        }
        return await place(wish, isAdmitted: runtime.options.isDemo)
    }

    /// The place of a node that asks for it.
    ///
    /// - Parameters:
    ///   - isAdmitted: Whether a node that is not known may come in.
    ///   - replacing: The place's present node, whose seat it may take.
    func place(
        _ wish: MembershipRequest, isAdmitted: Bool, replacing: Digest? = nil
    ) async -> HTTPResponse {
        let directory = runtime.board.directory
        let own = runtime.settings.region
        if let known = directory.region(code: wish.code), known.parent == own.id {
            guard !directory.isRevoked(node: wish.node, of: known.id) else {
                runtime.door.refusals.note(GateRefusal.revoked.name, from: wish.code.text)
                return Self.problem(403, GateRefusal.revoked.name, GateRefusal.revoked.title)
            }
            let last = directory.seats(of: known.id).last
            if let last, last.node == replacing, wish.region == known.id {
                return await enter(known, wish, epoch: last.epoch + 1)
            }
            return await renew(known, wish, directory)
        }
        guard isAdmitted else {
            return Self.problem(403, "not-invited", "本节点没有邀请这个下级")
        }
        guard Self.isBelow(wish.code, own.code) else {
            return Self.problem(422, "not-below", "区划代码不在本地之下")
        }
        guard wish.region == RegionID(wish.node.prefix8), directory.region(wish.region) == nil
        else { return Self.problem(409, "region-taken", "这个区划已有别的节点") }
        let record = RegionRecord(
            id: wish.region, code: wish.code, name: wish.name, level: Level(of: wish.code),
            parent: own.id)
        return await enter(record, wish, epoch: 1)
    }

    private func renew(
        _ known: RegionRecord, _ wish: MembershipRequest, _ directory: Directory
    ) async -> HTTPResponse {
        let seats = directory.seats(of: known.id)
        guard let last = seats.last, last.node == wish.node, wish.region == known.id else {
            return Self.problem(409, "region-taken", "这个区划已有别的节点")
        }
        if directory.region(of: wish.key) == known.id { return await grant(known) }
        let entry = DirectoryEntry.incarnation(
            region: known.id, key: wish.key, node: wish.node, proof: wish.own)
        return await state([entry], then: known)
    }

    private func enter(
        _ record: RegionRecord, _ wish: MembershipRequest, epoch: UInt64
    ) async -> HTTPResponse {
        let seat = DirectoryEntry.seat(
            region: record.id, epoch: epoch, key: wish.key, node: wish.node, proof: wish.own)
        return await state([.region(record), seat], then: record)
    }

    private func state(
        _ entries: [DirectoryEntry], then record: RegionRecord
    ) async -> HTTPResponse {
        do throws(Writer.Failure) {
            _ = try await runtime.store.writer.submit(.state(entries))
        } catch {
            return Self.unavailable(error)
        }
        return await grant(record)
    }

    private func grant(_ record: RegionRecord) async -> HTTPResponse {
        do throws(JournalError) {
            let grant = MembershipGrant(
                region: record, root: runtime.settings.root,
                directory: try directoryMessage(for: record))
            return HTTPResponse(status: 200, contentType: "application/json", body: grant.body)
        } catch {
            return Self.unavailable(.journal(error))
        }
    }

    /// The `dir` scopes that a member carries, whole.
    private func directoryMessage(for record: RegionRecord) throws(JournalError) -> [UInt8] {
        let store = runtime.store
        let directory = runtime.board.directory
        var message = Message()
        for scope in runtime.board.scopes()
        where scope.name.family == .directory && directory.carries(record.id, scope.name) {
            message.frames.append(.vector(SharedScope(scope).statement))
            var after: [Dot] = []
            while true {
                let run = try store.readers.readLog { (reader) throws(JournalError) in
                    try reader.run(of: scope.id, after: after, except: [])
                }
                guard !run.changes.isEmpty else { break }
                let batch = ChangeBatch(
                    scope: scope.id, changes: run.changes, heads: run.heads
                ) { scope.chain($0)?.suite ?? .sha256Ed25519 }
                message.frames.append(.range(batch))
                for change in run.changes {
                    after.removeAll { $0.actor == change.header.actor }
                    after.append(change.dot)
                }
                after.sort()
                if !run.more { break }
            }
        }
        return message.encode()
    }

    static func isBelow(_ code: RegionCode, _ parent: RegionCode) -> Bool {
        let significant = parent.text.reversed().drop { $0 == "0" }.count
        let even = significant <= 6 ? (significant + 1) / 2 * 2 : max(significant, 9)
        return code != parent && code.text.prefix(even) == parent.text.prefix(even)
    }
}

/// Bodies of the exchange: deflated where both ends offer it.
enum ExchangeBody {
    /// The message's bytes, whatever the body's encoding.
    static func plain(_ body: [UInt8], _ headers: HTTPHeaders) throws -> [UInt8] {
        guard headers["Content-Encoding"] == "deflate" else { return body }
        return try Deflate.inflate(body, limit: Limits.messageBytesMax, format: .zlib)
    }

    /// An answer to a request, deflated where that is offered and worth it.
    static func response(_ plain: [UInt8], to request: HTTPRequest) -> HTTPResponse {
        let offers = request.headers["Accept-Encoding"]?.contains("deflate") ?? false
        guard offers, plain.count >= Limits.deflateBytesMin else {
            return HTTPResponse(
                status: 200, contentType: "application/octet-stream", body: plain)
        }
        var response = HTTPResponse(
            status: 200, contentType: "application/octet-stream",
            body: Deflate.compress(plain, format: .zlib))
        response.headers.add("Content-Encoding", "deflate")
        return response
    }
}

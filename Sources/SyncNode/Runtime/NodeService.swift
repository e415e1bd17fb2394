import API
import Account
import Base
import Blob
import Change
import Domain
import Guide
import HTTP
import Kernel
import Network
import Replication
import Store
import Tally
import Vault

/// Requests in, answers out: the API decides, this does it.
struct NodeService: Sendable {
    let runtime: NodeRuntime

    /// Bytes of body that a route takes.
    static func bodyLimit(_ request: HTTPRequest) -> Int {
        switch request.path {
        case "/sync/v1/exchange": Limits.messageBytesMax
        case adminPrefix + "import": Limits.sealedBundleBytesMax
        case let path where isAdmin(path): Limits.membershipBytesMax
        case "/sync/v1/enrol", "/sync/v1/partner": Limits.membershipBytesMax
        case "/demo/v1/link", "/demo/v1/clock": Limits.membershipBytesMax
        default: API.bodyBytesMax(for: request)
        }
    }

    /// On the loop's thread: must not block. Reads of one row are done here; whatever waits is
    /// done in a task.
    func handle(_ request: HTTPRequest, _ responder: Responder) {
        if Self.isAdmin(request.path) {
            Task { responder.respond(await admin(request)) }
            return
        }
        if runtime.options.isDemo, request.path.hasPrefix("/demo/v1/") {
            Task { responder.respond(await DemoDoor(runtime: runtime).answer(request)) }
            return
        }
        let principal = runtime.doorkeeper.principal(of: request)
        // A read of a document may have to wait for the writer to store it.
        let mayWait = runtime.store.writer.holdsDocuments && API.readsDocuments(request)
        if API.isQuick(request), !mayWait {
            answer(request, principal, responder)
        } else {
            Task { await Blocking.run { answer(request, principal, responder) } }
        }
    }

    private func answer(
        _ request: HTTPRequest, _ principal: Principal, _ responder: Responder
    ) {
        let queries = NodeQueries(runtime: runtime)
        switch API.respond(to: request, view: queries, as: principal) {
        case .now(let response):
            noteRefusal(request, principal, response)
            responder.respond(response)
        case .submit(let order): submit(order, request, principal, responder)
        case .door(let order):
            Task {
                guard let next = order.next else {
                    let response = await runtime.doorkeeper.serve(order, of: request, by: principal)
                    countRefusal(request, response)
                    return responder.respond(response)
                }
                let outcome = runtime.doorkeeper.guessed(order, of: request)
                guard case .right = outcome else {
                    let response = order.render(outcome)
                    countRefusal(request, response)
                    return responder.respond(response)
                }
                submit(next, request, principal, responder)
            }
        case .sync(let kind, let request):
            Task { responder.respond(await sync(kind, request)) }
        case .exchange(let order):
            Task { responder.respond(order.render(await exchange(order.peer))) }
        case .receipt(let order):
            Task { responder.respond(await receipt(order)) }
        case .blob(let order):
            let door = BlobDoor(runtime.store.blobs)
            Task { [board = runtime.board] in
                if request.method == .get, principal.kind == .account {
                    await runtime.doorkeeper.noteView(of: request, by: principal)
                }
                await door.answer(order, responder, onAwaited: { board.touch() })
            }
        case .upload(let order):
            let door = BlobDoor(runtime.store.blobs)
            Task { [board = runtime.board] in
                let outcome = await door.put(
                    order.bytes, as: order.digest, onAwaited: { board.touch() })
                switch outcome {
                case .stored, .known: submit(order.next, request, principal, responder)
                default: responder.respond(order.refused(outcome))
                }
            }
        case .membership(let order):
            Task {
                let answer =
                    switch order.desk {
                    case .newcomers: await enrolments(order.wish, by: principal, request)
                    case .late: await late(order.wish, by: principal, request)
                    }
                responder.respond(order.render(answer))
            }
        case .events(let cursor): EventStream(runtime: runtime).start(responder, after: cursor)
        }
    }

    /// The reply comes on the writer's thread and goes straight to the loop.
    private func submit(
        _ order: CommandOrder, _ request: HTTPRequest, _ principal: Principal,
        _ responder: Responder
    ) {
        let answer = { @Sendable (outcome: CommandOutcome) in
            let response = order.render(outcome)
            noteRefusal(request, principal, response)
            responder.respond(response)
        }
        let plain = order.command
        let given =
            plain.isReceipt
            ? plain.noted(
                offline: runtime.isCutOff, doubtful: runtime.clock.trust == .doubtful) : plain
        switch runtime.vaultDoor.sealed(given) {
        case .ready(let command): hand(command, order, answer)
        case .locked: answer(.refused(.locked))
        case .needsKey:
            // Once a year: the first case of a scope waits for its key.
            Task {
                switch await runtime.vaultDoor.sealed(given, by: runtime.keeper) {
                case .success(let command): hand(command, order, answer)
                case .failure(let refusal): answer(.refused(refusal))
                }
            }
        }
    }

    private func hand(
        _ command: Command, _ order: CommandOrder,
        _ answer: @escaping @Sendable (CommandOutcome) -> Void
    ) {
        guard let target = command.poolTarget else { return write(command, order, answer) }
        Task {
            await Blocking.run {
                do throws(ViewError) {
                    let pool = try NodeQueries(runtime: runtime).pool(target)
                    write(command.knowing(pool), order, answer)
                } catch {
                    answer(.failed)
                }
            }
        }
    }

    private func write(
        _ command: Command, _ order: CommandOrder,
        _ answer: @escaping @Sendable (CommandOutcome) -> Void
    ) {
        let submission = Submission.command(
            command, author: order.author, replayKey: order.replayKey)
        runtime.store.writer.submit(submission) { result in
            let outcome = Self.outcome(result)
            answer(command.isReveal ? runtime.vaultDoor.opened(outcome) : outcome)
        }
    }

    /// Whoever is turned away at the doors of people and programs is told in the log and counted
    /// by name, as nodes are: no session, a wrong login, a forged form, a role that may not.
    private func countRefusal(_ request: HTTPRequest, _ response: HTTPResponse) {
        guard [401, 403, 429].contains(response.status), let name = response.refusal else { return }
        runtime.door.refusals.note(name, from: request.peer?.address ?? "?")
    }

    /// Whoever is known and is refused stands in the audit.
    private func noteRefusal(
        _ request: HTTPRequest, _ principal: Principal, _ response: HTTPResponse
    ) {
        countRefusal(request, response)
        guard response.status == 403, principal.kind == .account else { return }
        Task { await runtime.doorkeeper.noteRefusal(of: request, by: principal, response) }
    }

    static func outcome(
        _ result: Result<Outcome, Writer.Failure>
    ) -> CommandOutcome {
        switch result {
        case .success(.done(let answer, _)): .done(answer: answer)
        case .success(.refused(let refusal)): .refused(refusal)
        case .success(.admitted): .failed
        case .failure(.busy): .queueFull
        case .failure(.journal(.fenced)): .closed
        case .failure(.journal(.full)): .diskFull
        case .failure(.journal(.locked)): .locked
        case .failure(.journal): .failed
        }
    }

    private func receipt(_ order: ReceiptOrder) async -> HTTPResponse {
        do throws(Writer.Failure) {
            guard let code = order.peer else {
                return order.render(try await runtime.receipt(of: nil))
            }
            guard let child = runtime.board.directory.region(code: code)?.id else {
                return order.render(nil)
            }
            return order.render(try await runtime.receipt(of: child))
        } catch {
            return Self.outcome(.failure(error)).problem?.response ?? Problem.closed.response
        }
    }

    private func exchange(_ code: RegionCode?) async -> ExchangeOutcome {
        let directory = runtime.board.directory
        var region: RegionID?
        if let code {
            guard
                let known = directory.region(code: code)?.id
                    ?? directory.partners.first(where: { $0.record.code == code })?.record.id
            else { return .unknownPeer }
            region = known
        }
        do {
            let results = try await runtime.exchange(with: region)
            guard !results.isEmpty else { return .unknownPeer }
            var report = ExchangeReport()
            report.equal = results.allSatisfy(\.2)
            for (_, state, _) in results {
                report.sent += state.sent
                report.received += state.received
                report.bytesOut += state.bytesOut
                report.bytesIn += state.bytesIn
                report.roundTrips += state.roundTrips
            }
            return .done(report)
        } catch let failure as DialedPeer.Failure {
            return failure.isRefused
                ? .refused(failure.sentence) : .unreachable(failure.sentence)
        } catch {
            return .unreachable("\(error)")
        }
    }

    static func problem(_ status: UInt16, _ rule: String, _ title: String) -> HTTPResponse {
        Problem(status, rule, title).response
    }
}

/// What only a demo allows: links that are cut on purpose, messages sent twice, another time.
struct DemoDoor: Sendable {
    let runtime: NodeRuntime

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard let json = NodeSettings.json(request.body) else {
            return NodeService.problem(400, "bad-demo", "正文不是 JSON")
        }
        switch request.path {
        case "/demo/v1/link": return await link(json)
        case "/demo/v1/clock": return clock(json)
        default: return NodeService.problem(404, "no-such-route", "没有这个地址")
        }
    }

    /// {peer, cut?, repeat?}: cuts or mends the link to a peer, whoever dials; or has the next
    /// message sent twice.
    private func link(_ json: JSON) async -> HTTPResponse {
        guard let code = json["peer"]?.text.flatMap(RegionCode.init(_:)),
            let region = region(code)
        else { return NodeService.problem(422, "no-such-peer", "没有这个对端节点") }
        let dialled = runtime.dialled().first { $0.watch.now.region == region }
        if let cut = json["cut"]?.bool {
            await runtime.hub.setCut(cut, with: region)
            await dialled?.setCut(cut)
        }
        if json["repeat"]?.bool == true { await dialled?.repeatNext() }
        return done
    }

    /// {at, wrong?}: RFC 3339; `wrong` as a machine's clock that a clock above corrects.
    private func clock(_ json: JSON) -> HTTPResponse {
        guard let moment = json["at"]?.text.flatMap(Instant.init(rfc3339:)) else {
            return NodeService.problem(422, "bad-time", "缺少时间 at")
        }
        let isWrong = json["wrong"]?.bool ?? false
        runtime.clock.set(to: moment, isWrong: isWrong)
        if isWrong { runtime.compareClock() }
        return done
    }

    private func region(_ code: RegionCode) -> RegionID? {
        let directory = runtime.board.directory
        return directory.region(code: code)?.id
            ?? directory.partners.first { $0.record.code == code }?.record.id
    }

    private var done: HTTPResponse {
        HTTPResponse(status: 200, contentType: "application/json", body: Array("{}".utf8))
    }
}

/// What an applicant gave before: asked where a command is about to ask for materials.
extension NodeQueries {
    /// Other cases of the person who applies in one, by the identity number, as far as this node
    /// can open them; none where nobody's number is known.
    func sameApplicant(_ code: String) throws(ViewError) -> [Digest16] {
        let found: [StoredDocument]
        if let id = Digest16(hex: code) {
            found = try document(DocumentKey(collection: .caseFile, id: id)).map { [$0] } ?? []
        } else {
            found = try documents(.caseFile, label: code)
        }
        guard found.count == 1, let number = idNumber(of: found[0]) else { return [] }
        let tokens = store.vault.tokens(of: number)
        let others = try read { (reader) throws(JournalError) in
            var others: [StoredDocument] = []
            for token in tokens {
                for id in try reader.located(token, limit: Limits.poolCasesMax) {
                    let key = DocumentKey(collection: .caseFile, id: id)
                    guard key != found[0].key, !others.contains(where: { $0.key == key }),
                        let other = try reader.document(key)
                    else { continue }
                    others.append(other)
                }
            }
            return others
        }
        // A token is a hash: whose case it is, its own person says.
        return others.filter { idNumber(of: $0) == number }.map(\.key.id)
    }

    private func idNumber(of file: StoredDocument) -> String? {
        let sealed = NodeSettings.json(file.state)?["sealed"]?.text ?? ""
        guard case .known(let person) = self.person(sealed), let number = person.idNumber,
            !number.isEmpty
        else { return nil }
        return number
    }

    /// What the applicant of a case gave in other cases that this node can open.
    func pool(_ target: CaseCommand.Target) throws(ViewError) -> [CaseCommand.PooledMaterial] {
        let code: String
        switch target {
        case .id(let id): code = id.hex
        case .number(let number): code = number.text
        case .handover: return []
        }
        let same = try sameApplicant(code)
        guard !same.isEmpty else { return [] }
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let now = runtime.clock.now()
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            var id = Digest16(hex: code)
            if id == nil { id = try source.find(.caseFile, label: code).first?.id }
            guard let id else { return [] }
            return try SheetMaker(own: own, directory: directory, now: now, source: source)
                .pool(of: id, among: same)
        }
    }
}

import API
import Base
import Blob
import Change
import Domain
import HTTP
import Kernel
import Network
import Replication
import Store

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
        if API.isQuick(request) {
            answer(request, responder)
        } else {
            Task { await Blocking.run { answer(request, responder) } }
        }
    }

    private func answer(_ request: HTTPRequest, _ responder: Responder) {
        let queries = NodeQueries(runtime: runtime)
        switch API.respond(to: request, view: queries) {
        case .now(let response): responder.respond(response)
        case .submit(let order): submit(order, responder)
        case .sync(let kind, let request):
            Task { responder.respond(await sync(kind, request)) }
        case .exchange(let order):
            Task { responder.respond(order.render(await exchange(order.peer))) }
        case .blob(let order):
            let door = BlobDoor(runtime.store.blobs)
            Task { [board = runtime.board] in
                await door.answer(order, responder, onAwaited: { board.touch() })
            }
        case .events(let cursor): EventStream(runtime: runtime).start(responder, after: cursor)
        }
    }

    /// The reply comes on the writer's thread and goes straight to the loop.
    private func submit(_ order: CommandOrder, _ responder: Responder) {
        let submission = Submission.command(
            order.command, author: order.author, replayKey: order.replayKey)
        runtime.store.writer.submit(submission) { result in
            responder.respond(order.render(Self.outcome(result)))
        }
    }

    private static func outcome(
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

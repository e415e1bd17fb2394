import Base
import Change
import Domain
import HTTP

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

    /// {at}: RFC 3339.
    private func clock(_ json: JSON) -> HTTPResponse {
        guard let moment = json["at"]?.text.flatMap(Instant.init(rfc3339:)) else {
            return NodeService.problem(422, "bad-time", "缺少时间 at")
        }
        runtime.clock.set(to: moment)
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

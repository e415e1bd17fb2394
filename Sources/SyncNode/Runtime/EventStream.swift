import API
import Base
import Domain
import HTTP
import Network

/// Server-sent events: a line for each commit that changed something here.
struct EventStream: Sendable {
    let runtime: NodeRuntime

    func start(_ responder: Responder, after cursor: EventCursor) {
        let isDraining = Box<Bool>()
        let stream = responder.start(ServerEvent.response) { signal in
            if signal != .ready { isDraining.value = true }
        }
        let board = runtime.board
        Task {
            var version = cursor.after ?? board.version
            while isDraining.value != true, !board.isClosed {
                await board.waitForChange(after: version, seconds: Limits.heartbeatSeconds)
                var bytes = ServerEvent.keepAlive
                if board.version > version {
                    version = board.version
                    let data = Array("{\"version\":\(version)}".utf8)
                    bytes = ServerEvent.encode(position: version, kind: "commit", data: data)
                }
                if stream.write(bytes) == .closed { return }
            }
            stream.end()
        }
    }
}

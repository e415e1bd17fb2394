import API
import Base
import Domain
import HTTP
import Network

/// Server-sent events: a line for each commit that changed something here.
struct EventStream: Sendable {
    let runtime: NodeRuntime

    func start(_ responder: Responder, after cursor: EventCursor) {
        let stream = responder.start(ServerEvent.response)
        let board = runtime.board
        Task {
            var version = cursor.after ?? board.version
            while true {
                await board.waitForChange(after: version)
                if board.isClosed { return }
                version = board.version
                let data = Array("{\"version\":\(version)}".utf8)
                let event = ServerEvent.encode(position: version, kind: "commit", data: data)
                if stream.write(event) == .closed { return }
            }
        }
    }
}

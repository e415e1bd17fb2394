package import API
package import Base
import HTTP
import Host
import Kernel
package import Network
import Synchronization
import Threads

/// Attachments over HTTP: one request each way.
package struct BlobDoor: Sendable {
    private let shelf: BlobShelf

    package init(_ shelf: BlobShelf) { self.shelf = shelf }

    /// Answers on threads of its own.
    ///
    /// - Parameter onAwaited: Called where something came in that others wait for.
    package func answer(
        _ order: BlobOrder, _ responder: Responder, onAwaited: @escaping @Sendable () -> Void
    ) async {
        switch order {
        case .put(let digest, let bytes):
            responder.respond(await put(bytes, as: digest, onAwaited: onAwaited).response)
        case .get(let request):
            await Blocking.run { give(request, responder) }
        }
    }

    /// Keeps a whole one.
    package func put(
        _ bytes: [UInt8], as digest: Digest, onAwaited: @escaping @Sendable () -> Void
    ) async -> BlobOutcome {
        let putting = await Blocking.run { [shelf] in shelf.put(bytes, as: digest) }
        if putting.isAwaited { onAwaited() }
        return putting.outcome
    }

    private func give(_ request: BlobRequest, _ responder: Responder) {
        guard shelf.beginReading() else {
            return responder.respond(Problem(ViewError.busy).response)
        }
        defer { shelf.endReading() }
        do throws(JournalError) {
            guard let size = try shelf.size(of: request.digest) else {
                return responder.respond(BlobRequest.unknown.response)
            }
            var kind: MediaKind?
            if request.isShown {
                let first = try shelf.read(
                    request.digest, at: 0, count: min(size, MediaKind.bytesLooked))
                kind = first.flatMap(MediaKind.init(sniffing:))
            }
            let answer = request.answer(size: size, kind: kind)
            guard let range = answer.range else { return responder.respond(answer.response) }
            let tide = Tide()
            let stream = responder.start(answer.response, length: range.count) { signal in
                tide.take(signal)
            }
            if request.isHead { return stream.endWithoutBody() }
            try pour(request.digest, range, into: stream, tide)
        } catch {
            // The stream, dropped, shows the caller that it is cut; a request without one gets
            // 500 from its responder.
            Console.say("attachment \(request.digest.hex): \(error)")
        }
    }

    /// As fast as the caller takes it, and no further ahead than `Limits.streamPauseBytes`.
    private func pour(
        _ digest: Digest, _ range: Range<Int>, into stream: ResponseStream, _ tide: Tide
    ) throws(JournalError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(range.upperBound - offset, Limits.blobChunkBytesMax)
            guard let bytes = try shelf.read(digest, at: offset, count: count),
                bytes.count == count
            else { throw .damaged("an attachment became shorter") }
            offset += count
            switch stream.write(bytes) {
            case .goOn: break
            case .closed: return
            case .pause: if !tide.waitForRoom() { return }
            }
        }
        stream.end()
    }
}

/// Lets the thread that reads wait for the connection that sends.
private final class Tide: Sendable {
    private let monitor = Monitor()
    private let hasRoom = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)

    func take(_ signal: ResponseStream.Signal) {
        monitor.lock()
        switch signal {
        case .ready: hasRoom.store(true, ordering: .relaxed)
        case .closed: isClosed.store(true, ordering: .relaxed)
        // What is under way is finished within the server's grace.
        case .draining: break
        }
        monitor.broadcast()
        monitor.unlock()
    }

    /// - Returns: false once the caller has gone; the connection's own deadlines see to that.
    func waitForRoom() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        while !hasRoom.load(ordering: .relaxed), !isClosed.load(ordering: .relaxed) {
            monitor.wait()
        }
        hasRoom.store(false, ordering: .relaxed)
        return !isClosed.load(ordering: .relaxed)
    }
}

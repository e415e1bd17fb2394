package import Base
import Crypto
import Disk
package import Domain
import Kernel
import Network
import Store
import Threads

/// What the verbs of the command line do.
package enum NodeCommands {
    /// A node's answer: one JSON document, and the exit code that goes with its status.
    package struct Answer: Sendable {
        package let text: String
        package let exitCode: Int32
    }

    /// `init`.
    package static func initialise(
        data: String, code: RegionCode, name: String, suite: UInt8, parentURL: String?
    ) async throws(NodeRuntime.Failure) -> RegionRecord {
        guard let suite = Suite(rawValue: suite) else {
            throw NodeRuntime.Failure("--suite must be 1 or 2", exitCode: 2)
        }
        return try await NodeSetup(
            data: data, code: code, name: name, suite: suite, parentURL: parentURL
        ).run()
    }

    /// `serve`: until SIGTERM or SIGINT, or until the node must begin a new incarnation, which
    /// it then does.
    package static func serve(
        data: String, listen: String, certificate: String?, key: String?, isDemo: Bool,
        isSupervised: Bool
    ) async throws -> Int32 {
        var options = NodeRuntime.Options(data: data, listen: try endpoint(listen))
        options.isDemo = isDemo
        if let certificate, let key {
            options.tls = TLSIdentity(certificate: .path(certificate), key: .path(key))
        }
        if isDemo, !options.listen.address.hasPrefix("127."), options.listen.address != "::1" {
            throw NodeRuntime.Failure("--demo listens on loopback only", exitCode: 2)
        }
        let signals = SignalWatch(isSupervised: isSupervised)
        while true {
            let runtime = try await NodeRuntime.start(options)
            if let bound = runtime.endpoint { options.listen = bound }
            let scheme = options.tls == nil ? "http" : "https"
            Console.print("listening \(scheme)://\(options.listen.text)")
            if let renewal = runtime.store.renewal {
                Console.say("new incarnation: \(renewal)")
            }
            let reason = await signals.next(or: runtime)
            await runtime.stop()
            if reason == .signal { return 0 }
        }
    }

    /// Asks the node of a data directory: the running one, or, where none runs, the node itself
    /// for the length of the question.
    package static func ask(
        _ data: String, _ method: String, _ path: String, body: String?
    ) async throws -> Answer {
        answer(try await reach(data, method, path, body.map { Array($0.utf8) }))
    }

    /// The same, with the answer's bytes as they are.
    static func reach(
        _ data: String, _ method: String, _ path: String, _ body: [UInt8]?
    ) async throws -> ClientResponse {
        let client = try HTTPClient()
        defer { client.stop() }
        if let url = try NodeAddress.read(in: data) {
            do throws(ClientError) {
                return try await client.send(request(data, method, url, path, body))
            } catch .refused {
                // Nobody runs: answered below.
            } catch {
                throw NodeRuntime.Failure("\(url): \(error)", exitCode: 4)
            }
        }
        let options = NodeRuntime.Options(data: data, listen: try endpoint("127.0.0.1:0"))
        let runtime = try await NodeRuntime.start(options)
        guard let bound = runtime.endpoint else {
            throw NodeRuntime.Failure("the node does not listen", exitCode: 4)
        }
        do {
            let response = try await client.send(
                request(data, method, "http://\(bound.text)", path, body))
            await runtime.stop()
            return response
        } catch {
            await runtime.stop()
            throw error
        }
    }

    private static func request(
        _ data: String, _ method: String, _ url: String, _ path: String, _ body: [UInt8]?
    ) -> ClientRequest {
        var request = ClientRequest(method, url + path, body: body ?? [])
        if body != nil { request.headers = [("Content-Type", "application/json")] }
        guard NodeService.isAdmin(path) else { return request }
        request.responseBytesMax = Limits.sealedBundleBytesMax
        do throws(NodeRuntime.Failure) {
            request.headers.append(("Authorization", try AdminToken.header(in: data)))
        } catch {
            // Asked without it: the node then says that it is needed.
            Console.say(error.sentence)
        }
        return request
    }

    static func answer(_ response: ClientResponse) -> Answer {
        let code: Int32 =
            switch response.status {
            case 200...299: 0
            case 400: 2
            case 401, 403: 5
            case 500...599: 4
            default: 1
            }
        return Answer(text: String(decoding: response.body, as: UTF8.self), exitCode: code)
    }

    private static func endpoint(_ text: String) throws(NodeRuntime.Failure) -> Endpoint {
        do throws(NetworkError) {
            return try Endpoint(text)
        } catch {
            throw NodeRuntime.Failure("--listen \(text): \(error)", exitCode: 2)
        }
    }
}

/// Where a running node listens, as its own store says.
enum NodeAddress {
    static let valueName = "listen"

    static func read(in data: String) throws(NodeRuntime.Failure) -> String? {
        let directory = StoreDirectory(path: data)
        guard directory.hasDatabase else {
            throw NodeRuntime.Failure(
                "\(data) holds no node: make one with init --data \(data)", exitCode: 2)
        }
        do throws(JournalError) {
            let readers = ReadPool(directory: directory)
            let bytes = try readers.read { (reader) throws(JournalError) in
                try reader.value(valueName)
            }
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw NodeRuntime.Failure("\(data) cannot be read: \(error)", exitCode: 3)
        }
    }
}

/// Waits for a signal on a thread of its own.
package final class SignalWatch: Sendable {
    enum Reason: Sendable { case signal, renewal }

    private let stream: AsyncStream<Reason>
    private let continuation: AsyncStream<Reason>.Continuation
    private let threads: [WorkerThread]

    /// From now on SIGTERM and SIGINT end the process in order, not at once.
    package static func begin() { ProcessSignal.watch() }

    /// - Parameter isSupervised: Ends, too, once nobody reads standard output any more: whoever
    ///   started this process is gone.
    init(isSupervised: Bool) {
        let (stream, continuation) = AsyncStream<Reason>.makeStream()
        self.stream = stream
        self.continuation = continuation
        var threads = [
            WorkerThread {
                _ = ProcessSignal.wait()
                continuation.yield(.signal)
            }
        ]
        if isSupervised {
            threads.append(
                WorkerThread {
                    ProcessSignal.waitForReaderToLeave()
                    continuation.yield(.signal)
                })
        }
        self.threads = threads
    }

    /// The first of: a signal, or the node's wish to begin anew.
    func next(or runtime: NodeRuntime) async -> Reason {
        runtime.onRenewal { [continuation] in continuation.yield(.renewal) }
        var iterator = stream.makeAsyncIterator()
        return await iterator.next() ?? .signal
    }
}

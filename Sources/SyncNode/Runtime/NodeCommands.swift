package import Base
import Crypto
import Disk
package import Domain
import Enrolment
import Gate
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
            throw NodeRuntime.Failure(
                "--suite must be 1 or 2", chinese: "--suite 应为 1 或 2", exitCode: 2)
        }
        return try await NodeSetup(
            data: data, code: code, name: name, suite: suite, parentURL: parentURL
        ).run()
    }

    /// `enroll`: makes a node that its parent lets in, and exchanges once.
    ///
    /// - Returns: nil where it has to wait for a word at the parent.
    package static func enroll(
        _ joining: NodeJoining
    ) async throws -> (NodeJoining.Outcome, Answer?) {
        let outcome = try await joining.run()
        guard case .joined = outcome else { return (outcome, nil) }
        return (outcome, try await ask(joining.data, "POST", "/api/v1/sync", body: "{}"))
    }

    /// `serve`: until SIGTERM or SIGINT, or until the node must begin a new incarnation, which
    /// it then does.
    package static func serve(
        data: String, listen: String, certificate: String?, key: String?, hosts: [String],
        isDemo: Bool, isPlain: Bool, isSupervised: Bool, begin: Instant? = nil
    ) async throws -> Int32 {
        var options = NodeRuntime.Options(data: data, listen: try endpoint(listen))
        options.isDemo = isDemo
        options.begin = begin
        options.isSecure = !isDemo && !isPlain
        options.hosts = hosts
        if let certificate, let key {
            options.tls = TLSIdentity(certificate: .path(certificate), key: .path(key))
        }
        if isDemo, !options.listen.isLoopback {
            throw NodeRuntime.Failure(
                "--demo listens on loopback only", chinese: "--demo 只能监听本机回环地址", exitCode: 2)
        }
        if begin != nil, !isDemo {
            throw NodeRuntime.Failure(
                "--at is for --demo only", chinese: "--at 只用于 --demo", exitCode: 2)
        }
        let signals = SignalWatch(isSupervised: isSupervised)
        while true {
            let runtime = try await NodeRuntime.start(options)
            if let bound = runtime.endpoint { options.listen = bound }
            let scheme = runtime.isSecure ? "https" : "http"
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
    ///
    /// - Parameter key: `Idempotency-Key`: a replay under it gets the first answer.
    /// - Throws: `NodeRuntime.Failure`: exit code 4 where the running node does not answer.
    package static func ask(
        _ data: String, _ method: String, _ path: String, body: String?, key: String? = nil
    ) async throws -> Answer {
        answer(try await reach(data, method, path, body.map { Array($0.utf8) }, key: key))
    }

    /// Hands a whole attachment in.
    package static func put(_ data: String, _ path: String, _ bytes: [UInt8]) async throws -> Answer
    {
        answer(try await reach(data, "PUT", path, bytes))
    }

    /// The same, with the answer's bytes as they are.
    static func reach(
        _ data: String, _ method: String, _ path: String, _ body: [UInt8]?, key: String? = nil
    ) async throws -> ClientResponse {
        let client = try local(data)
        defer { client.stop() }
        if let url = try await NodeAddress.running(in: data, client) {
            return try await send(client, request(data, method, path, body, key), to: url)
        }
        let options = NodeRuntime.Options(data: data, listen: try endpoint("127.0.0.1:0"))
        let runtime = try await NodeRuntime.start(options)
        guard let bound = runtime.endpoint else {
            throw NodeRuntime.Failure("the node does not listen", exitCode: 4)
        }
        do {
            // Its first start makes the token.
            let response = try await send(
                client, request(data, method, path, body, key), to: "http://\(bound.text)")
            await runtime.stop()
            return response
        } catch {
            await runtime.stop()
            throw error
        }
    }

    /// A client that believes this node's own tree, and knows nobody else.
    static func local(_ data: String) throws -> HTTPClient {
        let anchor = try NodeCredentials.anchor(in: data + "/keys")
        return try HTTPClient(authority: anchor?.pem)
    }

    private static func send(
        _ client: HTTPClient, _ request: ClientRequest, to url: String
    ) async throws(NodeRuntime.Failure) -> ClientResponse {
        var request = request
        request.url = url + request.url
        do throws(ClientError) {
            return try await client.send(request)
        } catch {
            throw NodeRuntime.Failure(
                "\(url) does not answer: \(error)", chinese: "\(url) 没有应答：\(error)", exitCode: 4)
        }
    }

    private static func request(
        _ data: String, _ method: String, _ path: String, _ body: [UInt8]?, _ key: String?
    ) -> ClientRequest {
        var request = ClientRequest(method, path, body: body ?? [])
        if body != nil { request.headers = [("Content-Type", "application/json")] }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        if NodeService.isAdmin(path) { request.responseBytesMax = Limits.sealedBundleBytesMax }
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
            throw NodeRuntime.Failure(
                "--listen \(text): " + error.advice.english,
                chinese: "--listen \(text)：" + error.advice.chinese, exitCode: 2)
        }
    }
}

// MARK: bundles

extension NodeCommands {
    /// `export`: writes what a region's node lacks into a file, sealed to it.
    package static func exportBundle(
        data: String, for code: String, to path: String
    ) async throws -> Answer {
        guard RegionCode(code) != nil else {
            throw NodeRuntime.Failure(
                "--for must be a code of 12 digits, not \(code)",
                chinese: "--for 应为 12 位区划代码，不是 \(code)", exitCode: 2)
        }
        let response = try await reach(
            data, "POST", "/admin/v1/export", Array("{\"region\":\"\(code)\"}".utf8))
        guard response.status == 200 else { return answer(response) }
        try write(response.body, to: path)
        var writer = JSONWriter()
        writer.object { object in
            object.field("for", code)
            object.field("file", path)
            object.field("bytes", response.body.count)
        }
        return Answer(text: String(decoding: writer.bytes, as: UTF8.self), exitCode: 0)
    }

    /// `import`: takes a bundle in and writes the receipt beside it, as `FILE.receipt`; or takes
    /// such a receipt in.
    package static func importBundle(data: String, from path: String) async throws -> Answer {
        let bytes: [UInt8]
        do throws(KeyFiles.Failure) {
            bytes = try SmallFile.read(path, limit: Limits.sealedBundleBytesMax)
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 2)
        }
        let response = try await reach(data, "POST", "/admin/v1/import", bytes)
        guard response.status == 200, case .object(var object)? = NodeSettings.json(response.body)
        else { return answer(response) }
        if let receipt = object["receipt"]?.text.flatMap(Hex.decode) {
            try write(receipt, to: path + ".receipt")
            object["receipt"] = .text(path + ".receipt")
        }
        var writer = JSONWriter()
        writer.value(.object(object))
        return Answer(text: String(decoding: writer.bytes, as: UTF8.self), exitCode: 0)
    }

    private static func write(
        _ bytes: [UInt8], to path: String
    ) throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            try SmallFile.write(bytes, to: path, mode: 0o600, replace: true)
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 2)
        }
    }
}

/// Where a running node listens, as its own store says.
enum NodeAddress {
    static let valueName = "listen"

    /// The address of the node that runs on this directory; nil where none does: the node that
    /// it is a copy of may listen there. Another may, too, so whoever answers must say that it is
    /// this one.
    static func running(
        in data: String, _ client: HTTPClient
    ) async throws(NodeRuntime.Failure) -> String? {
        let (noted, settings) = try read(in: data)
        guard let noted, let settings else { return nil }
        do throws(ClientError) {
            let request = ClientRequest("GET", noted + "/sync/v1/identity", body: [])
            let response = try await client.send(request)
            let identity = NodeSettings.json(response.body)
            return identity?["region"]?["id"]?.text == settings.region.id.hex ? noted : nil
        } catch .refused {
            return nil
        } catch {
            throw NodeRuntime.Failure(
                "\(noted) does not answer: \(error)", chinese: "\(noted) 没有应答：\(error)",
                exitCode: 4)
        }
    }

    private static func read(
        in data: String
    ) throws(NodeRuntime.Failure) -> (String?, NodeSettings?) {
        let directory = StoreDirectory(path: data)
        try NodeRuntime.Failure.check(directory)
        do throws(JournalError) {
            guard try Sentinel.isHeld(directory.sentinel) else { return (nil, nil) }
            let readers = ReadPool(directory: directory)
            return try readers.read { (reader) throws(JournalError) in
                let noted = try reader.value(valueName)
                let settings = try reader.value(NodeSettings.valueName)
                return (
                    noted.map { String(decoding: $0, as: UTF8.self) },
                    settings.flatMap(NodeSettings.init)
                )
            }
        } catch {
            // A reader, too, writes beside the database: which parts of it are in use.
            if let path = directory.unwritable { throw .notWritable(path) }
            throw .store(error, data)
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

    /// A reader that left and a file at its limit do not end the process. Every verb's first act.
    package static func ignoreBroken() { ProcessSignal.ignoreBroken() }

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

extension NodeCommands {
    /// What a node answers to a POST, as bytes; where it refuses, nil and why.
    package static func download(
        _ data: String, _ path: String, body: String
    ) async throws -> (bytes: [UInt8]?, answer: Answer) {
        let response = try await reach(data, "POST", path, Array(body.utf8))
        return (response.status == 200 ? response.body : nil, answer(response))
    }
}

import Base
import Domain
import Network
import Runtime
import Synchronization

/// One node of the demo: a process of its own, and its HTTP face.
final class DemoMember: Sendable {
    let node: Topology.Node
    let data: String
    let listen: String
    private let program: String
    /// What its clock says at each start, RFC 3339; nil for the machine's.
    private let begin: String?
    private let client: HTTPClient
    private let process = Box<ChildProcess>()
    /// Tokens of sessions by login; a restart of the node ends them.
    private let tokens = Mutex<[String: String]>([:])

    init(
        node: Topology.Node, data: String, listen: String, program: String, client: HTTPClient,
        begin: String? = nil
    ) {
        self.node = node
        self.data = data
        self.listen = listen
        self.program = program
        self.client = client
        self.begin = begin
    }

    var url: String { "http://\(listen)" }

    /// The process; nil while none runs.
    var pid: Int32? { process.value?.pid }

    /// Starts the process and waits until it is ready.
    func start() async throws(NodeRuntime.Failure) {
        let started: ChildProcess
        do throws(ChildProcess.Failure) {
            started = try ChildProcess(
                program,
                ["serve", "--data", data, "--listen", listen, "--demo", "--supervised"]
                    + (begin.map { ["--at", $0] } ?? []))
        } catch {
            throw NodeRuntime.Failure(error.sentence, exitCode: 1)
        }
        process.value = started
        let line = await Blocking.run { started.readLine() }
        guard let line, line.hasPrefix("listening ") else {
            throw NodeRuntime.Failure(
                "\(node.name) did not start at \(listen)", chinese: "\(node.name) 未能在 \(listen) 启动",
                exitCode: 1)
        }
    }

    /// The node of another directory that began as a copy of this one's.
    func copied(to data: String, listen: String) -> DemoMember {
        DemoMember(node: node, data: data, listen: listen, program: program, client: client)
    }

    /// What `verify` says of its data, while it runs: a process of its own.
    func isSound() async -> Bool {
        await run(["verify", "--data", data, "--json"]).code == 0
    }

    /// A verb of the program, as a process of its own; its one line of output as JSON.
    func run(_ words: [String]) async -> (code: Int32, json: JSON) {
        let started: ChildProcess
        do throws(ChildProcess.Failure) {
            started = try ChildProcess(program, words)
        } catch {
            Console.say(error.sentence)
            return (-1, .null)
        }
        return await Blocking.run {
            let line = started.readLine() ?? ""
            let code = started.wait()
            if code != 0 { Console.say("  \(words[0]): \(code) \(line)") }
            return (code, NodeSettings.json(Array(line.utf8)) ?? .null)
        }
    }

    /// Ends the process with a signal and waits for its end.
    func stop(_ signal: Int32) async {
        guard let running = process.value else { return }
        process.value = nil
        running.signal(signal)
        _ = await Blocking.run { running.wait() }
    }

    /// One request; status and body as they are, status 0 where none came.
    ///
    /// - Parameter token: nil for the machine's operator's.
    func fetch(
        _ method: String, _ path: String, _ body: [UInt8] = [], token: String? = nil,
        type: String = "application/octet-stream"
    ) async -> (status: Int, bytes: [UInt8]) {
        var request = ClientRequest(method, url + path, body: body)
        let token = token ?? AdminKey.text(in: data)
        if !token.isEmpty { request.headers = [("Authorization", "Bearer " + token)] }
        if !body.isEmpty { request.headers.append(("Content-Type", type)) }
        do throws(ClientError) {
            let response = try await client.send(request)
            return (Int(response.status), response.body)
        } catch {
            Console.say("  \(node.name): \(error)")
            return (0, [])
        }
    }

    /// One request of the machine's operator; the answer as JSON, whatever its status.
    func ask(
        _ method: String, _ path: String, _ body: String? = nil
    ) async -> (status: Int, json: JSON) {
        let token = AdminKey.text(in: data)
        return await ask(method, path, body, token: token)
    }

    private func ask(
        _ method: String, _ path: String, _ body: String?, token: String, key: String? = nil
    ) async -> (status: Int, json: JSON) {
        var request = ClientRequest(method, url + path, body: Array((body ?? "").utf8))
        if body != nil { request.headers = [("Content-Type", "application/json")] }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        if !token.isEmpty { request.headers.append(("Authorization", "Bearer " + token)) }
        do throws(ClientError) {
            let response = try await client.send(request)
            return (Int(response.status), NodeSettings.json(response.body) ?? .null)
        } catch {
            return (0, .text("\(error)"))
        }
    }

    func get(_ path: String) async -> JSON { await ask("GET", path).json }

    func post(_ path: String, _ body: String) async -> (status: Int, json: JSON) {
        await ask("POST", path, body)
    }

    /// A request of a person, logged in where that is still to be done.
    ///
    /// - Parameter key: `Idempotency-Key`.
    func post(
        _ path: String, _ body: String, as login: String, key: String? = nil
    ) async -> (status: Int, json: JSON) {
        for _ in 0..<2 {
            guard let token = await signIn(as: login) else { break }
            let answer = await ask("POST", path, body, token: token, key: key)
            guard answer.status == 401 else { return answer }
            tokens.withLock { $0[login] = nil }
        }
        return (401, .null)
    }

    /// What a person reads at a path, as it is.
    func read(_ path: String, as login: String) async -> (status: Int, bytes: [UInt8]) {
        for _ in 0..<2 {
            guard let token = await signIn(as: login) else { break }
            let answer = await fetch("GET", path, token: token)
            guard answer.status == 401 else { return answer }
            tokens.withLock { $0[login] = nil }
        }
        return (401, [])
    }

    /// Logs in whoever a command is the work of, so that the command is the next request.
    func signIn(for body: String) async {
        let name = NodeSettings.json(Array(body.utf8))?["command"]?.text ?? ""
        tokens.withLock { $0 = [:] }
        if let login = DemoStaff.login(for: name, at: node.level) { _ = await signIn(as: login) }
    }

    private func signIn(as login: String) async -> String? {
        if let known = tokens.withLock({ $0[login] }) { return known }
        let words = "{\"login\":\"\(login)\",\"password\":\"\(DemoStaff.password)\"}"
        let session = await ask("POST", "/api/v1/session", words, token: "")
        guard let token = session.json["token"]?.text else { return nil }
        tokens.withLock { $0[login] = token }
        return token
    }

    /// A command by whoever's work it is here; a version of an item by two persons.
    func command(_ body: String, key: String? = nil) async -> (status: Int, json: JSON) {
        let name = NodeSettings.json(Array(body.utf8))?["command"]?.text ?? ""
        let level = node.level
        if name == "item.publish", let drafter = DemoStaff.login(for: "item.draft", at: level),
            let checker = DemoStaff.login(for: name, at: level)
        {
            let draft = body.replacing("item.publish", with: "item.draft", maxReplacements: 1)
            let drafted = await post("/api/v1/commands", draft, as: drafter)
            guard let id = drafted.json["draft"]?.text else { return drafted }
            return await post(
                "/api/v1/commands", "{\"command\":\"item.approve\",\"draft\":\"\(id)\"}",
                as: checker)
        }
        guard let login = DemoStaff.login(for: name, at: level) else {
            let token = AdminKey.text(in: data)
            return await ask("POST", "/api/v1/commands", body, token: token, key: key)
        }
        return await post("/api/v1/commands", body, as: login, key: key)
    }

    /// A command; true where it was done.
    @discardableResult
    func say(_ body: String) async -> Bool {
        let answer = await command(body)
        if !(200...299).contains(answer.status) {
            let rule = answer.json["rule"]?.text ?? "\(answer.json)"
            Console.say("  \(node.name): \(answer.status) \(rule)")
        }
        return (200...299).contains(answer.status)
    }

    /// An act on a case.
    @discardableResult
    func act(_ name: String, _ number: String, _ more: String = "") async -> Bool {
        await say("{\"command\":\"case.\(name)\",\"case\":\"\(number)\"\(more)}")
    }

    /// Whether this node has a case.
    func has(_ number: String) async -> Bool {
        await ask("GET", "/api/v1/cases/\(number)").status == 200
    }

    /// A case as this node has it; nil where it has none.
    func file(_ number: String) async -> JSON? {
        let answer = await ask("GET", "/api/v1/cases/\(number)")
        return answer.status == 200 ? answer.json : nil
    }
}

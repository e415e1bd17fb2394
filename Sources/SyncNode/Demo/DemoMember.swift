import Base
import Domain
import Network
import Runtime

/// One node of the demo: a process of its own, and its HTTP face.
final class DemoMember: Sendable {
    let node: Topology.Node
    let data: String
    let listen: String
    private let program: String
    private let client: HTTPClient
    private let process = Box<ChildProcess>()

    init(
        node: Topology.Node, data: String, listen: String, program: String, client: HTTPClient
    ) {
        self.node = node
        self.data = data
        self.listen = listen
        self.program = program
        self.client = client
    }

    var url: String { "http://\(listen)" }

    /// The process; nil while none runs.
    var pid: Int32? { process.value?.pid }

    /// Starts the process and waits until it is ready.
    func start() async throws(NodeRuntime.Failure) {
        let started: ChildProcess
        do throws(ChildProcess.Failure) {
            started = try ChildProcess(
                program, ["serve", "--data", data, "--listen", listen, "--demo", "--supervised"])
        } catch {
            throw NodeRuntime.Failure(error.sentence, exitCode: 1)
        }
        process.value = started
        let line = await Blocking.run { started.readLine() }
        guard let line, line.hasPrefix("listening ") else {
            throw NodeRuntime.Failure("\(node.name) did not start", exitCode: 1)
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
    func fetch(
        _ method: String, _ path: String, _ body: [UInt8] = []
    ) async -> (status: Int, bytes: [UInt8]) {
        var request = ClientRequest(method, url + path, body: body)
        if !body.isEmpty { request.headers = [("Content-Type", "application/octet-stream")] }
        do throws(ClientError) {
            let response = try await client.send(request)
            return (Int(response.status), response.body)
        } catch {
            Console.say("  \(node.name): \(error)")
            return (0, [])
        }
    }

    /// One request; the answer as JSON, whatever its status.
    func ask(
        _ method: String, _ path: String, _ body: String? = nil
    ) async -> (status: Int, json: JSON) {
        var request = ClientRequest(method, url + path, body: Array((body ?? "").utf8))
        if body != nil { request.headers = [("Content-Type", "application/json")] }
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

    /// A command; true where it was done.
    @discardableResult
    func say(_ body: String) async -> Bool {
        let answer = await post("/api/v1/commands", body)
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

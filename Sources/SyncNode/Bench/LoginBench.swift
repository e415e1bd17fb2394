import Account
import Base
import Glibc
import Host
import Network
import Runtime
import Synchronization

/// What a password costs, and what a thousand wrong ones at once cost a clerk who is in.
enum LoginBench {
    private static let password = "bench-of-2026"

    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        let number = try {
            let kernel = try NodeRuntime.kernel(of: data)
            return try BenchWorld.number(
                in: BenchWorld.done(kernel.say(BenchWorld.receive(0))))
        }()
        let wakers = try Wakers()
        defer { wakers.stop() }
        var rounds = Rounds()
        for turn in 0..<5 {
            // A node of its own for each: it remembers who was wrong.
            let node = try ServedNode(place.program, data, more: ["--plain"])
            defer { node.stop() }
            // The clerk's requests do not wait in the line of those who are wrong.
            let client = try HTTPClient()
            let clerk = try HTTPClient()
            defer {
                client.stop()
                clerk.stop()
            }
            if turn == 0 { try await enter(client, node) }
            var request = ClientRequest("GET", node.url + "/api/v1/cases/\(number)", body: [])
            request.headers = [
                ("Authorization", "Bearer " + (try await logIn(client, node, password)))
            ]
            try await rounds.turn(
                figure: {
                    // Counted from the first wrong password until the last is answered, and no
                    // longer: what comes after is undisturbed.
                    let isOver = Mark()
                    async let flood: Void = wrong(client, node, 1000, isOver)
                    let speed = try await pace(clerk, request) { isOver.isSet }
                    await flood
                    return speed
                },
                limit: {
                    let start = SystemClock.monotonicNanos()
                    return try await pace(clerk, request) {
                        SystemClock.monotonicNanos() - start > 1_000_000_000
                    }
                })
        }
        return [
            cost(),
            Figure(
                "login.flood", rounds, "requests/s",
                beside: "the same clerk undisturbed, no processor asleep",
                must: .atLeast(0.5), isOwn: false),
        ]
    }

    /// Keeps every processor from going to sleep, with the system's least priority: whoever else
    /// wants it has it at once. One clerk alone lets a quiet machine sleep between any two steps of
    /// a request, and waking costs more than the step does; beside a flood nothing sleeps. Without
    /// these the flooded side is measured against that sleep, and comes out as the faster one.
    /// They end with this process, however it ends.
    private struct Wakers {
        private let processes: [ChildProcess]

        init() throws {
            let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            do throws(ChildProcess.Failure) {
                var started: [ChildProcess] = []
                for _ in 0..<count {
                    started.append(
                        try ChildProcess(
                            "/usr/bin/chrt",
                            [
                                "--idle", "0", "/bin/sh", "-c",
                                "while kill -0 $PPID 2>/dev/null; do :; done",
                            ]
                        ))
                }
                processes = started
            } catch {
                throw BenchWorld.Failure(sentence: "\(error.sentence) (Debian: util-linux)")
            }
        }

        func stop() {
            for process in processes {
                process.signal(SIGKILL)
                process.wait()
            }
        }
    }

    /// Processor time of one password, as each login asks for it.
    private static func cost() -> Figure {
        let record = PasswordRecord(password, salt: SystemRandom.bytes(Limits.saltBytes))
        let start = clock()
        for _ in 0..<5 { _ = record.matches("wrong-of-2026") }
        let millis = Double(clock() - start) * 1000 / Double(CLOCKS_PER_SEC) / 5
        return Figure(
            "login.cpu", millis, "ms", beside: "what it may cost", 300,
            must: .valueAtMost(300))
    }

    private static func enter(_ client: HTTPClient, _ node: ServedNode) async throws {
        let words =
            "{\"login\":\"zhang\",\"name\":\"张三\",\"roles\":[\"county-window\"],"
            + "\"password\":\"\(password)\"}"
        var request = post(node, "/api/v1/accounts", words)
        let token = node.header.split(separator: " ").last.map(String.init) ?? ""
        request.headers.append(("Authorization", "Bearer " + token))
        let response = try await client.send(request)
        guard response.status == 201 else {
            throw BenchWorld.Failure(sentence: "no account: \(response.status)")
        }
    }

    private static func logIn(
        _ client: HTTPClient, _ node: ServedNode, _ password: String
    ) async throws -> String {
        let words = "{\"login\":\"zhang\",\"password\":\"\(password)\"}"
        let response = try await client.send(post(node, "/api/v1/session", words))
        guard let token = NodeSettings.json(response.body)?["token"]?.text else {
            throw BenchWorld.Failure(sentence: "no session: \(response.status)")
        }
        return token
    }

    /// Answers a second that one clerk gets, one after the other.
    private static func pace(
        _ clerk: HTTPClient, _ request: ClientRequest, until isOver: () -> Bool
    ) async throws -> Double {
        let start = SystemClock.monotonicNanos()
        var count = 0
        repeat {
            let response = try await clerk.send(request)
            guard response.status == 200 else {
                throw BenchWorld.Failure(sentence: "the clerk is answered \(response.status)")
            }
            count += 1
        } while !isOver()
        return Double(count) * 1e9 / Double(SystemClock.monotonicNanos() - start)
    }

    private final class Mark: Sendable {
        private let state = Mutex(false)

        var isSet: Bool { state.withLock { $0 } }

        func set() { state.withLock { $0 = true } }
    }

    /// All at once, each for another name; whatever is answered.
    private static func wrong(
        _ client: HTTPClient, _ node: ServedNode, _ count: Int, _ isOver: Mark
    ) async {
        defer { isOver.set() }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                let words = "{\"login\":\"n\(index)\",\"password\":\"wrong-of-2026\"}"
                group.addTask {
                    do {
                        _ = try await client.send(post(node, "/api/v1/session", words))
                    } catch {
                        // Turned away is an answer, too.
                    }
                }
            }
        }
    }

    private static func post(
        _ node: ServedNode, _ path: String, _ words: String
    ) -> ClientRequest {
        ClientRequest(
            "POST", node.url + path, headers: [("Content-Type", "application/json")],
            body: Array(words.utf8))
    }
}

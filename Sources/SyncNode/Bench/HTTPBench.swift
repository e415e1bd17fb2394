import Base
import Glibc
import Host
import Network
import Runtime

/// GET and POST of a case through a node's own process, 64 connections that stay open.
enum HTTPBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        guard access("/usr/bin/wrk", X_OK) == 0, access("/usr/sbin/nginx", X_OK) == 0 else {
            throw BenchWorld.Failure(
                sentence: "http needs wrk and nginx: apt-get install wrk nginx-light")
        }
        let data = try await BenchWorld.makeCounty(place.folder)
        let number = try {
            let kernel = try NodeRuntime.kernel(of: data)
            return try BenchWorld.number(
                in: BenchWorld.done(kernel.say(BenchWorld.receive(0))))
        }()
        let node = try ServedNode(place.program, data, more: ["--plain"])
        defer { node.stop() }
        return [
            try await post(place), try await get(node, number, place),
        ]
    }

    private static func post(_ place: Bench.Place) async throws -> Figure {
        let script = place.folder + "/post.lua"
        try TextFile.write(
            """
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.body = [[\(BenchWorld.receive(1))]]
            """, to: script)
        let bare = try BareTable(place.folder + "/bare.db")
        let batch = Array(repeating: [UInt8](repeating: 0x5a, count: 600), count: 32)
        var rounds = Rounds()
        for turn in 1...5 {
            // A station of its own each time: a day has 79,999 numbers a station.
            let data = try await BenchWorld.makeCounty(place.folder, named: "post-\(turn)")
            let node = try ServedNode(place.program, data, more: ["--plain"])
            defer { node.stop() }
            try await rounds.turn(
                figure: { try wrk(node.url + "/api/v1/cases", ["-s", script, "-H", node.header]) },
                limit: { try AppendBench.bareCommits(bare, batch) })
        }
        return Figure(
            "http.post", rounds, "requests/s", beside: "bare SQLite, 32 a commit, FULL",
            must: .atLeast(16.0 / 42.0), aim: .atLeast(25.0 / 42.0), isOwn: false)
    }

    private static func get(
        _ node: ServedNode, _ number: String, _ place: Bench.Place
    ) async throws -> Figure {
        let nginx = try Nginx(place.folder)
        defer { nginx.stop() }
        var rounds = Rounds()
        for _ in 0..<5 {
            try await rounds.turn(
                figure: { try wrk(node.url + "/api/v1/cases/\(number)", ["-H", node.header]) },
                limit: { try wrk(nginx.url, []) })
        }
        return Figure(
            "http.get", rounds, "requests/s", beside: "nginx, 600-byte file, one worker",
            must: .atLeast(0.45), aim: .atLeast(0.7), isOwn: false)
    }

    /// Requests a second for two seconds.
    static func wrk(_ url: String, _ more: [String], connections: Int = 64) throws -> Double {
        let child = try ChildProcess(
            "/usr/bin/wrk", ["-t", "1", "-c", "\(connections)", "-d", "2"] + more + [url])
        var speed = 0.0
        var failure: String?
        while let line = child.readLine() {
            let words = line.split(separator: " ")
            if words.first == "Requests/sec:", words.count > 1 { speed = Double(words[1]) ?? 0 }
            if line.contains("Non-2xx") || line.contains("Socket errors") { failure = line }
        }
        child.wait()
        if let failure { throw BenchWorld.Failure(sentence: "\(url): \(failure)") }
        return speed
    }
}

/// A node as a process of its own.
struct ServedNode {
    let url: String
    let process: ChildProcess
    /// What the operator's own program sends.
    let header: String

    init(_ program: String, _ data: String, more: [String] = []) throws {
        process = try ChildProcess(
            program, ["serve", "--data", data, "--listen", "127.0.0.1:0"] + more)
        guard let line = process.readLine(), let word = line.split(separator: " ").last,
            line.hasPrefix("listening ")
        else { throw BenchWorld.Failure(sentence: "the node did not start") }
        url = String(word)
        header = "Authorization: Bearer " + TextFile.read(data + "/keys/admin")
    }

    func stop() {
        process.signal(ProcessSignal.terminate)
        process.wait()
    }
}

/// nginx with one worker and one file.
struct Nginx {
    let url: String
    private let process: ChildProcess

    init(_ folder: String) throws {
        let port = 20000 + Int(getpid()) % 20000
        try TextFile.write(String(repeating: "x", count: 600), to: folder + "/file")
        try TextFile.write(
            """
            worker_processes 1; daemon off; pid \(folder)/nginx.pid; error_log /dev/null;
            events { worker_connections 1024; }
            http { access_log off; keepalive_requests 100000000; sendfile on;
              server { listen 127.0.0.1:\(port); root \(folder); } }
            """, to: folder + "/nginx.conf")
        process = try ChildProcess(
            "/usr/sbin/nginx", ["-p", folder, "-c", folder + "/nginx.conf"])
        url = "http://127.0.0.1:\(port)/file"
        usleep(500_000)
    }

    func stop() {
        process.signal(ProcessSignal.terminate)
        process.wait()
    }
}

/// Small files for other programs.
enum TextFile {
    static func write(_ text: String, to path: String) throws {
        let file = creat(path, 0o644)
        let bytes = Array(text.utf8)
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw BenchWorld.Failure(sentence: "cannot write \(path)")
        }
        close(file)
    }

    /// The first 64 KiB; empty where there is nothing to read.
    static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = Glibc.read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

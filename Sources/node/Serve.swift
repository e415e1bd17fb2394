import Base
import Demo
import Runtime

extension Verb {
    /// Makes a node.
    static let initialise = Verb(
        name: "init",
        help: "--data DIR --region CODE --name NAME [--parent URL] [--suite 1|2]"
    ) { words in
        await guarded("init") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "region", "name", "parent", "suite"])
            let text = try arguments.required("region")
            guard let code = RegionCode(text) else {
                throw Arguments.Failure(
                    "--region must be a code of 12 digits, not \(text)",
                    chinese: "--region 应为 12 位区划代码，不是 \(text)")
            }
            let suite = try arguments.number("suite", in: 1...2, fallback: 1)
            let region = try await NodeCommands.initialise(
                data: try arguments.required("data"), code: code,
                name: try arguments.required("name"), suite: UInt8(suite),
                parentURL: arguments.value("parent"))
            Console.print("{\"region\":\"\(region.code.text)\",\"id\":\"\(region.id.hex)\"}")
            return 0
        }
    }

    /// Runs a node until SIGTERM.
    static let serve = Verb(
        name: "serve",
        help: "--data DIR [--listen ADDR:PORT] [--address HOST,…] [--cert PEM --key PEM] "
            + "[--plain] [--demo [--at TIME]]"
    ) { words in
        await guarded("serve") {
            let arguments = try Arguments(words, flags: ["demo", "plain", "supervised"])
            try arguments.allowOnly([
                "data", "listen", "address", "cert", "key", "demo", "plain", "supervised",
                "at",
            ])
            return try await NodeCommands.serve(
                data: try arguments.required("data"),
                listen: arguments.value("listen") ?? "127.0.0.1:8370",
                certificate: arguments.value("cert"), key: arguments.value("key"),
                hosts: try arguments.hosts("address"), isDemo: arguments.has("demo"),
                isPlain: arguments.has("plain"), isSupervised: arguments.has("supervised"),
                begin: try arguments.moment("at"))
        }
    }

    /// Starts a whole topology on this machine.
    static let demo = Verb(
        name: "demo",
        help: "[--topology FILE] [--data DIR] [--port N] [--keep] [--once] [--kill] "
            + "[--publishes N]"
    ) { words in
        await guarded("demo") {
            let arguments = try Arguments(words, flags: ["keep", "once", "kill"])
            try arguments.allowOnly([
                "topology", "data", "port", "keep", "once", "kill", "publishes",
            ])
            var options = Demo.Options(
                topology: arguments.value("topology") ?? "topology/demo.json")
            options.data = arguments.value("data")
            if arguments.value("port") != nil {
                options.port = try arguments.number("port", in: 1...65_000, fallback: 0)
            }
            options.keeps = arguments.has("keep")
            options.once = arguments.has("once")
            options.kills = arguments.has("kill")
            options.publishes = try arguments.number("publishes", in: 0...100, fallback: 0)
            return try await Demo.run(options)
        }
    }
}

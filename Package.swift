// swift-tools-version: 6.2
import PackageDescription

/// Set by Tests/Fuzz/run: every room is then built for libFuzzer, with a program that feeds it.
let isFuzzing = Context.environment["SYNCNODE_FUZZ"] == "1"

/// The rooms of `Sources/SyncNode` and whom each may know: docs/decisions/0002.
/// Pure rooms first, then the shell; a Tidy test reads this table.
let rooms: [(name: String, knows: [String])] = [
    ("Base", []),
    ("Crypto", ["Base", "COpenSSL"]),
    ("HTTP", ["Base"]),
    ("Change", ["Base", "Crypto"]),
    ("Civil", ["Base"]),
    ("Region", ["Base", "Change", "Civil"]),
    ("Account", ["Base", "Crypto", "Change", "Civil", "Region"]),
    ("Document", ["Base", "Change", "Civil", "Region", "Account"]),
    ("Catalog", ["Base", "Change", "Civil", "Region", "Document"]),
    ("Verdict", ["Base", "Change", "Civil", "Region"]),
    ("Ticket", ["Base", "Crypto", "Change", "Civil", "Region", "Document", "Account", "Verdict"]),
    ("Counter", ["Base", "Crypto", "Change", "Civil", "Region", "Document", "Account", "Verdict"]),
    (
        "Domain",
        [
            "Base", "Change", "Civil", "Region", "Document", "Account", "Catalog", "Verdict",
            "Ticket", "Counter",
        ]
    ),
    ("QR", []),
    ("Console", ["Base", "Account", "QR"]),
    ("Guide", ["Base", "Change", "Civil", "Domain", "Console"]),
    ("Editing", ["Base", "Account", "Domain", "Console", "Guide"]),
    ("Board", ["Base", "Change", "Civil", "Domain", "Guide"]),
    ("Paper", ["Base", "Crypto", "Change", "Civil", "Domain", "Guide"]),
    ("Archive", ["Base", "Crypto", "Change", "Civil", "Domain", "Console", "Guide", "Paper"]),
    ("Replication", ["Base", "Change"]),
    ("Kernel", ["Base", "Change", "Document", "Domain", "Replication"]),
    (
        "API",
        [
            "Base", "Crypto", "HTTP", "Change", "Civil", "Domain", "Account", "Console", "Guide",
            "Board", "Archive", "Editing", "Paper",
        ]
    ),
    ("Enrolment", ["Base", "Crypto"]),
    ("Threads", ["Base"]),
    ("Disk", ["Base", "Crypto", "Kernel", "CLinux"]),
    (
        "Store",
        ["Base", "Crypto", "Change", "Domain", "Kernel", "Threads", "Disk", "CSQLite"]
    ),
    ("Network", ["Base", "HTTP", "Crypto", "COpenSSL", "CCurl", "CZlib", "CLinux"]),
    ("Host", ["Base", "Crypto", "Change", "Domain", "Kernel", "Threads", "CLinux"]),
    (
        "Sessions",
        ["Base", "Crypto", "HTTP", "Change", "Domain", "Account", "API", "Threads", "Host"]
    ),
    (
        "Gate",
        ["Base", "Crypto", "HTTP", "Change", "Domain", "Enrolment", "Network", "Host"]
    ),
    (
        "Blob",
        [
            "Base", "Crypto", "HTTP", "Change", "Replication", "Kernel", "API", "Threads", "Disk",
            "Store", "Network", "Host",
        ]
    ),
    (
        "Vault",
        ["Base", "Crypto", "Change", "Domain", "Kernel", "API", "Store", "Host"]
    ),
    ("Tally", ["Base", "Change", "Civil", "Domain", "Kernel", "Store", "Board", "Guide"]),
    ("Waiting", ["Base", "Civil", "Domain", "Kernel", "Store"]),
    ("Departure", ["Base", "Change", "Domain", "Kernel", "Store"]),
    (
        "Runtime",
        [
            "Base", "Crypto", "HTTP", "Change", "Domain", "Replication", "Kernel", "API",
            "Threads", "Disk", "Store", "Network", "Host", "Account", "Sessions", "Enrolment",
            "Gate", "Blob", "Departure", "Vault", "Paper", "Guide", "Board", "Archive", "Tally",
            "Waiting", "CLinux",
        ]
    ),
    (
        "Demo",
        [
            "Base", "Crypto", "HTTP", "Change", "Domain", "Kernel", "API", "Disk", "Network",
            "Runtime", "Host", "Account",
        ]
    ),
    (
        "Bench",
        [
            "Base", "Account", "Threads", "Crypto", "HTTP", "Change", "Domain", "Replication",
            "Kernel", "API", "Disk",
            "Host", "Store", "Network", "Runtime", "Board", "Civil", "Tally", "CSQLite", "CLinux",
        ]
    ),
    (
        "Simulator",
        ["Base", "Crypto", "HTTP", "Change", "Domain", "Replication", "Kernel", "API", "Account"]
    ),
    (
        "Play",
        [
            "Base", "Account", "Change", "Civil", "Domain", "Guide", "Board", "Paper", "Kernel",
            "Simulator",
        ]
    ),
]

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

func dependency(_ name: String) -> Target.Dependency { .target(name: name) }

/// The rooms whose test doubles a room's tests use beside what it knows itself.
func doubles(of room: String) -> [String] {
    switch room {
    case "Kernel": ["Crypto", "Simulator"]
    case "Region", "Departure", "Guide", "Tally": ["Crypto"]
    default: []
    }
}

let libraries = ["CSQLite", "CCurl", "COpenSSL", "CZlib", "CLinux"]

let fuzzing: [Target] = [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "Base", "Crypto", "HTTP", "Change", "Civil", "Region", "Document", "Domain",
            "Replication", "Runtime", "Support", "CFuzzer",
        ].map(dependency),
        path: "Tests/Fuzz", exclude: ["CFuzzer", "run"],
        swiftSettings: strict, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
]

let package = Package(
    name: "syncnode",
    products: [
        .library(name: "SyncNode", targets: rooms.map(\.name)),
        .executable(name: "node", targets: ["node"]),
    ],
    targets: libraries.map { .systemLibrary(name: $0, path: "Sources/\($0)") }
        + rooms.map { room in
            .target(
                name: room.name,
                dependencies: room.knows.map(dependency),
                path: "Sources/SyncNode/\(room.name)",
                swiftSettings: strict
            )
        }
        + [
            .executableTarget(
                name: "node",
                dependencies: [
                    "Base", "HTTP", "Account", "Domain", "Guide", "Board", "Archive", "Disk",
                    "Host",
                    "Runtime",
                    "Demo",
                    "Bench",
                    "Simulator", "Paper", "Crypto", "Change", "Play",
                    "API",
                ],
                path: "Sources/node",
                swiftSettings: strict
            )
        ]
        + rooms.map { room in
            .testTarget(
                name: "\(room.name)Tests",
                dependencies: (room.knows + [room.name, "Support"] + doubles(of: room.name))
                    .map(dependency),
                path: "Tests/\(room.name)",
                swiftSettings: strict
            )
        }
        + [
            .target(
                name: "Support",
                dependencies: ["Base", "Crypto", "Change", "Domain", "Kernel", "Disk"]
                    .map(dependency),
                path: "Tests/Support", swiftSettings: strict),
            .testTarget(
                name: "ScenariosTests", dependencies: ["Support"], path: "Tests/Scenarios",
                exclude: [
                    "cli.sh", "catalog.sh", "asked.sh", "blobs.sh", "attack.sh", "started.sh",
                    "bad-input", "refused.sh",
                ],
                swiftSettings: strict),
            .testTarget(
                name: "TidyTests", dependencies: ["Base", "Support"], path: "Tests/Tidy",
                swiftSettings: strict),
        ]
        + (isFuzzing ? fuzzing : [])
)

/// The doors by which bytes that nobody here wrote come in. Each reads what it is given, and
/// where that succeeds, what it writes again must be the same.
enum Target: String, CaseIterable {
    /// A change, a batch, a genesis, a scope's name.
    case codec
    /// A message of the exchange.
    case frames
    /// Requests and responses, in whatever pieces.
    case http
    /// A topology file.
    case topology
    /// A bundle file.
    case bundle
    /// A JSON text, by tree and by scanner.
    case json
    /// A command, and the bodies of a directory's changes.
    case command
    /// Changes of admitted peers, with any body, in any scope.
    case fold

    /// Reads the bytes; stops the process where a rule of the program is broken.
    func feed(_ bytes: [UInt8]) {
        switch self {
        case .codec: CodecTarget.feed(bytes)
        case .frames: FrameTarget.feed(bytes)
        case .http: HTTPTarget.feed(bytes)
        case .topology: TopologyTarget.feed(bytes)
        case .bundle: BundleTarget.feed(bytes)
        case .json: JSONTarget.feed(bytes)
        case .command: CommandTarget.feed(bytes)
        case .fold: FoldTarget.feed(bytes)
        }
    }

    /// What the fuzzer starts from.
    var seeds: [[UInt8]] {
        switch self {
        case .codec: CodecTarget.seeds
        case .frames: FrameTarget.seeds
        case .http: HTTPTarget.seeds
        case .topology: TopologyTarget.seeds
        case .bundle: BundleTarget.seeds
        case .json: JSONTarget.seeds
        case .command: CommandTarget.seeds
        case .fold: FoldTarget.seeds
        }
    }
}

/// The target of this run.
enum Chosen {
    /// Set once, before the first input; libFuzzer calls back on the same thread, without a
    /// context that could carry it.
    nonisolated(unsafe) static var target = Target.codec
}

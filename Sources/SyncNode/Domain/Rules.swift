/// What a command leads to: the one door through which anything is decided.
package enum Rules {
    /// - Parameters:
    ///   - desk: The local node, its clerk and the moment.
    ///   - source: The documents as the batch has them by now.
    ///   - custody: Which of custody's rules are in force: all, outside the simulator.
    /// - Throws: What the port throws; a refusal by rule is a decision.
    package static func decide<S: DocumentSource>(
        _ command: Command, at desk: Desk, from source: S, under custody: CustodyRules = .standard
    ) throws(S.Failure) -> Decision {
        switch command {
        case .catalog(let command): try CatalogRules.decide(command, at: desk, from: source)
        case .cases(let command):
            try CaseRules.decide(command, at: desk, from: source, under: custody)
        }
    }
}

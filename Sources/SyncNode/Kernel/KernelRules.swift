package import Domain

/// The rules of admission and authorship, each of which the simulator can switch off to show
/// that its checks notice (PROTOCOL §12). In the product every one is on.
package struct KernelRules: Hashable, Sendable {
    /// I3: a change waits for its dependencies.
    package var checksDependencies = true
    /// I2, I9: hashes are compared, not just numbers.
    package var checksHashes = true
    /// I1: what is counted is stored.
    package var storesWhatItCounts = true
    /// Unknown kinds are stored like any other.
    package var storesUnknownKinds = true
    /// I5: a dropped scope's vector goes with it.
    package var dropsVectorWithScope = true
    /// I23: a scope is dropped only when all of it, not just own changes, is held elsewhere.
    package var drainsEverything = true
    /// Kinds that this binary pretends not to know: the simulator's old binary.
    package var unknownKinds: Set<UInt16> = []

    /// The rules of custody.
    package var custody = CustodyRules.standard

    package init() {}
}

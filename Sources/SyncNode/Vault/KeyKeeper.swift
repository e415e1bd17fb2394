import Base
package import Change
import Crypto
package import Domain

/// Sees to it that each case scope has a key, and that whoever belongs to its audience has it:
/// the scope's own node makes it, whoever holds it wraps it for those who came later, and once
/// somebody has left the next one is made.
package struct KeyKeeper: Sendable {
    private let vault: Vault
    private let own: RegionID
    private let write: @Sendable ([Draft]) async -> Bool

    /// - Parameter write: Has drafts written as the node's own; says whether they were.
    package init(
        _ vault: Vault, of own: RegionID,
        write: @escaping @Sendable ([Draft]) async -> Bool
    ) {
        self.vault = vault
        self.own = own
        self.write = write
    }

    /// Makes a key where a scope has none that this node can open.
    ///
    /// - Returns: Whether there is one now.
    @discardableResult
    package func ensure(_ scope: ScopeName) async -> Bool {
        vault.forget(scope.id)
        if vault.current(scope) != nil { return true }
        let latest = vault.ports.keyrings(scope.id).map(\.generation).max() ?? 0
        guard await write([vault.newKey(of: scope, generation: latest + 1)]) else { return false }
        vault.forget(scope.id)
        return vault.current(scope) != nil
    }

    /// What has to be known again and again while the node runs.
    package struct Watch: Sendable {
        /// Changes whenever the directory, or what is carried, did.
        let version: @Sendable () -> UInt64
        /// What is carried.
        let scopes: @Sendable () -> [ScopeName]
        /// This node's case scope at present; nil while it has no place in the directory.
        let present: @Sendable () -> ScopeName?

        package init(
            version: @escaping @Sendable () -> UInt64,
            scopes: @escaping @Sendable () -> [ScopeName],
            present: @escaping @Sendable () -> ScopeName?
        ) {
            self.version = version
            self.scopes = scopes
            self.present = present
        }
    }

    /// Until the node stops: keys that are waited for, and all of them after a change of the
    /// directory.
    ///
    /// - Parameter rest: Waits a moment; false once the node stops.
    package func keep(_ watch: Watch, rest: @Sendable () async -> Bool) async {
        var seen: UInt64?
        var made: ScopeName?
        repeat {
            if let present = watch.present(), present != made, await ensure(present) {
                made = present
            }
            for scope in vault.wanted { await ensure(scope) }
            let version = watch.version()
            // What could not be written is tried again: nobody else may ever say it.
            if version != seen, await lookOver(watch.scopes()) { seen = version }
        } while await rest()
    }

    /// Looks over the keys of some case scopes after the directory changed: wraps what this node
    /// can open for those of the audience that lack it, and has its own scope begin a new key
    /// once one of those who have the old one is not of the audience any more.
    ///
    /// - Returns: Whether all of that was written.
    @discardableResult
    func lookOver(_ scopes: [ScopeName]) async -> Bool {
        var isWhole = true
        for scope in scopes where scope.family == .cases {
            let audience = vault.ports.audience(scope)
            let named = Set(audience.map(Vault.fingerprint))
            var drafts: [Draft] = []
            var latest: KeyringState?
            for ring in vault.ports.keyrings(scope.id) {
                if latest.map({ ($0.generation, $0.number) < (ring.generation, ring.number) })
                    ?? true
                {
                    latest = ring
                }
                let held = Set(ring.wraps.map(\.to))
                let lacking = audience.filter { !held.contains(Vault.fingerprint($0)) }
                if let draft = vault.moreWraps(of: ring, in: scope, for: lacking) {
                    drafts.append(draft)
                }
            }
            if scope.region == own, let latest, named.count > 1,
                latest.wraps.contains(where: { wrap in
                    !named.contains(wrap.to) && wrap.to != Vault.fingerprint(vault.publicKey)
                })
            {
                drafts.append(vault.newKey(of: scope, generation: latest.generation + 1))
            }
            guard !drafts.isEmpty else { continue }
            if await !write(drafts) { isWhole = false }
            vault.forget(scope.id)
        }
        return isWhole
    }
}

package import Base
package import Change
package import Crypto
package import Domain
import Host
import Synchronization

/// What is personal, sealed and opened: the only place where keys and plain values meet
/// (docs/decisions/0008). Safe from any thread; calls read the store and compute, a few
/// microseconds where the scope's key is known already.
package final class Vault: Sendable {
    /// What it needs of its node. All may be called from any thread.
    package struct Ports: Sendable {
        /// A key's wraps as the store has them; nil where the key is not here.
        let keyring: @Sendable (DocumentKey) -> KeyringState?
        /// All keys of a scope.
        let keyrings: @Sendable (ScopeID) -> [KeyringState]
        /// The key for reading of the nodes that carry a case scope, as far as they are known.
        let audience: @Sendable (ScopeName) -> [AgreementPublicKey]
        /// The key for reading of one region's node: also a neighbouring county's.
        let reader: @Sendable (RegionID) -> AgreementPublicKey?

        package init(
            keyring: @escaping @Sendable (DocumentKey) -> KeyringState?,
            keyrings: @escaping @Sendable (ScopeID) -> [KeyringState],
            audience: @escaping @Sendable (ScopeName) -> [AgreementPublicKey],
            reader: @escaping @Sendable (RegionID) -> AgreementPublicKey?
        ) {
            self.keyring = keyring
            self.keyrings = keyrings
            self.audience = audience
            self.reader = reader
        }
    }

    /// Why an envelope did not open.
    package enum Failure: Error, Hashable, Sendable {
        /// Its key was not wrapped for this node, or not yet.
        case noKey
        /// A bit was changed, or it is none.
        case damaged
    }

    /// A key that this node seals with.
    struct Current: Sendable {
        let number: UInt64
        let generation: Int
        let key: [UInt8]
    }

    private struct State {
        var opened: [DocumentKey: [UInt8]] = [:]
        var current: [ScopeID: Current] = [:]
        var wanted: [ScopeName] = []
    }

    private let agreement: AgreementKey
    private let locator: [UInt8]
    let ports: Ports
    private let state = Mutex(State())

    /// - Parameters:
    ///   - agreement: This node's key for reading.
    ///   - locator: For blind indexes: this node's own, 32 bytes.
    package init(agreement: AgreementKey, locator: [UInt8], ports: Ports) {
        self.agreement = agreement
        self.locator = locator
        self.ports = ports
    }

    /// The first 8 bytes of the hash of a key for reading: how wraps name it.
    package static func fingerprint(_ key: AgreementPublicKey) -> UInt64 {
        Hash.digest([key.suite.rawValue] + key.bytes, suite: .sha256Ed25519).prefix8
    }

    /// This node's own.
    package var publicKey: AgreementPublicKey { agreement.publicKey }

    // MARK: sealing

    /// Seals under a new key of the case's own, that under the scope's.
    ///
    /// - Returns: nil where this node has no key of the scope yet; it is then wanted.
    package func seal(_ person: Person, in scope: ScopeName) -> Envelope? {
        guard let current = current(scope) else { return nil }
        let key = SystemRandom.bytes(FieldCipher.keyBytes)
        let box = FieldCipher.seal(
            person.encoded, key: key, nonce: SystemRandom.bytes(FieldCipher.nonceBytes),
            about: Self.boxed)
        return wrap(key, around: box, in: scope.id, under: current)
    }

    /// Another text of a case under the case's own key, so that one erasure takes both; nil where
    /// this node cannot open that.
    func add(_ person: Person, to envelope: Envelope) -> Envelope? {
        let key: [UInt8]
        do throws(Failure) {
            key = try caseKey(of: envelope)
        } catch {
            return nil
        }
        let box = FieldCipher.seal(
            person.encoded, key: key, nonce: SystemRandom.bytes(FieldCipher.nonceBytes),
            about: Self.boxed)
        return Envelope(
            form: envelope.form, scope: envelope.scope, key: envelope.key,
            wrapped: envelope.wrapped, box: box)
    }

    /// What an envelope holds.
    package func open(_ envelope: Envelope) throws(Failure) -> Person {
        let key = try caseKey(of: envelope)
        guard let person = Person(try Self.open(envelope.box[...], key, Self.boxed)) else {
            throw .damaged
        }
        return person
    }

    // MARK: for others

    /// The same content for other readers; nil where this node cannot open it, or has no key of
    /// theirs: that of a scope is then wanted.
    package func rewrap(_ envelope: Envelope, for reader: EnvelopeReader) -> Envelope? {
        let key: [UInt8]
        do throws(Failure) {
            key = try caseKey(of: envelope)
        } catch {
            return nil
        }
        switch reader {
        case .audience(let scope):
            guard let current = current(scope) else { return nil }
            return wrap(key, around: envelope.box, in: scope.id, under: current)
        case .node(let region):
            guard let publicPart = ports.reader(region),
                let wrapped = Self.seal(key, to: publicPart, about: Self.passed)
            else { return nil }
            return Envelope(
                form: .node, scope: ScopeID(0), key: Self.fingerprint(publicPart), wrapped: wrapped,
                box: envelope.box)
        }
    }

    func wrap(
        _ key: [UInt8], around box: [UInt8], in scope: ScopeID, under current: Current
    ) -> Envelope {
        let wrapped = FieldCipher.seal(
            key, key: current.key, nonce: SystemRandom.bytes(FieldCipher.nonceBytes),
            about: Self.wrapped(scope, current.number))
        return Envelope(
            form: .scopeKey, scope: scope, key: current.number, wrapped: wrapped, box: box)
    }

    func caseKey(of envelope: Envelope) throws(Failure) -> [UInt8] {
        switch envelope.form {
        case .scopeKey:
            guard let key = opened(envelope.keyring, envelope.key) else { throw .noKey }
            return try Self.open(
                envelope.wrapped[...], key, Self.wrapped(envelope.scope, envelope.key))
        case .node:
            guard envelope.key == Self.fingerprint(publicKey) else { throw .noKey }
            do throws(CryptoError) {
                return try Seal.open(envelope.wrapped, with: agreement, associated: Self.passed)
            } catch {
                throw .damaged
            }
        }
    }

    static func open(
        _ box: ArraySlice<UInt8>, _ key: [UInt8], _ about: [UInt8]
    ) throws(Failure) -> [UInt8] {
        do throws(CryptoError) {
            return try FieldCipher.open(box, key: key, about: about)
        } catch {
            throw .damaged
        }
    }

    // MARK: keys of scopes

    /// The key of a scope that is sealed with: of those that this node can open the one of the
    /// latest generation.
    func current(_ scope: ScopeName) -> Current? {
        if let known = state.withLock({ $0.current[scope.id] }) { return known }
        var best: Current?
        for ring in ports.keyrings(scope.id) {
            let place = (ring.generation, ring.number)
            guard place > (best?.generation ?? -1, best?.number ?? 0),
                let key = opened(
                    KeyringState.key(scope: ring.scope, key: ring.number), ring.number, ring)
            else { continue }
            best = Current(number: ring.number, generation: ring.generation, key: key)
        }
        state.withLock { state in
            if let best {
                state.current[scope.id] = best
                state.wanted.removeAll { $0.id == scope.id }
            } else if !state.wanted.contains(scope) {
                state.wanted.append(scope)
            }
        }
        return best
    }

    /// Scopes of which a key was asked for in vain.
    var wanted: [ScopeName] { state.withLock { $0.wanted } }

    /// Looks again which key of a scope is the latest.
    func forget(_ scope: ScopeID) {
        state.withLock { $0.current[scope] = nil }
    }

    /// The key behind a number; nil where it was not wrapped for this node.
    func opened(
        _ place: DocumentKey, _ number: UInt64, _ known: KeyringState? = nil
    ) -> [UInt8]? {
        if let key = state.withLock({ $0.opened[place] }) { return key }
        guard let ring = known ?? ports.keyring(place) else { return nil }
        let own = Self.fingerprint(publicKey)
        for wrap in ring.wraps where wrap.to == own {
            guard let box = Base64.decode(wrap.box) else { continue }
            do throws(CryptoError) {
                let key = try Seal.open(
                    box, with: agreement, associated: Self.given(ring.scope, number))
                guard Self.number(of: key, in: ring.scope) == number else { continue }
                state.withLock { state in
                    if state.opened.count >= Limits.openedKeysMax { state.opened = [:] }
                    state.opened[place] = key
                }
                return key
            } catch {
                // Wrapped wrongly: another wrap may be right.
                continue
            }
        }
        return nil
    }

    /// A new key for a scope, wrapped for its audience and this node.
    func newKey(of scope: ScopeName, generation: Int) -> Draft {
        let key = SystemRandom.bytes(FieldCipher.keyBytes)
        let number = Self.number(of: key, in: scope.id)
        var readers = ports.audience(scope)
        if !readers.contains(publicKey) { readers.append(publicKey) }
        return Draft(
            scope: scope, kind: .scopeKey,
            body: KeyringState.body(
                number: number, generation: generation,
                wraps: readers.compactMap { wrap(key, number, scope.id, for: $0) }))
    }

    /// The key of a ring for nodes that it was not wrapped for; nil where this node cannot.
    func moreWraps(
        of ring: KeyringState, in scope: ScopeName, for readers: [AgreementPublicKey]
    ) -> Draft? {
        let place = KeyringState.key(scope: ring.scope, key: ring.number)
        guard let key = opened(place, ring.number, ring) else { return nil }
        let wraps = readers.compactMap { wrap(key, ring.number, ring.scope, for: $0) }
        guard !wraps.isEmpty else { return nil }
        return Draft(
            scope: scope, kind: .scopeKey,
            body: KeyringState.body(
                number: ring.number, generation: ring.generation, wraps: wraps))
    }

    private func wrap(
        _ key: [UInt8], _ number: UInt64, _ scope: ScopeID, for reader: AgreementPublicKey
    ) -> KeyringState.Wrap? {
        guard let box = Self.seal(key, to: reader, about: Self.given(scope, number)) else {
            return nil
        }
        return KeyringState.Wrap(to: Self.fingerprint(reader), box: Base64.encode(box))
    }

    /// A key's number is its own proof: who opens a wrap sees whether it is the right key.
    private static func number(of key: [UInt8], in scope: ScopeID) -> UInt64 {
        var writer = ByteWriter(capacity: 64)
        writer.write(bytes: "syncnode scope key 1\0".utf8)
        writer.write(scope)
        writer.write(bytes: key)
        return Hash.digest(writer.bytes, suite: .sha256Ed25519).prefix8
    }

    private static func seal(
        _ key: [UInt8], to reader: AgreementPublicKey, about: [UInt8]
    ) -> [UInt8]? {
        do throws(CryptoError) {
            return try Seal.seal(
                key, to: reader, associated: about, ephemeralSeed: SystemRandom.bytes(32))
        } catch {
            return nil
        }
    }

    // MARK: what each is bound to

    private static let boxed = Array("syncnode person 1\0".utf8)
    static let texted = Array("syncnode text 1\0".utf8)
    private static let passed = Array("syncnode passed case key 1\0".utf8)

    private static func wrapped(_ scope: ScopeID, _ number: UInt64) -> [UInt8] {
        about(wrappedMark, scope, number)
    }

    private static func given(_ scope: ScopeID, _ number: UInt64) -> [UInt8] {
        about(givenMark, scope, number)
    }

    private static let wrappedMark = Array("syncnode case key 1\0".utf8)
    private static let givenMark = Array("syncnode given scope key 1\0".utf8)

    private static func about(_ mark: [UInt8], _ scope: ScopeID, _ number: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: mark.count + 16)
        writer.write(bytes: mark)
        writer.write(scope)
        writer.write(number)
        return writer.bytes
    }

    // MARK: blind indexes

    /// What a value is found by on this node and nowhere else: 8 bytes of an HMAC.
    package func token(_ kind: BlindKind, _ value: String, about item: String = "") -> UInt64 {
        let text = "\(kind.rawValue)\0\(item)\0\(kind.normal(value))"
        return Mac.hmac(key: locator, message: Array(text.utf8), suite: .sha256Ed25519).prefix8
    }

    /// All that words may be: a name, a number, a telephone.
    package func tokens(of words: String) -> [UInt64] {
        [token(.idNumber, words), token(.phone, words), token(.name, words)]
    }

    /// All tokens of one case.
    func tokens(of person: Person, item: String) -> [UInt64] {
        var tokens = [token(.name, person.name)]
        if let number = person.idNumber, !number.isEmpty {
            tokens.append(token(.idNumber, number))
            tokens.append(token(.application, number, about: item))
        }
        if let phone = person.phone, !phone.isEmpty { tokens.append(token(.phone, phone)) }
        return tokens
    }
}

/// What a case can be found by although it is sealed.
package enum BlindKind: String, Hashable, Sendable {
    case name, idNumber, phone
    /// One person's application for one item: two of them may be one that was handed in twice.
    case application
    /// A contact of which something was said (评价).
    case contact

    /// Spelled as it is compared: without spaces, letters large, of a phone the digits.
    func normal(_ value: String) -> String {
        switch self {
        case .name, .contact: value.filter { !$0.isWhitespace }
        case .idNumber, .application: value.filter { !$0.isWhitespace }.uppercased()
        case .phone: String(value.filter { $0.isASCII && $0.isNumber }.suffix(11))
        }
    }
}

import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// A key that the fixture's nodes sign with.
struct FixtureSigner: HeadSigner {
    let signing: SigningKey
    let key: IncarnationKey

    init(seed: UInt8, suite: Suite = .sha256Ed25519) throws {
        signing = try SigningKey(suite: suite, seed: [UInt8](repeating: seed, count: 32))
        key = IncarnationKey(signing.publicKey)
    }

    func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }
}

/// One node in memory: a kernel on a simulated journal.
final class FixtureNode {
    let journal: SimulatedJournal
    let kernel: Kernel<SimulatedJournal>
    let signer: FixtureSigner
    let region: RegionID
    private var counter: UInt64
    /// What the randomness of two nodes with one key differs by.
    private let salt: UInt64
    private(set) var effects = Effects()

    init(
        seed: UInt8, region: RegionID, root: SeatRecord? = nil,
        journal: SimulatedJournal = SimulatedJournal(), rules: KernelRules = KernelRules(),
        salt: UInt64 = 0
    ) throws {
        self.journal = journal
        self.region = region
        self.salt = salt
        counter = UInt64(seed) << 32
        signer = try FixtureSigner(seed: seed)
        let node = Digest(bytes: [UInt8](repeating: seed, count: 32))
        let identity = Identity(region: region, node: node, signer: signer)
        let own = SeatRecord(
            region: region, epoch: 1, key: signer.key, node: node, grant: .zero)
        kernel = try Kernel(
            journal: journal, identity: identity, root: root ?? own, rules: rules)
    }

    var seat: SeatRecord {
        SeatRecord(
            region: region, epoch: 1, key: signer.key,
            node: Digest(bytes: [UInt8](repeating: UInt8(counter >> 32), count: 32)),
            grant: .zero)
    }

    /// The node's own word that its incarnation is its region's.
    var proof: SeatProof { .own(region: region, node: seat.node, by: signer.signing) }

    @discardableResult
    func commit(_ submissions: [Submission], at millis: Int64 = 1_000) throws -> [Outcome] {
        let (outcomes, effects) = try kernel.commit(
            submissions, at: Instant(millis: millis)
        ) {
            counter += 1
            let word = counter ^ salt << 16
            return Digest(words: (word, ~word, word &* 0x9E37_79B9_7F4A_7C15, word))
        }
        self.effects = effects
        return outcomes
    }

    /// Goes on under another incarnation of the same node.
    func renew(as signer: FixtureSigner) throws {
        let identity = Identity(
            region: region, node: kernel.identity.node, signer: signer)
        try kernel.adopt(identity)
    }

    /// A note in a scope of this node: no meaning, just a change.
    func note(_ scope: ScopeName, _ text: String, kind: UInt16 = 0x7f01) throws {
        let draft = Draft(
            scope: scope, kind: ChangeKind(rawValue: kind), body: Array(text.utf8))
        try commit([.write([draft])])
    }

    /// What `other` lacks of a scope, as the batch that would go over the wire.
    func batch(of scope: ScopeName, for other: FixtureNode) throws -> ChangeBatch? {
        let known = other.kernel.knowledge(of: scope.id)?.vector.heads ?? []
        let run = try journal.run(
            of: scope.id, after: known.map { Dot(actor: $0.actor, seq: $0.seq) }, except: [])
        guard !run.changes.isEmpty else { return nil }
        let batch = ChangeBatch(scope: scope.id, changes: run.changes, heads: run.heads) { actor in
            kernel.knowledge(of: scope.id)?.chain(actor)?.suite ?? .sha256Ed25519
        }
        var writer = ByteWriter()
        batch.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        return try ChangeBatch.decode(from: &reader)
    }

    /// Takes in what `other` has; nil where it has nothing new.
    func pull(_ scope: ScopeName, from other: FixtureNode) throws -> AdmissionReport? {
        guard let batch = try other.batch(of: scope, for: self) else { return nil }
        return try admit(batch, scope)
    }

    func admit(_ batch: ChangeBatch, _ scope: ScopeName) throws -> AdmissionReport? {
        let good = batch.verify { actor in
            (kernel.knowledge(of: scope.id)?.chain(actor)?.key).flatMap { key in
                guard case .success(let parsed) = Result(catching: { try VerifyingKey(key) })
                else { return nil }
                return parsed
            }
        }
        let outcomes = try commit([.admit(batch, name: scope, good: good.map { $0 == .good })])
        guard case .admitted(let report) = try #require(outcomes.first) else { return nil }
        return report
    }

    func vector(_ scope: ScopeName) -> VersionVector {
        kernel.knowledge(of: scope.id)?.vector ?? VersionVector()
    }
}

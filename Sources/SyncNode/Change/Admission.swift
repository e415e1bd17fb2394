package import Base
package import Crypto

/// What a node keeps of one chain.
package struct ChainState: Hashable, Sendable {
    package let key: PublicKey
    /// The node that the chain's incarnation belongs to.
    package let node: Digest
    package var head: ChainHead
    /// Set once two contents were proven for one number: nothing more is admitted.
    package var quarantined: Bool

    package init(key: PublicKey, node: Digest, head: ChainHead, quarantined: Bool = false) {
        self.key = key
        self.node = node
        self.head = head
        self.quarantined = quarantined
    }

    /// Whose chain it is.
    package var actor: ActorID { head.actor }
    /// The suite of the chain's key.
    package var suite: Suite { key.suite }
}

/// Why a change may not be stored. These four and no others (PROTOCOL §5); everything else is
/// judged after storing.
package enum Refusal: Hashable, Sendable {
    /// Bytes that are no change, or a signature that does not hold.
    case badBytes(String)
    /// `previous` is not the hash of the change before it.
    case wrongPrevious
    /// Not the number after the last: the one expected is given.
    case notNext(expected: Seq)
    /// A dependency that this node has not admitted, or has with another hash.
    case missingDep(Dot)
}

/// What admission says of one change.
package enum AdmissionVerdict: Hashable, Sendable {
    case admit
    /// Same number, same hash: harmless.
    case duplicate
    /// Same number, another hash: proof that a number was used twice. The held hash is given.
    case fork(held: Digest)
    case refuse(Refusal)
}

/// The rules of admission (PROTOCOL §5), as one pure function. Signatures are checked before,
/// over whole batches (`ChangeBatch.verify`).
package enum Admission {
    /// - Parameters:
    ///   - chain: What is known of the change's actor; nil before its genesis.
    ///   - isQuarantined: Whether a chain was proven to be forked here. What rests on it is not
    ///     held up: carriers may hold either branch, and the rest of the scope goes on.
    ///   - hashOf: The hash held at a dot of this scope; nil where nothing is held.
    package static func judge<Failure: Error>(
        _ change: Change, chain: ChainState?,
        isQuarantined: (ActorID) -> Bool = { _ in false },
        hashOf: (Dot) throws(Failure) -> Digest?
    ) throws(Failure) -> AdmissionVerdict {
        let known = chain?.head.seq ?? .none
        if change.header.seq <= known {
            guard let held = try hashOf(change.dot) else { return .duplicate }
            return held == change.hash ? .duplicate : .fork(held: held)
        }
        guard change.header.seq == known.next else {
            return .refuse(.notNext(expected: known.next))
        }
        if let chain {
            guard change.header.previous == chain.head.hash else {
                return .refuse(.wrongPrevious)
            }
        } else {
            guard Genesis.founding(change) != nil else { return .refuse(.wrongPrevious) }
        }
        for dep in change.header.deps where !isQuarantined(dep.actor) {
            let dot = Dot(actor: dep.actor, seq: dep.seq)
            guard try hashOf(dot)?.prefix16 == dep.hash else {
                return .refuse(.missingDep(dot))
            }
        }
        return .admit
    }
}

extension ChangeBatch {
    /// What the signature check says of one segment.
    package enum Verification: Hashable, Sendable {
        case good
        /// Neither the batch nor the caller knows the actor's key: its genesis must come first.
        case keyUnknown
        case bad(String)
    }

    /// Checks each segment's signature and, where it starts with one, its genesis. About one
    /// signature check a segment: 100 µs (Ed25519), 290 µs (SM2).
    ///
    /// - Parameter key: The verifying key of an actor whose genesis is already held.
    package func verify(key: (ActorID) -> VerifyingKey?) -> [Verification] {
        segments.indices.map { index in
            let segment = segments[index]
            guard !segment.signature.isEmpty else { return .bad("no signed head") }
            let message = SignedHead.message(scope: scope, head: segment.last)
            if let known = key(segment.actor) {
                guard known.publicKey.suite == segment.suite else { return .bad("suite") }
                return known.verify(segment.signature, of: message)
                    ? .good : .bad("signature")
            }
            guard segment.firstSeq == Seq(1) else { return .keyUnknown }
            guard let genesis = foundingKey(of: index), genesis.key.suite == segment.suite else {
                return .bad("genesis")
            }
            do throws(CryptoError) {
                let key = try VerifyingKey(genesis.key)
                return key.verify(segment.signature, of: message) ? .good : .bad("signature")
            } catch {
                return .bad("genesis key")
            }
        }
    }
}

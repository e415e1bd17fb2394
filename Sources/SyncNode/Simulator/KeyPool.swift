import Base
import Change
import Crypto
import Domain
import Kernel

/// Incarnations for simulated nodes: real public keys, made once a process, with a signature
/// that costs one hash. What a signature proves is proven by the Crypto and Change tests; here
/// it only has to be wrong when a byte is.
enum KeyPool {
    private static let size = 1024
    private static let keys: [IncarnationKey] = (0..<size).map(made)

    static func key(_ index: Int) -> IncarnationKey {
        index < size ? keys[index] : made(index)
    }

    private static let seeds = Dictionary(
        zip(keys, (0..<size).map(seed)), uniquingKeysWith: { first, _ in first })

    private static func seed(_ index: Int) -> [UInt8] {
        ExchangeHash.digest(Array("simulated key \(index)".utf8)).bytes
    }

    private static func made(_ index: Int) -> IncarnationKey {
        let seed = seed(index)
        do throws(CryptoError) {
            return IncarnationKey(try SigningKey(suite: .sha256Ed25519, seed: seed).publicKey)
        } catch {
            invariant(false, "any 32 bytes are a key of suite 1")
            return made(index + size)
        }
    }

    /// Seats are proven with real signatures: each is made once and checked at each boot.
    static func proof(of key: IncarnationKey, region: RegionID, node: Digest) -> SeatProof {
        let message = SeatProof.ownMessage(region: region, key: key, node: node)
        guard let seed = seeds[key] else {
            invariant(false, "a simulated key is of the pool")
            return .own(signature: signature(message, by: key.publicKey))
        }
        do throws(CryptoError) {
            let signing = try SigningKey(suite: .sha256Ed25519, seed: seed)
            return .own(signature: signing.sign(message))
        } catch {
            invariant(false, "any 32 bytes are a key of suite 1")
            return .own(signature: signature(message, by: key.publicKey))
        }
    }

    /// The enrolment key of a root's node, which passes its seat on.
    static func nodeKey(_ code: RegionCode) -> SigningKey? {
        let seed = ExchangeHash.digest(Array("node key \(code.text)".utf8)).bytes
        do throws(CryptoError) {
            return try SigningKey(suite: .sha256Ed25519, seed: seed)
        } catch {
            invariant(false, "any 32 bytes are a key of suite 1")
            return nil
        }
    }

    /// H(enrolment key): of a root's node, whose key is used; a name for any other.
    /// - Parameter machine: Not 0 for one that took another's place.
    static func nodeID(
        _ place: SimulatedTopology.Place, isTwin: Bool = false, machine: Int = 0
    ) -> Digest {
        guard place.parent == nil, !isTwin, let key = nodeKey(place.code)?.publicKey else {
            let name = isTwin ? "twin" : machine > 0 ? "machine \(machine)" : "node"
            return ExchangeHash.digest(Array("\(name) \(place.code.text)".utf8))
        }
        return Hash.digest(key.bytes, suite: key.suite)
    }

    static func signature(_ message: [UInt8], by key: PublicKey) -> [UInt8] {
        let half = Hash.digest(key.bytes, message, suite: .sha256Ed25519).bytes
        return half + half
    }
}

/// The cheap signer of one incarnation.
struct SimulatedSigner: HeadSigner {
    let key: IncarnationKey

    func sign(_ message: [UInt8]) -> [UInt8] {
        KeyPool.signature(message, by: key.publicKey)
    }
}

extension ChangeBatch {
    /// Which segments a signature covers, by keys that the node knows or the batch brings.
    func good(known: (ActorID) -> PublicKey?) -> [Bool] {
        segments.indices.map { index in
            let segment = segments[index]
            guard let key = known(segment.actor) ?? foundingKey(of: index)?.key else {
                return false
            }
            let message = SignedHead.message(scope: scope, head: segment.last)
            return segment.signature == KeyPool.signature(message, by: key)
        }
    }
}

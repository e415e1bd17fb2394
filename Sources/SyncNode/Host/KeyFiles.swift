package import Base
package import Change
package import Crypto
import Glibc
import Kernel

/// The keys of a node: `keys/` in its directory, each file 64 hexadecimal digits, mode 0600.
package struct KeyFiles: Sendable {
    /// Why keys could not be read or written, as one sentence that says what to do.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String

        package init(sentence: String) { self.sentence = sentence }
    }

    /// The key of the node itself: its identity for ever.
    package let node: SigningKey
    /// The key of this incarnation: made anew after a rollback, a clone or a loss.
    package let incarnation: SigningKey
    /// For opening sealed bundles.
    package let agreement: AgreementKey

    /// H(enrolment public key).
    package var nodeID: Digest {
        Hash.digest(node.publicKey.bytes, suite: node.publicKey.suite)
    }

    /// Makes and stores new keys. The folder must not hold any yet.
    package static func create(in folder: String, suite: Suite) throws(Failure) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw Failure(sentence: "cannot make \(folder): \(systemError())")
        }
        for name in ["node", "incarnation", "agreement"] {
            try store(newSeed(suite), named: name, suite: suite, in: folder, replace: false)
        }
    }

    /// Replaces the incarnation's key (PROTOCOL §6).
    package static func renewIncarnation(in folder: String, suite: Suite) throws(Failure) {
        try store(newSeed(suite), named: "incarnation", suite: suite, in: folder, replace: true)
    }

    package init(folder: String) throws(Failure) {
        node = try Self.signingKey("node", in: folder)
        incarnation = try Self.signingKey("incarnation", in: folder)
        let (suite, seed) = try Self.load("agreement", in: folder)
        do throws(CryptoError) {
            agreement = try AgreementKey(suite: suite, seed: seed)
        } catch {
            throw Failure(sentence: "\(folder)/agreement is no key: restore it from a backup")
        }
    }

    private static func newSeed(_ suite: Suite) -> [UInt8] {
        while true {
            let seed = SystemRandom.bytes(32)
            do throws(CryptoError) {
                _ = try SigningKey(suite: suite, seed: seed)
                return seed
            } catch {
                continue
            }
        }
    }

    private static func signingKey(
        _ name: String, in folder: String
    ) throws(Failure) -> SigningKey {
        let (suite, seed) = try load(name, in: folder)
        do throws(CryptoError) {
            return try SigningKey(suite: suite, seed: seed)
        } catch {
            throw Failure(sentence: "\(folder)/\(name) is no key: restore it from a backup")
        }
    }

    private static func load(
        _ name: String, in folder: String
    ) throws(Failure) -> (Suite, [UInt8]) {
        let path = "\(folder)/\(name)"
        let text = try SmallFile.read(path, limit: 256)
        let words = text.split(separator: 0x20)
        guard words.count == 2, let number = UInt8(String(decoding: words[0], as: UTF8.self)),
            let suite = Suite(rawValue: number),
            let seed = Hex.decode(
                String(decoding: words[1].filter { $0 != 0x0a }, as: UTF8.self)),
            seed.count == 32
        else {
            throw Failure(sentence: "\(path) is not a key file: restore it from a backup")
        }
        return (suite, seed)
    }

    private static func store(
        _ seed: [UInt8], named name: String, suite: Suite, in folder: String, replace: Bool
    ) throws(Failure) {
        let line = "\(suite.rawValue) \(Hex.encode(seed))\n"
        try SmallFile.write(
            Array(line.utf8), to: "\(folder)/\(name)", mode: 0o600, replace: replace)
    }

    /// The system's words for its last error.
    package static func systemError() -> String { String(cString: strerror(errno)) }
}

/// Signs with the incarnation's real key.
package struct IncarnationSigner: HeadSigner {
    private let signing: SigningKey
    package let key: IncarnationKey

    package init(_ signing: SigningKey) {
        self.signing = signing
        key = IncarnationKey(signing.publicKey)
    }

    package func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }
}

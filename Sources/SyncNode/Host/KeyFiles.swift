package import Base
package import Change
package import Crypto
import Glibc
import Kernel

/// The keys of a node: `keys/` in its directory, a line of hexadecimal digits each, mode 0600.
/// The one that reads what is personal is sealed under a `KeySecret`, the others under it
/// (docs/decisions/0013).
package struct KeyFiles: Sendable {
    /// Why keys could not be read or written, as one sentence that says what to do.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String
        /// The same in Chinese; the English one where nobody wrote it.
        package let chinese: String
        /// As CONTRACT §2 says: 2 a wrong word, 3 the node's data or disk, 5 not permitted.
        package let exitCode: Int32

        package init(sentence: String, chinese: String? = nil, exitCode: Int32 = 3) {
            self.sentence = sentence
            self.chinese = chinese ?? sentence
            self.exitCode = exitCode
        }
    }

    /// The key of the node itself: its identity for ever.
    package let node: SigningKey
    /// The key of this incarnation: made anew after a rollback, a clone or a loss.
    package let incarnation: SigningKey
    /// For opening sealed bundles.
    package let agreement: AgreementKey
    /// For the blind indexes by which a person's cases are found: this node's own.
    package let locator: [UInt8]
    /// For attachments as they lie on this node's disk.
    package let store: [UInt8]
    /// What the private keys lie under.
    package let cover: KeyCover

    /// H(enrolment public key).
    package var nodeID: Digest {
        Hash.digest(node.publicKey.bytes, suite: node.publicKey.suite)
    }

    /// Makes and stores new keys. The folder must not hold any yet.
    ///
    /// - Parameter secret: What the key for reading lies under from now on.
    package static func create(
        in folder: String, suite: Suite, under secret: KeySecret
    ) throws(Failure) {
        try SmallFile.makeFolder(folder)
        let seed = newSeed(suite)
        let cover = KeyCover(seed: seed)
        for name in ["node", "incarnation"] {
            try write(newSeed(suite), name, suite, in: folder, under: cover, replace: false)
        }
        try seal(seed, suite, in: folder, under: secret, replace: false)
    }

    /// Has the keys lie under another secret: one file is written anew.
    package static func reseal(
        in folder: String, from old: KeySecret, to new: KeySecret
    ) throws(Failure) {
        let (suite, seed) = try open(in: folder, with: old)
        try seal(seed, suite, in: folder, under: new, replace: true)
    }

    /// Replaces the incarnation's key (PROTOCOL §6).
    package static func renewIncarnation(
        in folder: String, suite: Suite, under cover: KeyCover
    ) throws(Failure) {
        try write(newSeed(suite), "incarnation", suite, in: folder, under: cover, replace: true)
    }

    /// What the private keys in a folder lie under.
    ///
    /// - Throws: exit code 5 where the secret is another one.
    package static func cover(
        in folder: String, with secret: KeySecret
    ) throws(Failure) -> KeyCover {
        KeyCover(seed: try open(in: folder, with: secret).1)
    }

    /// - Throws: exit code 5 where the secret does not open the key for reading.
    package init(folder: String, secret: KeySecret) throws(Failure) {
        let (suite, seed) = try Self.open(in: folder, with: secret)
        cover = KeyCover(seed: seed)
        node = try Self.signingKey("node", in: folder, under: cover)
        incarnation = try Self.signingKey("incarnation", in: folder, under: cover)
        agreement = try Self.agreementKey(suite, seed, in: folder)
        locator = Self.derived("syncnode blind index", from: seed)
        store = Self.derived("syncnode stored files", from: seed)
    }

    /// For attachments alone: also of a backup, which has no key of an incarnation.
    ///
    /// - Throws: exit code 5 where the secret is another one.
    package static func storeKey(
        in folder: String, with secret: KeySecret
    ) throws(Failure) -> [UInt8] {
        derived("syncnode stored files", from: try open(in: folder, with: secret).1)
    }

    private static func derived(_ use: String, from seed: [UInt8]) -> [UInt8] {
        KeyDerivation.hkdf(
            secret: seed, salt: [], info: Array(use.utf8), length: 32, suite: .sha256Ed25519)
    }

    /// Reads the keys that outlive an incarnation.
    /// - Throws: Where one is missing or is none; that of the incarnation is not looked at.
    package static func checkLasting(in folder: String) throws(Failure) {
        _ = try load("node", in: folder)
        _ = try sealed(in: folder)
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
        _ name: String, in folder: String, under cover: KeyCover
    ) throws(Failure) -> SigningKey {
        let (suite, digits) = try load(name, in: folder)
        let seed = try cover.open(
            digits, as: "\(name) \(suite.rawValue)", from: "\(folder)/\(name)")
        do throws(CryptoError) {
            return try SigningKey(suite: suite, seed: seed)
        } catch {
            throw .noKey("\(folder)/\(name)")
        }
    }

    private static func agreementKey(
        _ suite: Suite, _ seed: [UInt8], in folder: String
    ) throws(Failure) -> AgreementKey {
        do throws(CryptoError) {
            return try AgreementKey(suite: suite, seed: seed)
        } catch {
            throw .noKey("\(folder)/agreement")
        }
    }

    // MARK: the key for reading

    private static func seal(
        _ seed: [UInt8], _ suite: Suite, in folder: String, under secret: KeySecret,
        replace: Bool
    ) throws(Failure) {
        let box = try SealedSeed(seed, under: secret, about: [suite.rawValue])
        let line = "sealed \(suite.rawValue) \(box.derivation) \(Hex.encode(box.box))\n"
        try SmallFile.write(
            Array(line.utf8), to: "\(folder)/agreement", mode: 0o600, replace: replace)
    }

    private static func open(
        in folder: String, with secret: KeySecret
    ) throws(Failure) -> (Suite, [UInt8]) {
        let (suite, box) = try sealed(in: folder)
        let seed = try box.open(with: secret, about: [suite.rawValue])
        guard seed.count == 32 else { throw .noKey("\(folder)/agreement") }
        return (suite, seed)
    }

    private static func sealed(in folder: String) throws(Failure) -> (Suite, SealedSeed) {
        let path = "\(folder)/agreement"
        guard SmallFile.exists(path) else {
            throw Failure(
                sentence: "the key \(path) is missing: restore it from a backup",
                chinese: "缺少密钥 \(path)，请从备份恢复")
        }
        let text = try SmallFile.read(path, limit: Limits.keySecretFileBytesMax)
        let words = text.filter { $0 != 0x0a }.split(separator: 0x20)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 4, words[0] == "sealed",
            let suite = UInt8(words[1]).flatMap(Suite.init(rawValue:)),
            let box = Hex.decode(words[3])
        else {
            // Before 0008 it lay there as it is, and cases with it: neither is read any more.
            throw .noKey(path)
        }
        return (suite, SealedSeed(derivation: words[2], box: box))
    }

    /// The suite of a key, and its seed as it lies there.
    private static func load(
        _ name: String, in folder: String
    ) throws(Failure) -> (Suite, String) {
        let path = "\(folder)/\(name)"
        guard SmallFile.exists(path) else {
            throw Failure(
                sentence: "the key \(path) is missing: restore it from a backup",
                chinese: "缺少密钥 \(path)，请从备份恢复")
        }
        let text = try SmallFile.read(path, limit: 256)
        let words = text.filter { $0 != 0x0a }.split(separator: 0x20)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[0] == "sealed",
            let suite = UInt8(words[1]).flatMap(Suite.init(rawValue:))
        else { throw .noKey(path) }
        return (suite, words[2])
    }

    private static func write(
        _ seed: [UInt8], _ name: String, _ suite: Suite, in folder: String,
        under cover: KeyCover, replace: Bool
    ) throws(Failure) {
        let digits = try cover.seal(seed, as: "\(name) \(suite.rawValue)")
        try SmallFile.write(
            Array("sealed \(suite.rawValue) \(digits)\n".utf8), to: "\(folder)/\(name)",
            mode: 0o600, replace: replace)
    }
}

extension KeyFiles.Failure {
    /// A file that holds something else than a key.
    static func noKey(_ path: String) -> KeyFiles.Failure {
        KeyFiles.Failure(
            sentence: "\(path) is not a key file: restore it from a backup",
            chinese: "\(path) 不是密钥文件，请从备份恢复")
    }

    /// A file that could not be read, by the system's error number.
    static func system(_ number: Int32, reading path: String) -> KeyFiles.Failure {
        switch number {
        case ENOENT, ENOTDIR:
            KeyFiles.Failure(
                sentence: "there is no file \(path)", chinese: "没有文件 \(path)", exitCode: 2)
        case EACCES, EPERM:
            KeyFiles.Failure(
                sentence: "\(path) is not this user's: run it as the user that made the node",
                chinese: "\(path) 不属于当前用户，请用建立该节点的用户运行", exitCode: 5)
        default:
            KeyFiles.Failure(
                sentence: "cannot read \(path): \(words(number))",
                chinese: "无法读取 \(path)：\(words(number))")
        }
    }

    /// A file that could not be written, by the system's error number.
    static func system(_ number: Int32, writing path: String) -> KeyFiles.Failure {
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            KeyFiles.Failure(
                sentence: "cannot write \(path): the disk is full. Make room and try again",
                chinese: "无法写入 \(path)：磁盘已满，请腾出空间后重试")
        case EACCES, EPERM, EROFS:
            KeyFiles.Failure(
                sentence: "\(path) cannot be written by this user: "
                    + "run it as the owner, on a disk mounted for writing",
                chinese: "当前用户不能写入 \(path)，请用其所有者运行，并确认磁盘可写",
                exitCode: 5)
        case ENOENT, ENOTDIR:
            KeyFiles.Failure(
                sentence: "cannot write \(path): make the folder around it first",
                chinese: "无法写入 \(path)，请先建立其上级目录", exitCode: 2)
        default:
            KeyFiles.Failure(
                sentence: "cannot write \(path): \(words(number))",
                chinese: "无法写入 \(path)：\(words(number))")
        }
    }

    private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
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

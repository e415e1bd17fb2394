import Base
import Crypto
import Glibc
import Synchronization

/// What a node's private keys for reading lie under: a passphrase that the operator gives at the
/// start, or a secret that the machine keeps outside the data directory (docs/decisions/0008).
package struct KeySecret: Sendable {
    fileprivate let bytes: [UInt8]
    /// Whether people remember it: it is then stretched (scrypt).
    fileprivate let isWeak: Bool
    /// Where it came from, for sentences.
    package let source: String

    /// - Parameter bytes: The secret; 32 bytes and more are taken to be random.
    package init(_ bytes: [UInt8], source: String, isPassphrase: Bool = false) {
        self.bytes = bytes
        isWeak = isPassphrase || bytes.count < Limits.keySecretBytesMin
        self.source = source
    }

    /// The secret that a file holds, without the end of its line.
    ///
    /// - Throws: exit code 2 where it is missing or too short.
    package init(file path: String) throws(KeyFiles.Failure) {
        self = try Self.read(path)
    }

    /// The name of a systemd credential, and of the file beside a data directory.
    package static let fileName = "syncnode.secret"

    private static let given = Mutex<KeySecret?>(nil)

    /// What a person typed at the start of this process: goes before everything else.
    package static func give(passphrase: [UInt8]) {
        let secret = KeySecret(passphrase, source: "the passphrase", isPassphrase: true)
        given.withLock { $0 = secret }
    }

    /// The secret for a data directory, looked for in this order: what was typed, the file that
    /// `SYNCNODE_SECRET` names, systemd's credential, the file beside the data directory.
    ///
    /// - Throws: exit code 5, with a sentence that names the places, where there is none.
    package static func find(for data: String) throws(KeyFiles.Failure) -> KeySecret {
        if let typed = given.withLock({ $0 }) { return typed }
        for path in places(for: data) where SmallFile.exists(path) { return try read(path) }
        let beside = beside(data)
        throw KeyFiles.Failure(
            sentence: "no secret opens \(data): give --passphrase, SYNCNODE_SECRET, the systemd "
                + "credential \(fileName), or put the file \(beside) back",
            chinese: "没有能打开 \(data) 的密钥口令：请用 --passphrase、SYNCNODE_SECRET、"
                + "systemd 凭据 \(fileName)，或放回文件 \(beside)",
            exitCode: 5)
    }

    /// The same for a node that is being made: where there is none, a new one is made in the file
    /// beside the data directory. That is for a demo and for tests; docs/OPERATING.md says how a
    /// station keeps it.
    package static func findOrMake(for data: String) throws(KeyFiles.Failure) -> KeySecret {
        if let typed = given.withLock({ $0 }) { return typed }
        for path in places(for: data) where SmallFile.exists(path) { return try read(path) }
        if let named = environment("SYNCNODE_SECRET") {
            throw KeyFiles.Failure(
                sentence: "SYNCNODE_SECRET names \(named), which is not there",
                chinese: "SYNCNODE_SECRET 指向的 \(named) 不存在", exitCode: 2)
        }
        let path = beside(data)
        let line = Hex.encode(SystemRandom.bytes(Limits.keySecretBytesMin)) + "\n"
        do throws(KeyFiles.Failure) {
            try SmallFile.write(Array(line.utf8), to: path, mode: 0o600, replace: false)
        } catch {
            // Another process made it in between.
            guard SmallFile.exists(path) else { throw error }
        }
        return try read(path)
    }

    /// Beside the data directory, never in it: who copies the directory does not have it.
    private static func beside(_ data: String) -> String {
        var parts = data.split(separator: "/", omittingEmptySubsequences: true)
        while parts.last == "." { parts.removeLast() }
        guard let last = parts.last, last != ".." else { return data + "/../" + fileName }
        let root = data.hasPrefix("/") ? "/" : ""
        return root + parts.dropLast().map { $0 + "/" }.joined() + fileName
    }

    private static func places(for data: String) -> [String] {
        if let named = environment("SYNCNODE_SECRET") { return [named] }
        var places: [String] = []
        if let folder = environment("CREDENTIALS_DIRECTORY") {
            places.append(folder + "/" + fileName)
        }
        return places + [beside(data)]
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    private static func read(_ path: String) throws(KeyFiles.Failure) -> KeySecret {
        var bytes = try SmallFile.read(path, limit: Limits.keySecretFileBytesMax)
        while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
        guard bytes.count >= Limits.passphraseBytesMin else {
            throw KeyFiles.Failure(
                sentence: "\(path) is shorter than \(Limits.passphraseBytesMin) bytes: "
                    + "it protects nothing",
                chinese: "\(path) 不足 \(Limits.passphraseBytesMin) 字节，起不到保护作用", exitCode: 2)
        }
        return KeySecret(bytes, source: path)
    }
}

/// A key file's content under a secret: how the key was derived stands in front, so that the cost
/// can grow.
struct SealedSeed {
    /// `hkdf:SALT` or `scrypt:N:R:P:SALT`.
    let derivation: String
    let box: [UInt8]

    private static let cost = (n: 1 << 15, r: 8, p: 1)

    init(_ seed: [UInt8], under secret: KeySecret, about: [UInt8]) throws(KeyFiles.Failure) {
        let salt = SystemRandom.bytes(16)
        let (n, r, p) = Self.cost
        derivation =
            secret.isWeak
            ? "scrypt:\(n):\(r):\(p):\(Hex.encode(salt))" : "hkdf:\(Hex.encode(salt))"
        guard let key = Self.key(derivation, secret) else { throw .wrongSecret(secret) }
        do throws(CryptoError) {
            box = try SecretBox.seal(
                seed, key: key, nonce: SystemRandom.bytes(SecretBox.nonceBytes), about: about)
        } catch {
            throw .wrongSecret(secret)
        }
    }

    init(derivation: String, box: [UInt8]) {
        self.derivation = derivation
        self.box = box
    }

    /// - Throws: exit code 5 where the secret is another one, or a bit was changed.
    func open(with secret: KeySecret, about: [UInt8]) throws(KeyFiles.Failure) -> [UInt8] {
        guard let key = Self.key(derivation, secret) else { throw .wrongSecret(secret) }
        do throws(CryptoError) {
            return try SecretBox.open(box, key: key, about: about)
        } catch {
            throw .wrongSecret(secret)
        }
    }

    /// nil where the derivation is none that this version knows, or costs more than is allowed.
    private static func key(_ derivation: String, _ secret: KeySecret) -> [UInt8]? {
        let words = derivation.split(separator: ":").map(String.init)
        guard let salt = words.last.flatMap(Hex.decode), salt.count == 16 else { return nil }
        if words.count == 2, words[0] == "hkdf" {
            return KeyDerivation.hkdf(
                secret: secret.bytes, salt: salt, info: Array("syncnode key file".utf8),
                length: 32, suite: .sha256Ed25519)
        }
        guard words.count == 5, words[0] == "scrypt", let n = Int(words[1]), let r = Int(words[2]),
            let p = Int(words[3])
        else { return nil }
        do throws(CryptoError) {
            return try KeyDerivation.scrypt(
                password: secret.bytes, salt: salt, n: n, r: r, p: p, length: 32)
        } catch {
            return nil
        }
    }
}

extension KeyFiles.Failure {
    /// A secret that does not open a key file.
    static func wrongSecret(_ secret: KeySecret) -> KeyFiles.Failure {
        KeyFiles.Failure(
            sentence: "\(secret.source) does not open this node's keys: "
                + "it is another node's or was mistyped",
            chinese: "\(secret.source) 打不开本节点的密钥：不是本节点的，或输入有误", exitCode: 5)
    }
}

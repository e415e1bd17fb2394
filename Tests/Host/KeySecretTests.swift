import Base
import Foundation
import Support
import Testing

@testable import Host

/// Keys under a secret.
@Suite struct KeySecretTests {
    private func made(_ secret: KeySecret) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try SmallFile.makeFolder(folder.directory.path)
        try KeyFiles.create(in: folder.directory.path + "/keys", suite: .sm3SM2, under: secret)
        return folder
    }

    private func line(_ folder: TemporaryFolder) throws -> String {
        try String(contentsOfFile: folder.directory.path + "/keys/agreement", encoding: .utf8)
    }

    @Test func aPassphraseIsStretched() throws {
        let secret = KeySecret(Array("zwölf Zeichen".utf8), source: "typed", isPassphrase: true)
        let folder = try made(secret)
        #expect(try line(folder).hasPrefix("sealed 2 scrypt:32768:8:1:"))
        let keys = folder.directory.path + "/keys"
        let right = try KeyFiles(folder: keys, secret: secret).agreement.publicKey
        let wrong = KeySecret(Array("zwölf zeichen".utf8), source: "typed", isPassphrase: true)
        let failure = #expect(throws: KeyFiles.Failure.self) {
            try KeyFiles(folder: keys, secret: wrong)
        }
        #expect(failure?.exitCode == 5)
        let random = KeySecret(Array(repeating: 9, count: 32), source: "a file")
        try KeyFiles.reseal(in: keys, from: secret, to: random)
        #expect(try line(folder).hasPrefix("sealed 2 hkdf:"))
        #expect(try KeyFiles(folder: keys, secret: random).agreement.publicKey == right)
        #expect(throws: KeyFiles.Failure.self) { try KeyFiles(folder: keys, secret: secret) }
    }

    @Test func aKeyInTheClearIsRefused() throws {
        let secret = KeySecret(Array(repeating: 9, count: 32), source: "a file")
        let folder = try made(secret)
        let path = folder.directory.path + "/keys/agreement"
        try ("2 " + String(repeating: "1", count: 64) + "\n")
            .write(toFile: path, atomically: true, encoding: .utf8)
        let failure = #expect(throws: KeyFiles.Failure.self) {
            try KeyFiles(folder: folder.directory.path + "/keys", secret: secret)
        }
        #expect(failure?.sentence.contains("not a key file") == true && failure?.exitCode == 3)
    }

    @Test func noPrivateKeyLiesInTheClear() throws {
        let secret = KeySecret(Array(repeating: 9, count: 32), source: "a file")
        let folder = try made(secret)
        let path = folder.directory.path + "/keys"
        let keys = try KeyFiles(folder: path, secret: secret)
        for name in ["node", "incarnation"] {
            let line = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
            #expect(line.hasPrefix("sealed 2 ") && line.count > 2 * 64, "\(name)")
        }
        let other = KeySecret(Array(repeating: 8, count: 32), source: "a file")
        #expect(throws: KeyFiles.Failure.self) { try KeyFiles.cover(in: path, with: other) }
        // One key in another's place, and one as it lay before.
        let own = try String(contentsOfFile: path + "/node", encoding: .utf8)
        for text in [
            try String(contentsOfFile: path + "/incarnation", encoding: .utf8),
            "2 " + String(repeating: "1", count: 64) + "\n",
        ] {
            try text.write(toFile: path + "/node", atomically: true, encoding: .utf8)
            let failure = #expect(throws: KeyFiles.Failure.self) {
                try KeyFiles(folder: path, secret: secret)
            }
            #expect(failure?.sentence.contains("/node is not a key file") == true)
        }
        try own.write(toFile: path + "/node", atomically: true, encoding: .utf8)
        try KeyFiles.renewIncarnation(in: path, suite: .sm3SM2, under: keys.cover)
        let renewed = try KeyFiles(folder: path, secret: secret)
        #expect(renewed.nodeID == keys.nodeID)
        #expect(renewed.incarnation.publicKey != keys.incarnation.publicKey)
    }
}

import Foundation
import Network

/// Certificates made for one test by the openssl command, and gone with it.
final class TestAuthority {
    struct Failed: Error { let arguments: [String] }

    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "syncnode-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", "/CN=test authority",
            "-days", "2")
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: directory) } catch {
            print("left behind: \(directory)")
        }
    }

    /// The authority's own certificate (PEM).
    func certificate() throws -> [UInt8] { try bytes("ca.pem") }

    /// A certificate for `name` with its key, signed by this authority.
    func issue(_ name: String, addresses: String = "IP:127.0.0.1") throws -> TLSIdentity {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)", "-addext",
            "subjectAltName=\(addresses)")
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey",
            path("ca.key"), "-CAcreateserial", "-copy_extensions", "copy", "-days", "2", "-out",
            path("\(name).pem"))
        return TLSIdentity(
            certificate: .path(path("\(name).pem")), key: .path(path("\(name).key")))
    }

    /// The same identity with its files read.
    func inMemory(_ name: String, authority: [UInt8]? = nil) throws -> TLSIdentity {
        TLSIdentity(
            certificate: .bytes(try bytes("\(name).pem")), key: .bytes(try bytes("\(name).key")),
            authority: authority)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Whether `openssl s_client` shakes hands with a server, under this authority and with these
    /// further words.
    func greets(_ address: String, _ words: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments =
            ["s_client", "-connect", address, "-CAfile", path("ca.pem"), "-verify_return_error"]
            + words
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
    }
}

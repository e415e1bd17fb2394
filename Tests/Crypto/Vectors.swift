import Base
import Foundation
import Support
import Testing

/// A file of test vectors beside the tree, or the reason why a test is skipped.
enum Vectors {
    /// One case: its values as text; hexadecimal ones through `bytes`.
    struct Case {
        let values: [String: String]

        func bytes(_ name: String) throws -> [UInt8] {
            let text = try #require(values[name], "a case has \(name)")
            return try #require(Hex.decode(text))
        }

        /// Whether the published verdict is "valid".
        var isValid: Bool { values["result"] == "valid" }
    }

    /// Whether a file is here; says so in the output where it is not.
    static func present(_ name: String) -> Bool {
        if SharedData.path("vectors/\(name)") != nil { return true }
        print("SKIPPED: vectors/\(name) is not on this machine; only frozen vectors were checked")
        return false
    }

    /// The cases of a file: a JSON array of objects.
    static func cases(_ name: String) throws -> [Case] {
        let path = try #require(SharedData.path("vectors/\(name)"))
        let parsed = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: path)))
        let objects = try #require(parsed as? [[String: Any]])
        return objects.map { object in Case(values: object.compactMapValues { $0 as? String }) }
    }
}

/// The bytes of hexadecimal text in a test.
func unhex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(text)) }

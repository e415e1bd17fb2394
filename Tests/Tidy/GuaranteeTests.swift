import Foundation
import Support
import Testing

/// What `docs/GUARANTEES.md` names as proof is there.
@Suite struct GuaranteeTests {
    private static let proof = Pattern(#"`(\w+)/(\w+)\.(\w+)`"#)
    private static let script = Pattern(#"`(Tests/Scenarios/[\w.-]+)`"#)

    private static func missing(_ text: String) throws -> [String] {
        let tests = proof.allGroups(in: text).filter { groups in
            let path = "Tests/\(groups[1])/\(groups[2]).swift"
            guard FileManager.default.fileExists(atPath: SourceTree.root + "/" + path) else {
                return true
            }
            do {
                let file = try SourceTree.file(path)
                return !Pattern(#"func "# + groups[3] + #"\b"#).matches(file.text)
            } catch {
                return true
            }
        }
        let scripts = script.allGroups(in: text).filter { groups in
            !FileManager.default.fileExists(atPath: SourceTree.root + "/" + groups[1])
        }
        return (tests + scripts).map { $0[0] }
    }

    @Test func everyProofIsThere() throws {
        let text = try SourceTree.file("docs/GUARANTEES.md").text
        #expect(Self.proof.allGroups(in: text).count > 30)
        #expect(try Self.missing(text) == [])
    }

    /// Beside each threat stands the test that fails without its defence.
    @Test func everyThreatHasItsTest() throws {
        let text = try SourceTree.file("docs/SECURITY.md").text
        #expect(Self.proof.allGroups(in: text).count > 15)
        #expect(try Self.missing(text) == [])
    }

    @Test func aProofThatIsNotThereIsNamed() throws {
        let text = "`Store/PowerLossTests.noSuchTest` `Tests/Scenarios/none.sh` `None/A.b`"
        #expect(try Self.missing(text).count == 3)
    }
}

import Foundation
import Support
import Testing

@testable import Base

/// The 318 cases of JSONTestSuite: what must be accepted is, what must be refused is, and of
/// what is left to the parser we accept numbers of any size (kept in their own words) and
/// refuse all else: half surrogate pairs, bytes that are not UTF-8, a byte order mark, and
/// nesting past `Limits.jsonDepthMax`.
@Suite struct JSONSuiteTests {
    private static let path = SharedData.path("vectors/json-test-suite.jsonl")

    private struct Case {
        let name: String
        let expect: String
        let bytes: [UInt8]
    }

    @Test(.enabled(if: path != nil, "shared/data/vectors is not on this machine"))
    func generalDialectTakesWhatItMustAndNoMore() throws {
        let cases = try Self.cases()
        #expect(cases.count == 318)
        for each in cases {
            let isTaken = Self.isTaken(each.bytes, .general)
            switch each.expect {
            case "accept": #expect(isTaken, "\(each.name)")
            case "reject": #expect(!isTaken, "\(each.name)")
            default: #expect(isTaken == each.name.hasPrefix("i_number"), "\(each.name)")
            }
        }
    }

    @Test(.enabled(if: path != nil, "shared/data/vectors is not on this machine"))
    func strictDialectTakesLessAndWritesItBack() throws {
        var taken = 0
        for each in try Self.cases() where Self.isTaken(each.bytes, .strict) {
            taken += 1
            #expect(each.expect == "accept", "\(each.name)")
            let json = try JSON(parsing: each.bytes)
            #expect(try JSON(parsing: each.bytes, dialect: .general) == json)
            #expect(try JSON(parsing: json.bytes) == json, "\(each.name)")
        }
        // 95 must be accepted; 17 have other numbers, 2 a repeated key.
        #expect(taken == 76)
    }

    private static func isTaken(_ bytes: [UInt8], _ dialect: JSONReader.Dialect) -> Bool {
        do throws(JSONError) {
            _ = try JSON(parsing: bytes, dialect: dialect)
            return true
        } catch {
            return false
        }
    }

    private static func cases() throws -> [Case] {
        let path = try #require(path)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        return try lines.map { line in
            let entry = try JSON(parsing: String(line))
            return Case(
                name: try #require(entry["name"]?.text),
                expect: try #require(entry["expect"]?.text),
                bytes: try bytes(of: entry))
        }
    }

    private static func bytes(of entry: JSON) throws -> [UInt8] {
        if let encoded = entry["b64"]?.text {
            return [UInt8](try #require(Data(base64Encoded: encoded)))
        }
        let text = try #require(entry["repeat"]?[0]?.text)
        let times = Int(try #require(entry["repeat"]?[1]?.int))
        return Array((String(repeating: text, count: times) + (entry["suffix"]?.text ?? "")).utf8)
    }
}

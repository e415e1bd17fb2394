import Foundation
import Support

/// One place that breaks a house rule.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    /// From 1; 0 where the whole file or room is meant.
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A regular expression that was checked when the tests start.
struct Pattern: @unchecked Sendable {  // NSRegularExpression is immutable and thread-safe
    private let expression: NSRegularExpression

    init(_ pattern: String) {
        do {
            expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        } catch {
            fatalError("bad pattern \(pattern): \(error)")
        }
    }

    /// The groups of the first match, the whole match first, or nil where there is none.
    func groups(in text: String) -> [String]? { allGroups(in: text).first }

    func matches(_ text: String) -> Bool {
        expression.firstMatch(in: text, range: whole(text)) != nil
    }

    /// The groups of every match; a group that took no part is empty.
    func allGroups(in text: String) -> [[String]] {
        expression.matches(in: text, range: whole(text)).map { match in
            (0..<match.numberOfRanges).map { index in
                guard let range = Range(match.range(at: index), in: text) else { return "" }
                return String(text[range])
            }
        }
    }

    private func whole(_ text: String) -> NSRange { NSRange(text.startIndex..., in: text) }
}

/// What the rules look at.
enum Tree {
    static let pureRooms = [
        "Base", "Crypto", "HTTP", "Change", "Civil", "Region", "Document", "Catalog",
        "Domain", "Guide", "Paper", "Editing", "Replication", "Kernel", "Enrolment", "API", "QR",
    ]

    /// Where C handles live, and so where unsafe words may stand.
    static let unsafeRooms = ["Crypto", "Disk", "Network", "Store", "Threads"]

    static func sources() throws -> [SourceTree.File] {
        try SourceTree.files(under: "Sources", ending: ".swift")
    }

    /// The room a file stands in, or nil outside `Sources/SyncNode`.
    static func room(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count > 3, parts[0] == "Sources", parts[1] == "SyncNode" else { return nil }
        return String(parts[2])
    }
}

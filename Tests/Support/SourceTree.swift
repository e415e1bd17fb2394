import Foundation

/// The tree that the running tests were built from.
package enum SourceTree {
    /// The directory of `Package.swift`.
    package static let root: String = {
        let here = URL(fileURLWithPath: #filePath)
        return here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    /// One file of the tree.
    package struct File: Sendable {
        /// Relative to the root, with `/` between the parts.
        package let path: String
        package let text: String
        /// The text, split at line feeds.
        package let lines: [String]

        package init(path: String, text: String) {
            self.path = path
            self.text = text
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.last == "" { lines.removeLast() }
            self.lines = lines.map(String.init)
        }

        /// The last part of the path.
        package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    }

    /// The text of one file.
    ///
    /// - Parameter path: Relative to the root.
    package static func file(_ path: String) throws -> File {
        let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + path))
        return File(path: path, text: String(decoding: data, as: UTF8.self))
    }

    /// The files with one ending below a directory, sorted by path.
    ///
    /// - Parameter directory: Relative to the root.
    package static func files(under directory: String, ending: String) throws -> [File] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root + "/" + directory)
        return try names.filter { $0.hasSuffix(ending) }.sorted().map { name in
            try file(directory + "/" + name)
        }
    }
}

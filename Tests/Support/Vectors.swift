/// Frozen bytes: `Tests/Vectors/NAME`, a line for each, `name hexadecimal`. A line is never
/// changed once a release wrote such bytes; a new format version gets a new file.
package enum Vectors {
    /// The lines of one file, in order; lines that start with `#` speak to people.
    package static func load(_ name: String) throws -> [(name: String, hex: String)] {
        try SourceTree.file("Tests/Vectors/\(name)").lines.compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 2, parts[0] != "#" else { return nil }
            return (String(parts[0]), String(parts[1]))
        }
    }
}

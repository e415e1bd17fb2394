import Base
internal import CLinux

/// The encoding of files that people bring: UTF-8, or what spreadsheets on Chinese systems write.
package enum Charset {
    /// A text as UTF-8.
    ///
    /// - Parameter bytes: UTF-8 with or without a byte order mark, else GB18030 (GBK and GB2312 are
    ///   parts of it).
    /// - Returns: The text, and whether it was converted; nil where it is neither. Cost: linear.
    package static func utf8(_ bytes: [UInt8]) -> (bytes: [UInt8], isConverted: Bool)? {
        if String(validating: bytes, as: UTF8.self) != nil { return (bytes, false) }
        // One byte of GB18030 makes at most two of UTF-8, four make at most four.
        var converted = [UInt8](repeating: 0, count: bytes.count * 2 + 4)
        let count = clinux_from_gb18030(bytes, bytes.count, &converted, converted.count)
        guard count >= 0 else { return nil }
        invariant(count <= converted.count, "a conversion keeps its room")
        return (Array(converted[..<count]), true)
    }
}

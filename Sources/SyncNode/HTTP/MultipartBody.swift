import Base

/// A form with files (multipart/form-data, RFC 7578), as browsers send it, read strictly in one
/// pass over the body: what a browser does not send is refused instead of being mended.
package struct MultipartBody: Sendable {
    /// One field, or one file.
    package struct Part: Hashable, Sendable {
        package let name: String
        /// What the file is called where it came from; nil for a field, empty where none was
        /// chosen.
        package let fileName: String?
        /// Where its content stands in the body.
        package let content: Range<Int>
    }

    /// Why a body is no such form.
    package enum Fault: String, Error, Hashable, Sendable, CaseIterable {
        /// The type names no boundary, or one that RFC 2046 §5.1.1 does not allow.
        case boundary
        /// The body does not begin, go on or end with the boundary.
        case cut
        /// A part's head is not of its form, or too long.
        case head
        /// A part has no name, two, or one that is too long; or two parts have one.
        case name
        case tooManyParts
    }

    /// In their order.
    package let parts: [Part]

    /// - Parameters:
    ///   - bytes: The whole body, bounded by its route.
    ///   - contentType: Of the request.
    /// - Throws: The first fault. Cost: one pass; nothing is copied.
    package init(_ bytes: [UInt8], contentType: String) throws(Fault) {
        guard let boundary = Self.boundary(of: contentType) else { throw .boundary }
        var reading = Reading(bytes, Array("--\(boundary)".utf8))
        parts = try reading.all()
    }

    /// The part of that name; nil where there is none.
    package subscript(name: String) -> Part? { parts.first { $0.name == name } }

    /// The boundary of a type; nil where it has none that is allowed.
    static func boundary(of contentType: String) -> String? {
        let pieces = contentType.split(separator: ";", omittingEmptySubsequences: false)
        guard let type = pieces.first, trimmed(type).lowercased() == "multipart/form-data" else {
            return nil
        }
        var found: String?
        for piece in pieces.dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, trimmed(pair[0]).lowercased() == "boundary" else { continue }
            guard found == nil else { return nil }
            var value = trimmed(pair[1])
            if value.utf8.count > 1, value.first == "\"", value.last == "\"" {
                value = String(value.dropFirst().dropLast())
            }
            found = value
        }
        guard let found, (1...Limits.boundaryBytesMax).contains(found.utf8.count),
            found.utf8.allSatisfy(isOfBoundary)
        else { return nil }
        return found
    }

    /// RFC 2046 §5.1.1, without the space, which no browser uses.
    private static func isOfBoundary(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: Array("'()+_,-./:=?".utf8).contains(byte)
        }
    }

    fileprivate static func trimmed(_ text: Substring) -> String {
        var rest = text
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

/// One pass over a body.
private struct Reading {
    private let bytes: [UInt8]
    private let mark: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8], _ mark: [UInt8]) {
        self.bytes = bytes
        self.mark = mark
    }

    mutating func all() throws(MultipartBody.Fault) -> [MultipartBody.Part] {
        guard take(mark) else { throw .cut }
        var parts: [MultipartBody.Part] = []
        while !take([0x2d, 0x2d]) {
            guard takeLineEnd() else { throw .cut }
            guard parts.count < Limits.partsMax else { throw .tooManyParts }
            let part = try one()
            guard !parts.contains(where: { $0.name == part.name }) else { throw .name }
            parts.append(part)
        }
        _ = takeLineEnd()
        guard place == bytes.count else { throw .cut }
        return parts
    }

    private mutating func one() throws(MultipartBody.Fault) -> MultipartBody.Part {
        var names: (name: String, fileName: String?)?
        let head = place
        while !takeLineEnd() {
            let line = try line(from: head)
            guard let colon = line.firstIndex(of: ":") else { throw .head }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            guard names == nil else { throw .head }
            names = try Self.names(line[line.index(after: colon)...])
        }
        guard let names else { throw .name }
        let start = place
        let end = try contentEnd()
        return MultipartBody.Part(name: names.name, fileName: names.fileName, content: start..<end)
    }

    /// One line of a head, without its end.
    private mutating func line(from head: Int) throws(MultipartBody.Fault) -> Substring {
        let start = place
        while place + 1 < bytes.count, !(bytes[place] == 0x0d && bytes[place + 1] == 0x0a) {
            guard bytes[place] >= 0x20 || bytes[place] == 0x09 else { throw .head }
            place += 1
            guard place - head <= Limits.partHeadBytesMax else { throw .head }
        }
        guard place + 1 < bytes.count else { throw .cut }
        let text = String(validating: bytes[start..<place], as: UTF8.self)
        place += 2
        guard let text, !text.isEmpty else { throw .head }
        return Substring(text)
    }

    /// The end of a content, with the place moved behind the boundary that follows it.
    private mutating func contentEnd() throws(MultipartBody.Fault) -> Int {
        guard let end = Self.find(mark, in: bytes, from: place) else { throw .cut }
        place = end + 2 + mark.count
        return end
    }

    /// Where a line end and the boundary begin; nil where they do not come.
    private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        let source = bytes.span
        let last = bytes.count - mark.count - 2
        var index = start
        while index <= last {
            if source[index] == 0x0d, source[index + 1] == 0x0a {
                var count = 0
                while count < mark.count, source[index + 2 + count] == mark[count] { count += 1 }
                if count == mark.count { return index }
            }
            index += 1
        }
        return nil
    }

    private mutating func take(_ wanted: [UInt8]) -> Bool {
        guard bytes.count - place >= wanted.count,
            bytes[place..<place + wanted.count].elementsEqual(wanted)
        else { return false }
        place += wanted.count
        return true
    }

    private mutating func takeLineEnd() -> Bool { take([0x0d, 0x0a]) }

    /// ` form-data; name="file"; filename="a.jpg"`: browsers write `"` as `%22` and no backslash.
    private static func names(
        _ line: Substring
    ) throws(MultipartBody.Fault) -> (name: String, fileName: String?) {
        var name: String?
        var fileName: String?
        var rest = MultipartBody.trimmed(line)[...]
        guard rest.lowercased().hasPrefix("form-data") else { throw .head }
        rest = rest.dropFirst("form-data".count)
        while true {
            while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
            guard !rest.isEmpty else { break }
            guard rest.removeFirst() == ";" else { throw .head }
            while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
            guard let equal = rest.firstIndex(of: "=") else { throw .head }
            let key = rest[..<equal].lowercased()
            rest = rest[rest.index(after: equal)...]
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else {
                throw .head
            }
            let value = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
            switch key {
            case "name":
                guard name == nil else { throw .name }
                name = value
            case "filename":
                guard fileName == nil else { throw .name }
                fileName = value
            default: break
            }
        }
        guard let name, (1...Limits.formNameBytesMax).contains(name.utf8.count),
            (fileName?.utf8.count ?? 0) <= Limits.fileNameBytesMax
        else { throw .name }
        return (name, fileName)
    }
}

import Base

/// The target of a request line, taken apart and checked (RFC 9112 §3.2).
struct RequestTarget {
    /// The path, percent-decoded once; begins with `/`, or is `*`.
    let path: String
    /// Where the query lies in the head's bytes; empty where there is none.
    let query: Range<Int>
    /// Where host and port lie, in the absolute form.
    let authority: Range<Int>?

    /// Reads `bytes[start..<end]`, which is visible ASCII without `#`.
    init(
        _ bytes: [UInt8], from start: Int, to end: Int, isOptions: Bool
    ) throws(HTTPError) {
        invariant(start < end && end <= bytes.count, "a target is not empty")
        var pathStart = start
        var authority: Range<Int>?
        if bytes[start] != UInt8(ascii: "/") {
            if isOptions, end - start == 1, bytes[start] == UInt8(ascii: "*") {
                self.init(path: "*", query: end..<end, authority: nil)
                return
            }
            let found = try RequestTarget.authority(bytes, start, end)
            pathStart = found.upperBound
            authority = found
        }
        var question = pathStart
        while question < end, bytes[question] != UInt8(ascii: "?") { question += 1 }
        let path = try RequestTarget.path(bytes, pathStart, question)
        let query = min(question + 1, end)..<end
        try RequestTarget.checkQuery(bytes, query)
        self.init(path: path, query: query, authority: authority)
    }

    private init(path: String, query: Range<Int>, authority: Range<Int>?) {
        self.path = path
        self.query = query
        self.authority = authority
    }

    /// Host and port of `http://host:port/path`. User information is refused: no honest client
    /// sends it, and it makes a reader see another host than the one meant.
    private static func authority(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(HTTPError) -> Range<Int> {
        var from = start
        if end - start > 7, Framing.equals(bytes, start, start + 7, "http://") {
            from = start + 7
        } else if end - start > 8, Framing.equals(bytes, start, start + 8, "https://") {
            from = start + 8
        } else {
            throw HTTPError(.badTarget)
        }
        var stop = from
        while stop < end, bytes[stop] != UInt8(ascii: "/"), bytes[stop] != UInt8(ascii: "?") {
            stop += 1
        }
        guard isHost(bytes, from, stop) else { throw HTTPError(.badTarget) }
        return from..<stop
    }

    /// Decodes once and refuses what could lead elsewhere: dot segments, encoded slashes,
    /// backslashes, control bytes, text that is not UTF-8.
    private static func path(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(HTTPError) -> String {
        if start == end { return "/" }
        var isPlain = true
        for index in start..<end
        where bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "\\") {
            isPlain = false
        }
        if isPlain {
            guard !hasDotSegment(bytes, start, end) else { throw HTTPError(.badPath) }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(end - start)
        var index = start
        while index < end {
            var byte = bytes[index]
            let isEscape = byte == UInt8(ascii: "%")
            if isEscape { byte = try escape(bytes, &index, end, .badPath) } else { index += 1 }
            guard byte >= 0x20, byte != 0x7f, byte != UInt8(ascii: "\\"),
                !(isEscape && byte == UInt8(ascii: "/"))
            else { throw HTTPError(.badPath) }
            decoded.append(byte)
        }
        guard !hasDotSegment(decoded, 0, decoded.count),
            let text = String(validating: decoded, as: UTF8.self)
        else { throw HTTPError(.badPath) }
        return text
    }

    /// Whether a segment is `.` or `..`; the first byte is the leading slash.
    private static func hasDotSegment(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        var segment = start
        for index in start...end where index == end || bytes[index] == UInt8(ascii: "/") {
            let length = index - segment
            if length == 1 || length == 2, bytes[segment] == UInt8(ascii: "."),
                bytes[index - 1] == UInt8(ascii: ".")
            {
                return true
            }
            segment = index + 1
        }
        return false
    }

    /// Reads `%XX` at `index` and moves past it.
    private static func escape(
        _ bytes: [UInt8], _ index: inout Int, _ end: Int, _ reason: HTTPError.Reason
    ) throws(HTTPError) -> UInt8 {
        guard index + 2 < end, let high = ByteClass.nibble(bytes[index + 1]),
            let low = ByteClass.nibble(bytes[index + 2])
        else { throw HTTPError(reason) }
        index += 3
        return high << 4 | low
    }

    /// Every escape is whole and every item is UTF-8, so that reading them later cannot fail.
    private static func checkQuery(_ bytes: [UInt8], _ range: Range<Int>) throws(HTTPError) {
        var items = range.isEmpty ? 0 : 1
        var isPlain = true
        for index in range {
            if bytes[index] == UInt8(ascii: "&") { items += 1 }
            if bytes[index] == UInt8(ascii: "%") { isPlain = false }
        }
        guard items <= Limits.queryItemsMax else { throw HTTPError(.badQuery) }
        guard !isPlain else { return }
        for item in split(bytes, range) {
            guard try decode(bytes, item.name) != nil, try decode(bytes, item.value) != nil else {
                throw HTTPError(.badQuery)
            }
        }
    }

    /// The items between `&`, each cut at its first `=`; empty ones are skipped.
    static func split(
        _ bytes: [UInt8], _ range: Range<Int>
    ) -> [(name: Range<Int>, value: Range<Int>)] {
        var items: [(name: Range<Int>, value: Range<Int>)] = []
        var start = range.lowerBound
        while start < range.upperBound {
            var equal: Int?
            var stop = start
            while stop < range.upperBound, bytes[stop] != UInt8(ascii: "&") {
                if equal == nil, bytes[stop] == UInt8(ascii: "=") { equal = stop }
                stop += 1
            }
            if stop > start {
                let cut = equal ?? stop
                items.append((start..<cut, min(cut + 1, stop)..<stop))
            }
            start = stop + 1
        }
        return items
    }

    /// Form decoding: `+` is a space, `%XX` a byte; nil where the result is not UTF-8.
    static func decode(_ bytes: [UInt8], _ range: Range<Int>) throws(HTTPError) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                decoded.append(try escape(bytes, &index, range.upperBound, .badQuery))
            case UInt8(ascii: "+"):
                decoded.append(0x20)
                index += 1
            default:
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Whether a range is a host with an optional port: bytes, brackets and digits in order.
    static func isHost(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        var index = start
        if bytes[index] == UInt8(ascii: "[") {
            index += 1
            while index < end, bytes[index] != UInt8(ascii: "]") {
                guard
                    ByteClass.nibble(bytes[index]) != nil || bytes[index] == UInt8(ascii: ":")
                        || bytes[index] == UInt8(ascii: ".")
                else { return false }
                index += 1
            }
            guard index < end, index > start + 2 else { return false }
            index += 1
        } else {
            while index < end, bytes[index] != UInt8(ascii: ":") {
                guard ByteClass.isHost(bytes[index]), bytes[index] != UInt8(ascii: "["),
                    bytes[index] != UInt8(ascii: "]")
                else { return false }
                index += 1
            }
            guard index > start else { return false }
        }
        if index == end { return true }
        guard bytes[index] == UInt8(ascii: ":"), end - index <= 6 else { return false }
        return bytes[(index + 1)..<end].allSatisfy(ByteClass.isDigit)
    }
}

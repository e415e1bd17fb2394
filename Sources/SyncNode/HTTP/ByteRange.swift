/// Which bytes of a representation that never changes a request asks for (RFC 9110 §14).
package enum ByteRange: Hashable, Sendable {
    /// All: there is no `Range`, it is not of a form that must be heeded, or `If-Range` names
    /// another representation.
    case whole
    /// 206. Not empty, inside the representation.
    case part(Range<Int>)
    /// 416.
    case unsatisfiable

    /// What a request gets. A `Range` counts for GET alone (§14.2). A list of ranges gets the
    /// whole, as a server may answer (§14.2): no client of this product sends one.
    ///
    /// - Parameters:
    ///   - size: Bytes of the representation.
    ///   - tag: Its strong entity tag, with the quotes. `If-Range` with a date never fits.
    package static func select(
        _ request: HTTPRequest, size: Int, tag: String
    ) -> ByteRange {
        guard request.method == .get, let value = request.headers["range"] else { return .whole }
        if let condition = request.headers["if-range"], condition != tag { return .whole }
        return parse(value, size: size)
    }

    private static func parse(_ value: String, size: Int) -> ByteRange {
        let unit = "bytes="
        guard value.utf8.count > unit.utf8.count,
            value.prefix(unit.count).lowercased() == unit
        else { return .whole }
        let spec = value.dropFirst(unit.count)
        let parts = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .whole }
        if parts[0].isEmpty {
            guard let count = number(parts[1]) else { return .whole }
            let first = size - Swift.min(count, size)
            return first < size ? .part(first..<size) : .unsatisfiable
        }
        guard let first = number(parts[0]) else { return .whole }
        var end = size
        if !parts[1].isEmpty {
            guard let last = number(parts[1]), last >= first else { return .whole }
            end = last < size ? last + 1 : size
        }
        return first < size ? .part(first..<end) : .unsatisfiable
    }

    /// Digits; what is beyond any size counts as the largest number.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text) ?? Int.max
    }
}

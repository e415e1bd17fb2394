package import Base

/// Conditions of a request on the state that the caller has (RFC 9110 §13.1).
package enum EntityTag {
    /// The tag as a header carries it.
    package static func quoted(_ tag: StateTag) -> String { "\"" + tag.text + "\"" }

    /// What a header of tags lists.
    package enum Condition: Hashable, Sendable {
        /// There is no such header.
        case none
        /// `*`: any state.
        case any
        /// Tags without their quotes; `W/` of weak ones is kept in front.
        case tags([String])
        /// Not a list of tags.
        case malformed
    }

    /// Reads `If-Match` or `If-None-Match`.
    package static func condition(_ name: String, of headers: HTTPHeaders) -> Condition {
        guard let value = headers[name] else { return .none }
        if value == "*" { return .any }
        var tags: [String] = []
        for part in value.utf8.split(separator: UInt8(ascii: ",")) {
            var bytes = Array(part.drop { $0 == 0x20 || $0 == 0x09 })
            while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
            let isWeak = bytes.starts(with: "W/".utf8)
            let quoted = isWeak ? Array(bytes.dropFirst(2)) : bytes
            guard quoted.count >= 2, quoted.first == 0x22, quoted.last == 0x22,
                !quoted.dropFirst().dropLast().contains(0x22), tags.count < Limits.entityTagsMax
            else { return .malformed }
            let inside = String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
            tags.append(isWeak ? "W/" + inside : inside)
        }
        return tags.isEmpty ? .malformed : .tags(tags)
    }

    /// Whether `If-None-Match` says that the caller has this state: weak comparison.
    package static func isFresh(_ tag: StateTag, _ headers: HTTPHeaders) -> Bool {
        switch condition("if-none-match", of: headers) {
        case .none, .malformed: false
        case .any: true
        case .tags(let tags): tags.contains(tag.text) || tags.contains("W/" + tag.text)
        }
    }
}

/// What a caller takes (RFC 9110 §12.5.1).
package enum Acceptance {
    /// Whether an `Accept` allows a media type; true where there is none. The most telling
    /// range decides; what is not a range is passed over.
    package static func allows(_ type: String, _ headers: HTTPHeaders) -> Bool {
        // What programs send: no list to take apart.
        guard let first = headers["accept"], first != "*/*", first != type else { return true }
        let family = type.prefix { $0 != "/" } + "/*"
        var best = (rank: -1, isAllowed: false)
        let ranges = headers.all("accept").flatMap { $0.split(separator: ",") }
        for range in ranges.prefix(Limits.acceptRangesMax) {
            let parts = range.split(separator: ";").map(trimmed)
            guard let name = parts.first?.lowercased() else { continue }
            let rank = name == type ? 2 : name == family ? 1 : name == "*/*" ? 0 : -1
            guard rank > best.rank else { continue }
            best = (rank, !parts.dropFirst().contains(where: isZeroWeight))
        }
        return best.isAllowed
    }

    /// Whether English is wanted more than Chinese (RFC 9110 §12.5.4); false where neither is
    /// named. Of two that weigh the same the first is taken.
    package static func prefersEnglish(_ headers: HTTPHeaders) -> Bool {
        guard headers.contains("accept-language") else { return false }
        var best = (weight: 0, isEnglish: false)
        let ranges = headers.all("accept-language").flatMap { $0.split(separator: ",") }
        for range in ranges.prefix(Limits.acceptRangesMax) {
            let parts = range.split(separator: ";").map(trimmed)
            guard let tag = parts.first?.lowercased(), let family = tag.split(separator: "-").first,
                ["en", "zh", "*"].contains(family)
            else { continue }
            let weight = parts.dropFirst().first.map(thousandths) ?? 1000
            if weight > best.weight { best = (weight, family == "en") }
        }
        return best.isEnglish
    }

    /// The weight of a range, `q=0.8`, in thousandths; 0 where it is not of that form.
    private static func thousandths(_ parameter: String) -> Int {
        let text = parameter.lowercased()
        guard text.hasPrefix("q=") else { return 0 }
        let digits = text.dropFirst(2).filter { $0 != "." }
        let isPlain = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isPlain, let number = Int(digits.prefix(4)) else { return 0 }
        let scale = [1: 1000, 2: 100, 3: 10, 4: 1][min(digits.count, 4)] ?? 1
        return min(number * scale, 1000)
    }

    /// The media type of a body, in small letters and without parameters.
    package static func bodyType(_ headers: HTTPHeaders) -> String? {
        guard let value = headers["content-type"] else { return nil }
        return value.split(separator: ";").first.map { trimmed($0).lowercased() }
    }

    private static func isZeroWeight(_ parameter: String) -> Bool {
        let weight = parameter.lowercased()
        guard weight.hasPrefix("q=0") else { return false }
        return weight.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}

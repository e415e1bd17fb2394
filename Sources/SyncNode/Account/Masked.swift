/// Personal data as lists show it (DOMAIN §3.9).
package enum Masked {
    /// 张*三: the first character stays, and the last of three or more.
    package static func name(_ name: String) -> String {
        guard name.count > 1, let first = name.first, let last = name.last else { return name }
        let stars = String(repeating: "*", count: max(1, name.count - 2))
        return String(first) + stars + (name.count > 2 ? String(last) : "")
    }

    /// 370124********1234: the first six and the last four; of a short one nothing.
    package static func idNumber(_ number: String) -> String { middle(number, 6, 4) }

    /// 138****5678.
    package static func phone(_ number: String) -> String { middle(number, 3, 4) }

    /// To the village: what stands behind 村, 社区, 街道, 镇 or 乡, the last of them, is covered.
    package static func address(_ address: String) -> String {
        var end: String.Index?
        for word in ["村", "社区", "街道", "镇", "乡"] where end == nil {
            var rest = address.startIndex
            while let found = address[rest...].firstRange(of: word) {
                end = found.upperBound
                rest = found.upperBound
            }
        }
        guard let end else { return String(address.prefix(6)) + "****" }
        return String(address[..<end]) + (end == address.endIndex ? "" : "****")
    }

    private static func middle(_ text: String, _ head: Int, _ tail: Int) -> String {
        guard text.count > head + tail else { return String(repeating: "*", count: text.count) }
        let stars = String(repeating: "*", count: text.count - head - tail)
        return String(text.prefix(head)) + stars + String(text.suffix(tail))
    }
}

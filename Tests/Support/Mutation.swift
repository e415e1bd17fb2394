/// What may become of good bytes on their way, at every place: always the same list.
package enum Mutation {
    /// Cut, a byte lost, a byte twice, three bits flipped, and bytes that mean something to
    /// readers of text put in its place: about twelve for each byte.
    package static func all(of good: [UInt8]) -> [[UInt8]] {
        var all: [[UInt8]] = []
        for place in good.indices {
            all.append(Array(good[..<place]))
            all.append(Array(good[..<place] + good[(place + 1)...]))
            all.append(Array(good[...place] + good[place...]))
            let others: [UInt8] = [
                good[place] ^ 1, good[place] ^ 0x20, good[place] ^ 0x80, 0, 0x0a, 0x0d, 0x20,
                0x22, 0x25, 0xff,
            ]
            for other in others where other != good[place] {
                var copy = good
                copy[place] = other
                all.append(copy)
            }
        }
        return all
    }
}

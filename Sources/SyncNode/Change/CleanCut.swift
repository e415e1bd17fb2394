import Base

/// Where a run of changes may end: after it every actor in it stands on a signed head, and no
/// change in it depends on one that was left out.
package enum CleanCut {
    /// One change of a run, in arrival order.
    package struct Row: Sendable {
        /// Which chain it is of: any number that tells chains apart, from 0.
        package let stretch: Int
        package let isSigned: Bool

        package init(stretch: Int, isSigned: Bool) {
            self.stretch = stretch
            self.isSigned = isSigned
        }
    }

    /// The rows to send: the longest clean prefix; where there is none, each chain up to its
    /// last signed head, without what rests on changes left out.
    ///
    /// - Parameter change: The change of a row; asked only where no prefix is clean.
    /// - Returns: Indexes of rows, ascending; empty where nothing can be sent.
    package static func kept(_ rows: [Row], change: (Int) -> Change) -> [Int] {
        let prefix = cleanPrefix(rows)
        if prefix > 0 { return Array(0..<prefix) }
        return closed(rows, change)
    }

    /// How many rows the longest clean prefix has; 0 where no prefix is clean.
    package static func cleanPrefix(_ rows: [Row]) -> Int {
        var open: [Bool] = []
        var openCount = 0
        var clean = 0
        for (index, row) in rows.enumerated() {
            while open.count <= row.stretch { open.append(false) }
            if open[row.stretch] == row.isSigned {
                open[row.stretch] = !row.isSigned
                openCount += row.isSigned ? -1 : 1
            }
            if openCount == 0 { clean = index + 1 }
        }
        return clean
    }

    /// Each round shortens at least one chain, so there are at most as many as rows.
    private static func closed(_ rows: [Row], _ change: (Int) -> Change) -> [Int] {
        var kept = signedPart(rows, of: Array(rows.indices))
        while true {
            // What is left out, as the lowest seq of each actor.
            var missing: [ActorID: Seq] = [:]
            var next = 0
            for index in rows.indices {
                if next < kept.count, kept[next] == index {
                    next += 1
                    continue
                }
                let header = change(index).header
                missing[header.actor] = min(missing[header.actor] ?? header.seq, header.seq)
            }
            let sound = kept.filter { index in
                let header = change(index).header
                if let gone = missing[header.actor], gone < header.seq { return false }
                return header.deps.allSatisfy { dep in
                    missing[dep.actor].map { dep.seq < $0 } ?? true
                }
            }
            if sound.count == kept.count { return kept }
            kept = signedPart(rows, of: sound)
        }
    }

    /// Of some rows, each chain's up to its last signed one.
    private static func signedPart(_ rows: [Row], of indexes: [Int]) -> [Int] {
        var last: [Int: Int] = [:]
        for index in indexes where rows[index].isSigned { last[rows[index].stretch] = index }
        return indexes.filter { index in last[rows[index].stretch].map { index <= $0 } ?? false }
    }
}

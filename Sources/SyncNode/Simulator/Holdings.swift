/// Which notes may not be lost, and whose disk answers for each (I8: what is durable at a
/// surviving author, or receipted by anyone, is somewhere).
///
/// A disk answers for a note from the commit that put it there: its author's, and that of anyone
/// who took it, which is what a receipt says. It does so until an older copy takes its place that
/// was made before that commit. Nothing here is read from a journal: a disk answers for what it
/// took, whether it still has it or not.
struct Holdings {
    /// Bodies that some disk answers for, or that were given up to one which does.
    private(set) var owed: Set<[UInt8]> = []
    private var disks: [Int: Set<[UInt8]>] = [:]
    private var copies: [Int: Set<[UInt8]>] = [:]

    /// A commit put a note on a disk.
    mutating func stored(_ body: [UInt8], on disk: Int) {
        owed.insert(body)
        disks[disk, default: []].insert(body)
    }

    /// A scope was given up with what it held: others answer for that.
    mutating func gaveUp(_ bodies: [[UInt8]], on disk: Int) {
        disks[disk]?.subtract(bodies)
    }

    /// Nobody answers for them any more.
    mutating func forget(_ bodies: [[UInt8]]) { owed.subtract(bodies) }

    /// A copy of a disk is put aside.
    mutating func backedUp(_ disk: Int) { copies[disk] = disks[disk] ?? [] }

    /// A second machine starts with a copy of a disk.
    mutating func cloned(_ disk: Int, to copy: Int) { disks[copy] = disks[disk] ?? [] }

    /// The copy takes the disk's place.
    mutating func restored(_ disk: Int) { replace(disk, with: copies[disk] ?? []) }

    /// The disk is out of reach for good.
    mutating func lost(_ disk: Int) { replace(disk, with: []) }

    /// Of what was on that disk alone, nobody answers for any more.
    private mutating func replace(_ disk: Int, with kept: Set<[UInt8]>) {
        let gone = (disks[disk] ?? []).subtracting(kept)
        disks[disk] = kept
        // any order: each is asked for itself.
        owed.subtract(gone.filter { body in !disks.values.contains { $0.contains(body) } })
    }
}

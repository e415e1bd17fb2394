package import Base
internal import Glibc
package import Kernel

/// The file outside the database that remembers how far this incarnation has come, so that an
/// older database is seen (PROTOCOL §6). Also what the one writing process locks.
///
/// Two slots are written in turn and in place: a write that the power cuts spoils one slot, and
/// the other still holds the commit before. A database that is ahead of its sentinel is a
/// commit whose sentinel was cut off: nothing of it left the node, so it is good.
///
/// A write survives the process at once. Its way to the disk begins with it and does not cost a
/// flush of its own: the sync of the next commit's log, or `settle` when the node is idle,
/// flushes it too. Only where the power fails before either, and the database is also put back
/// to just before that commit, would it go unseen here; then a peer sees it (PROTOCOL §7.2).
package final class Sentinel {
    private let file: OpenFile
    private let machine: Digest
    private let place: UInt64
    /// What the file holds, as far as this process knows; nil before the first write.
    package private(set) var last: SentinelRecord?
    private var lastBytes: [UInt8] = []
    /// Whether a write is on its way to the disk.
    private var isUnderWay = false

    /// Opens or creates the file and takes the lock.
    /// - Throws: `locked` where another process has it.
    package init(path: String, machine: Digest, faults: IOFaults?) throws(JournalError) {
        self.machine = machine
        file = try OpenFile(
            path: path, flags: O_RDWR | O_CREAT, site: .sentinelOpen, faults: faults)
        try file.lock(.sentinelLock)
        place = try file.place()
    }

    /// What a sentinel holds, read beside the process that writes it; nil where there is none
    /// that can be read.
    package static func peek(_ path: String) throws(JournalError) -> SentinelRecord? {
        guard access(path, R_OK) == 0 else { return nil }
        let file = try OpenFile(path: path, flags: O_RDONLY, site: .sentinelOpen, faults: nil)
        let bytes = try file.read(2 * SentinelRecord.slotBytes, at: 0, .sentinelRead)
        let slots = [slot(0, of: bytes), slot(1, of: bytes)].compactMap { $0 }
        return slots.max { $0.generation < $1.generation }
    }

    /// Whether a process works on the directory of this sentinel; true where nothing tells,
    /// because there is none. Asked beside that process.
    package static func isHeld(_ path: String) throws(JournalError) -> Bool {
        guard access(path, R_OK) == 0 else { return true }
        let file = try OpenFile(path: path, flags: O_RDONLY, site: .sentinelOpen, faults: nil)
        return file.isLocked()
    }

    /// Compares the file with what the database says; nil where they agree.
    ///
    /// - Parameter expected: What the database would have written; its generation is ignored.
    package func compare(_ expected: SentinelRecord) throws(JournalError) -> Fence? {
        let bytes = try file.read(2 * SentinelRecord.slotBytes, at: 0, .sentinelRead)
        guard !bytes.isEmpty else { return expected.own.count > 0 ? .missing : nil }
        let slots = [Self.slot(0, of: bytes), Self.slot(1, of: bytes)].compactMap { $0 }
        guard let found = slots.max(by: { $0.generation < $1.generation }) else {
            return expected.own.count > 0 ? .unreadable : nil
        }
        last = found
        lastBytes = bytes
        if found.machine != machine { return .otherMachine }
        if found.place != 0, place != 0, found.place != place { return .copied }
        if found.ordinal != expected.ordinal {
            return found.ordinal < expected.ordinal
                ? nil : .behind(database: 0, sentinel: found.own.count)
        }
        if found.incarnation != expected.incarnation { return .diverged }
        if found.own.count > expected.own.count {
            return .behind(database: expected.own.count, sentinel: found.own.count)
        }
        if found.own.count == expected.own.count, found.own.hash != expected.own.hash {
            return .diverged
        }
        return nil
    }

    /// Whether the file is still the one that this process wrote last. Two system calls.
    package func isUntouched() throws(JournalError) -> Bool {
        guard last != nil else { return true }
        guard try file.isLinked() else { return false }
        return try file.read(2 * SentinelRecord.slotBytes, at: 0, .sentinelRead) == lastBytes
    }

    /// Waits until the last write is in the disk's hands, so that the next sync of any file of
    /// it makes it durable. Costs nothing where it is there already.
    package func await() throws(JournalError) {
        if isUnderWay { try file.awaitSync(.sentinelSync) }
    }

    /// Makes the last write durable.
    package func settle() throws(JournalError) {
        guard isUnderWay else { return }
        try file.sync(.sentinelSettle)
        isUnderWay = false
    }

    /// Records a state: it survives the process when this returns, and the power with the next
    /// sync. The first write of a file is durable at once.
    package func write(_ state: SentinelRecord) throws(JournalError) {
        let slotBytes = SentinelRecord.slotBytes
        if lastBytes.count < 2 * slotBytes {
            // The file gets its full size first: later writes change no metadata.
            lastBytes = [UInt8](repeating: 0, count: 2 * slotBytes)
            try file.write(lastBytes, at: 0, .sentinelWrite)
            try file.sync(.sentinelSync)
        }
        var record = state
        record.machine = machine
        record.place = place
        record.generation = (last?.generation ?? 0) + 1
        let bytes = record.encode()
        let start = record.generation % 2 == 0 ? 0 : slotBytes
        try file.write(bytes, at: Int64(start), .sentinelWrite)
        lastBytes.replaceSubrange(start..<start + slotBytes, with: bytes)
        last = record
        try file.startSync(slotBytes, at: Int64(start), .sentinelSync)
        isUnderWay = true
    }

    private static func slot(_ index: Int, of bytes: [UInt8]) -> SentinelRecord? {
        let start = index * SentinelRecord.slotBytes
        guard bytes.count >= start + SentinelRecord.slotBytes else { return nil }
        do throws(DecodeError) {
            return try SentinelRecord.decode(
                Array(bytes[start..<start + SentinelRecord.slotBytes]))
        } catch {
            // A cut write: the other slot speaks.
            return nil
        }
    }
}

/// Why the present incarnation must not write any more (PROTOCOL §6). The way out is
/// `SQLiteJournal.adopt`: a new incarnation.
package enum Fence: Hashable, Sendable, CustomStringConvertible {
    /// The database has own changes, and there is no sentinel.
    case missing
    /// A sentinel stands there and neither of its slots can be read.
    case unreadable
    /// The data came from another machine.
    case otherMachine
    /// The files are a copy of those that were written: another one may be at work.
    case copied
    /// The database is older than what the sentinel saw.
    case behind(database: UInt64, sentinel: UInt64)
    /// As many own changes, or incarnations, as the sentinel saw, but others.
    case diverged
    /// Another process wrote to the database or replaced the sentinel while this one ran.
    case replaced

    /// One English sentence.
    package var description: String {
        switch self {
        case .missing: "the sentinel is missing"
        case .unreadable: "the sentinel cannot be read"
        case .otherMachine: "the data was written on another machine"
        case .copied: "the data was copied as files from elsewhere"
        case .behind(let database, let sentinel):
            "the database holds \(database) own changes, the sentinel saw \(sentinel)"
        case .diverged: "the database and the sentinel saw different own changes"
        case .replaced: "the data was changed by another program while the node ran"
        }
    }
}

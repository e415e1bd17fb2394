import Base
internal import CLinux
import Crypto
internal import Glibc
import Kernel

/// An open file; closes itself. Every call is checked and carries the name of its place.
struct OpenFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    private let faults: IOFaults?

    /// - Parameter flags: As `open(2)` takes them; the file is always closed on exec.
    init(
        path: String, flags: Int32, site: IOSite, faults: IOFaults?
    ) throws(JournalError) {
        if let number = faults?.error(at: site) { throw .system(number, doing: "open \(path)") }
        let opened = open(path, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .system(errno, doing: "open \(path)") }
        descriptor = opened
        self.path = path
        self.faults = faults
    }

    deinit {
        // Nothing unsaved can be lost by a failing close: what must last was synced.
        close(descriptor)
    }

    private static let lockAttempts = 20

    /// Takes the lock that one process holds at a time.
    ///
    /// A lock outlives its holder by moments: a child that was being started at the holder's end
    /// has the file open until it becomes its own program. So it is asked for half a second.
    ///
    /// - Throws: `locked` where another has it.
    borrowing func lock(_ site: IOSite) throws(JournalError) {
        for attempt in 0..<Self.lockAttempts {
            if attempt > 0 { usleep(25_000) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { continue }
            if faults?.error(at: site) == nil { return }
            break
        }
        throw .locked("\(path): another process is using this node's data")
    }

    /// Whether another holds the lock. Where nobody does, it is taken for the length of the
    /// question, which `lock` outlasts.
    borrowing func isLocked() -> Bool { flock(descriptor, LOCK_SH | LOCK_NB) != 0 }

    /// Up to `count` bytes from `offset`; fewer where the file ends.
    borrowing func read(
        _ count: Int, at offset: Int64, _ site: IOSite
    ) throws(JournalError) -> [UInt8] {
        try strike(site, "read")
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    Int(offset) + filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard failure == 0 else { throw .system(failure, doing: "read \(path)") }
        return bytes
    }

    borrowing func write(
        _ bytes: [UInt8], at offset: Int64, _ site: IOSite
    ) throws(JournalError) {
        try strike(site, "write")
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { all in
                pwrite(
                    descriptor, all.baseAddress.map { $0 + done }, bytes.count - done,
                    Int(offset) + done)
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw .system(errno, doing: "write \(path)") }
            done += put
        }
    }

    /// Makes the content durable.
    borrowing func sync(_ site: IOSite) throws(JournalError) {
        try strike(site, "sync")
        guard fdatasync(descriptor) == 0 else { throw .system(errno, doing: "sync \(path)") }
    }

    /// Sends the content on its way to the disk without waiting for it.
    borrowing func startSync(_ count: Int, at offset: Int64, _ site: IOSite) throws(JournalError) {
        try strike(site, "sync")
        guard clinux_start_writing(descriptor, Int(offset), count) == 0 else {
            throw .system(errno, doing: "sync \(path)")
        }
    }

    /// Waits until what `startSync` sent has arrived: the next flush of the disk, for whatever
    /// file of the same disk, then makes it durable.
    borrowing func awaitSync(_ site: IOSite) throws(JournalError) {
        try strike(site, "sync")
        guard clinux_await_writing(descriptor) == 0 else {
            throw .system(errno, doing: "sync \(path)")
        }
    }

    /// Makes the names in a folder durable.
    borrowing func syncFolder(_ site: IOSite) throws(JournalError) {
        try strike(site, "sync")
        guard fsync(descriptor) == 0 else { throw .system(errno, doing: "sync \(path)") }
    }

    /// Bytes of the file.
    borrowing func size() throws(JournalError) -> Int64 {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .system(errno, doing: "stat \(path)") }
        return Int64(facts.st_size)
    }

    /// Whether the file still stands under a name: false once it was deleted or replaced.
    borrowing func isLinked() throws(JournalError) -> Bool {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .system(errno, doing: "stat \(path)") }
        return facts.st_nlink > 0
    }

    /// What tells the file from a copy of it: its number in its file system and when it was made
    /// there. 0 where the file system does not keep both over a restart of the machine, or is not
    /// known to.
    borrowing func place() throws(JournalError) -> UInt64 {
        var system = statfs()
        var facts = stat()
        guard fstatfs(descriptor, &system) == 0, fstat(descriptor, &facts) == 0 else {
            throw .system(errno, doing: "stat \(path)")
        }
        guard Self.lasting.contains(Int64(system.f_type)) else { return 0 }
        var writer = ByteWriter(capacity: 16)
        writer.write(UInt64(facts.st_ino))
        writer.write(UInt64(bitPattern: Int64(clinux_birth(descriptor))))
        return Hash.digest(writer.bytes, suite: .sha256Ed25519).prefix8
    }

    /// ext2 to ext4, XFS, Btrfs, F2FS, ZFS, overlayfs, tmpfs, by their magic numbers (statfs(2)).
    private static let lasting: [Int64] = [
        0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x2fc1_2fc1, 0x794c_7630, 0x0102_1994,
    ]

    borrowing func truncate(to size: Int64, _ site: IOSite) throws(JournalError) {
        try strike(site, "truncate")
        guard ftruncate(descriptor, Int(size)) == 0 else {
            throw .system(errno, doing: "truncate \(path)")
        }
    }

    /// Lends the first `count` bytes as memory, which the system fills as it is read. The file
    /// must not shrink meanwhile.
    borrowing func mapped<Result>(
        _ count: Int, _ site: IOSite, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(JournalError) -> Result {
        try strike(site, "map")
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            start != MAP_FAILED
        else { throw .system(errno, doing: "map \(path)") }
        defer { munmap(start, count) }
        return body(UnsafeRawBufferPointer(start: start, count: count))
    }

    private borrowing func strike(_ site: IOSite, _ action: String) throws(JournalError) {
        if let number = faults?.error(at: site) {
            throw .system(number, doing: "\(action) \(path)")
        }
    }
}

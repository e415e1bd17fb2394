import CSQLite
import Foundation

/// An SQLite VFS over the system's that loses power: at the n-th write or sync everything
/// stops, and what was written since each file's last sync is undone, all of it or every
/// other write.
///
/// One at a time: the counters are the process's own, as SQLite's function pointers are.
final class PowerShim: @unchecked Sendable {
    /// What the power leaves of the writes that were not synced.
    enum Loss: CaseIterable, Sendable {
        case none, all, everyOther
    }

    static let name = "power"
    // Reached by one serialised suite only.
    nonisolated(unsafe) static var callsLeft = Int.max
    nonisolated(unsafe) static var isDown = false
    nonisolated(unsafe) static var files: [UnsafeMutableRawPointer: Undo] = [:]

    /// What it takes to put one file back to its last sync.
    final class Undo {
        let path: String
        var writes: [(offset: Int64, before: Data, size: Int64)] = []
        init(path: String) { self.path = path }
    }

    /// Lets `calls` writes and syncs through.
    static func start(after calls: Int) {
        callsLeft = calls
        isDown = false
        files = [:]
    }

    /// Whether the call that comes now still happens.
    static func spend() -> Bool {
        if isDown { return false }
        callsLeft -= 1
        if callsLeft < 0 { isDown = true }
        return !isDown
    }

    /// Puts the files back as the disk has them after the power went.
    static func settle(_ loss: Loss, _ undone: [Undo]) throws {
        guard loss != .none else { return }
        for undo in undone {
            guard FileManager.default.fileExists(atPath: undo.path) else { continue }
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: undo.path))
            for (index, write) in undo.writes.enumerated().reversed()
            where loss == .all || index % 2 == 0 {
                try file.seek(toOffset: UInt64(write.offset))
                try file.write(contentsOf: write.before)
                if loss == .all { try file.truncate(atOffset: UInt64(write.size)) }
            }
            try file.close()
        }
    }

    nonisolated(unsafe) private static let base = sqlite3_vfs_find(nil)
    nonisolated(unsafe) private static let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(
        capacity: 1)
    /// The shim's methods for each kind of file that the system has: logs lock nothing.
    nonisolated(unsafe) private static var methods:
        [UnsafePointer<sqlite3_io_methods>: UnsafePointer<sqlite3_io_methods>] = [:]
    private static let registration: Int32 = {
        guard let base else { return SQLITE_ERROR }
        vfs.initialize(to: base.pointee)
        vfs.pointee.zName = UnsafePointer(strdup(name))
        vfs.pointee.pNext = nil
        vfs.pointee.xOpen = { _, path, file, flags, out in
            guard let base = PowerShim.base, let file, let open = base.pointee.xOpen else {
                return SQLITE_ERROR
            }
            let code = open(base, path, file, flags, out)
            guard code == SQLITE_OK, let path, file.pointee.pMethods != nil else { return code }
            PowerShim.wrap(file)
            PowerShim.files[UnsafeMutableRawPointer(file)] = Undo(path: String(cString: path))
            return code
        }
        return sqlite3_vfs_register(vfs, 0)
    }()

    static func register() -> Bool { registration == SQLITE_OK }

    /// The system's own methods of files, which the shim stands before: reading, writing and
    /// syncing are the same for every kind.
    nonisolated(unsafe) private static var original: UnsafePointer<sqlite3_io_methods>?

    private static func wrap(_ file: UnsafeMutablePointer<sqlite3_file>) {
        guard let theirs = file.pointee.pMethods else { return }
        if methods[theirs] == nil {
            original = theirs
            var own = theirs.pointee
            own.xWrite = { file, bytes, count, offset in
                guard let file, PowerShim.spend() else { return SQLITE_IOERR | 3 << 8 }
                PowerShim.remember(file, count, offset)
                return PowerShim.original?.pointee.xWrite(file, bytes, count, offset)
                    ?? SQLITE_ERROR
            }
            own.xTruncate = { file, size in
                guard let file, PowerShim.spend() else { return SQLITE_IOERR | 6 << 8 }
                // A truncation is taken as done at once: nothing before it can come back.
                PowerShim.files[UnsafeMutableRawPointer(file)]?.writes = []
                return PowerShim.original?.pointee.xTruncate(file, size) ?? SQLITE_ERROR
            }
            own.xSync = { file, flags in
                guard let file, PowerShim.spend() else { return SQLITE_IOERR | 4 << 8 }
                let code = PowerShim.original?.pointee.xSync(file, flags) ?? SQLITE_ERROR
                if code == SQLITE_OK {
                    PowerShim.files[UnsafeMutableRawPointer(file)]?.writes = []
                }
                return code
            }
            let place = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            place.initialize(to: own)
            methods[theirs] = UnsafePointer(place)
        }
        file.pointee.pMethods = methods[theirs]
    }

    /// Keeps what a write is about to cover.
    private static func remember(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ count: Int32, _ offset: Int64
    ) {
        var size: Int64 = 0
        _ = original?.pointee.xFileSize(file, &size)
        var before = [UInt8](repeating: 0, count: Int(count))
        _ = original?.pointee.xRead(file, &before, count, offset)
        files[UnsafeMutableRawPointer(file)]?.writes.append((offset, Data(before), size))
    }
}

import Base

/// A ZIP file (PKWARE APPNOTE 6.3) whose entries are stored as they are: what every computer opens
/// without a program of its own. Scans are packed already, and the rest is small.
package enum ZipFile {
    /// One file in it.
    package struct Entry: Hashable, Sendable {
        /// Folders with `/`, UTF-8.
        package let name: String
        package let bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Why bytes are no such file.
    package enum Fault: String, Error, Hashable, Sendable {
        /// No end of directory, or a place that lies outside.
        case cut = "文件残缺，或不是 ZIP 文件"
        /// Packed, encrypted or in parts: not as this program writes it.
        case foreign = "不是本系统导出的 ZIP 文件：含压缩或加密的条目"
        /// A name that leads out of the folder, or stands twice.
        case name = "条目名称重复，或指向目录之外"
        case tooMany = "条目过多"
    }

    private static let local: UInt32 = 0x0403_4b50
    private static let central: UInt32 = 0x0201_4b50
    private static let end: UInt32 = 0x0605_4b50
    /// Names are UTF-8.
    private static let flags: UInt16 = 0x0800
    /// 1980-01-01: the moment of an export stands in the manifest.
    private static let date: UInt16 = 0x0021
    private static let centralBytes = 46
    private static let localBytes = 30
    private static let endBytes = 22

    /// The file, its entries in their order. Cost: a copy of all bytes, and a CRC of each.
    package static func bytes(_ entries: [Entry]) -> [UInt8] {
        invariant(
            entries.count <= Limits.archiveFilesMax, "a package has a bounded number of files")
        var out: [UInt8] = []
        out.reserveCapacity(entries.reduce(64) { $0 + $1.bytes.count + 160 })
        var directory: [UInt8] = []
        for entry in entries {
            let name = Array(entry.name.utf8)
            let place = UInt32(out.count)
            var head: [UInt8] = []
            head.little(flags)
            head.little(0 as UInt16)
            head.little(0 as UInt16)
            head.little(date)
            head.little(CRC32.of(entry.bytes))
            head.little(UInt32(entry.bytes.count))
            head.little(UInt32(entry.bytes.count))
            head.little(UInt16(name.count))
            head.little(0 as UInt16)
            out.little(local)
            out.little(20 as UInt16)
            out += head
            out += name
            out += entry.bytes
            directory.little(central)
            directory.little(20 as UInt16)
            directory.little(20 as UInt16)
            directory += head
            // Comment, disk, inner and outer attributes.
            directory += [UInt8](repeating: 0, count: 10)
            directory.little(place)
            directory += name
        }
        let place = UInt32(out.count)
        out += directory
        out.little(end)
        out.little(0 as UInt32)
        out.little(UInt16(entries.count))
        out.little(UInt16(entries.count))
        out.little(UInt32(directory.count))
        out.little(place)
        out.little(0 as UInt16)
        return out
    }

    /// The entries of a file, by its directory. What the CRC says is not looked at: the manifest's
    /// digests say more.
    package static func entries(_ bytes: [UInt8]) throws(Fault) -> [Entry] {
        guard bytes.count >= endBytes else { throw .cut }
        let oldest = max(0, bytes.count - endBytes - Int(UInt16.max))
        guard
            let tail = stride(from: bytes.count - endBytes, through: oldest, by: -1)
                .first(where: { bytes.number($0, 4) == Int(end) })
        else { throw .cut }
        let count = bytes.number(tail + 10, 2)
        var place = bytes.number(tail + 16, 4)
        guard count <= Limits.archiveFilesMax else { throw .tooMany }
        var entries: [Entry] = []
        var names: Set<String> = []
        for _ in 0..<count {
            guard place + centralBytes <= tail, bytes.number(place, 4) == Int(central) else {
                throw .cut
            }
            let length = bytes.number(place + 28, 2)
            let next =
                place + centralBytes + length + bytes.number(place + 30, 2)
                + bytes.number(place + 32, 2)
            guard next <= tail else { throw .cut }
            let text = bytes[(place + centralBytes)..<(place + centralBytes + length)]
            guard let name = String(validating: text, as: UTF8.self) else { throw .name }
            let entry = try content(bytes, place, before: tail)
            place = next
            // A folder's own entry.
            if name.hasSuffix("/"), entry.isEmpty { continue }
            guard isPlain(name), names.insert(name).inserted else { throw .name }
            entries.append(Entry(name: name, bytes: entry))
        }
        return entries
    }

    private static func content(
        _ bytes: [UInt8], _ place: Int, before tail: Int
    ) throws(Fault) -> [UInt8] {
        let size = bytes.number(place + 24, 4)
        guard bytes.number(place + 10, 2) == 0, bytes.number(place + 8, 2) & 1 == 0,
            bytes.number(place + 20, 4) == size
        else { throw .foreign }
        let head = bytes.number(place + 42, 4)
        guard head + localBytes <= tail, bytes.number(head, 4) == Int(local) else { throw .cut }
        let start = head + localBytes + bytes.number(head + 26, 2) + bytes.number(head + 28, 2)
        guard start + size <= tail else { throw .cut }
        return Array(bytes[start..<(start + size)])
    }

    /// Whether a name stays below the folder.
    package static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.contains("\0")
            && !name.split(separator: "/", omittingEmptySubsequences: false)
                .contains { $0.isEmpty || $0 == "." || $0 == ".." }
    }
}

/// CRC-32 as ZIP has it (ISO 3309): for programs that open the file, not against forgery.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1
        }
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xffff_ffff
        for byte in bytes {
            value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
        }
        return ~value
    }
}

extension [UInt8] {
    fileprivate mutating func little(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
    }

    fileprivate mutating func little(_ value: UInt32) {
        little(UInt16(truncatingIfNeeded: value))
        little(UInt16(truncatingIfNeeded: value >> 16))
    }

    /// A little-endian number of at most four bytes; the place lies inside.
    fileprivate func number(_ place: Int, _ count: Int) -> Int {
        var value = 0
        for index in (0..<count).reversed() { value = value << 8 | Int(self[place + index]) }
        return value
    }
}

/// What a scan may be, told by its first bytes and by nothing that was said of it.
package enum MediaKind: String, Hashable, Sendable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case pdf = "application/pdf"

    /// - Parameter bytes: From the start of the file; `bytesLooked` of them are enough.
    /// - Returns: nil for everything else.
    package init?(sniffing bytes: some Collection<UInt8>) {
        let first = Array(bytes.prefix(Self.bytesLooked))
        func starts(_ magic: [UInt8], at place: Int = 0) -> Bool {
            first.count >= place + magic.count
                && first[place..<place + magic.count].elementsEqual(magic)
        }
        if starts([0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else if starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
            starts(Array("IHDR".utf8), at: 12)
        {
            self = .png
        } else if starts(Array("%PDF-".utf8)), first.count > 5, (0x31...0x39).contains(first[5]) {
            self = .pdf
        } else {
            return nil
        }
    }

    /// As many as the longest mark needs: PNG's with its first chunk's name.
    package static let bytesLooked = 16

    /// For people.
    package static let names = "JPEG、PNG、PDF"
}

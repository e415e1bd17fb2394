package import Base
package import Civil
package import Crypto
package import Domain

/// What a document's QR code carries: who made which document of which case, when, with which due
/// day and which content, signed by the station's key, and that key vouched for by the county. It
/// names no person. Whoever has the county's public key can check it without any network.
package struct PaperReceipt: Hashable, Sendable {
    /// What is signed.
    package struct Facts: Hashable, Sendable {
        package let kind: PaperKind
        /// The place that made the document.
        package let region: RegionCode
        package let number: CaseNumber
        /// First 16 bytes of the event's hash.
        package let event: Digest16
        /// Business time of the event, milliseconds since 1970.
        package let millis: Int64
        /// The day that it promises; nil where it promises none.
        package let due: CivilDate?
        /// First 16 bytes of SHA-256 over the document's text.
        package let content: Digest16

        package init(
            kind: PaperKind, region: RegionCode, number: CaseNumber, event: Digest16,
            millis: Int64, due: CivilDate?, content: Digest16
        ) {
            self.kind = kind
            self.region = region
            self.number = number
            self.event = event
            self.millis = millis
            self.due = due
            self.content = content
        }
    }

    package let facts: Facts
    /// The station's key, and 64 bytes of it over the facts.
    package let key: PublicKey
    package let signature: [UInt8]
    /// The county's word for that key: 64 bytes; empty where the station has none yet.
    package let voucher: [UInt8]

    /// - Parameter sign: By the station's key.
    package init(
        _ facts: Facts, by key: PublicKey, voucher: [UInt8], sign: ([UInt8]) -> [UInt8]
    ) {
        self.facts = facts
        self.key = key
        self.voucher = voucher
        signature = sign(Self.message(facts))
    }

    static let version: UInt8 = 1
    /// What every code begins with, so that people see what it is.
    package static let prefix = "SNP1."

    static func message(_ facts: Facts) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(bytes: Array("syncnode paper 1\0".utf8))
        write(facts, to: &writer)
        return writer.bytes
    }

    private static func write(_ facts: Facts, to writer: inout ByteWriter) {
        writer.write(byte: facts.kind.code)
        writer.write(facts.region.rawValue)
        writer.write(bytes: Array(facts.number.text.utf8))
        writer.write(facts.event)
        writer.write(UInt64(bitPattern: facts.millis))
        writer.write(UInt64(facts.due.map { $0.daysSince1970 + 1_000_000 } ?? 0), count: 4)
        writer.write(facts.content)
    }

    /// What a county signs to vouch for a station's key.
    package static func vouching(
        for key: PublicKey, of region: RegionCode, by county: RegionCode
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(bytes: Array("syncnode station key 1\0".utf8))
        writer.write(county.rawValue)
        writer.write(region.rawValue)
        writer.write(byte: key.suite.rawValue)
        writer.write(bytes: key.bytes)
        return writer.bytes
    }

    /// As the code has it: about 330 characters.
    package var text: String {
        var writer = ByteWriter(capacity: 320)
        writer.write(byte: Self.version)
        Self.write(facts, to: &writer)
        writer.write(byte: key.suite.rawValue)
        writer.write(bytes: key.bytes)
        writer.write(bytes: signature)
        writer.write(bytes: voucher)
        return Self.prefix + Base64.encode(writer.bytes)
    }

    /// - Parameter text: As `text` gives it; blanks that paper or people put in are passed over.
    package init?(_ text: String) {
        let plain = String(text.filter { !$0.isWhitespace })
        guard plain.hasPrefix(Self.prefix), plain.utf8.count <= Limits.paperReceiptBytesMax,
            let bytes = Base64.decode(String(plain.dropFirst(Self.prefix.count)))
        else { return nil }
        do throws(DecodeError) {
            var reader = ByteReader(bytes)
            try self.init(&reader)
            guard reader.remaining == 0 else { return nil }
        } catch {
            return nil
        }
    }
}

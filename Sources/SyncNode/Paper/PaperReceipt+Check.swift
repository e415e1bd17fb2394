package import Base
import Change
import Civil
package import Crypto
import Domain

extension PaperReceipt {
    init(_ reader: inout ByteReader) throws(DecodeError) {
        func bad(_ field: String) -> DecodeError {
            DecodeError(.badValue, field: field, offset: reader.offset)
        }
        guard try reader.readByte("version") == Self.version else {
            throw DecodeError(.badVersion, field: "version", offset: 0)
        }
        guard let kind = PaperKind(code: try reader.readByte("kind")) else { throw bad("kind") }
        guard let region = RegionCode(number: try reader.readNumber(8, "region")) else {
            throw bad("region")
        }
        let digits = String(decoding: try reader.readBytes(26, "number"), as: UTF8.self)
        guard let number = CaseNumber(digits) else { throw bad("number") }
        let event = try reader.readDigest16("event")
        let millis = Int64(bitPattern: try reader.readNumber(8, "at"))
        let day = Int(try reader.readNumber(4, "due"))
        var due: CivilDate?
        if day != 0 {
            let epoch = CivilDate(of: Instant(millis: 0))
            due = epoch.advanced(by: day - 1_000_000)
            guard due?.daysSince1970 == day - 1_000_000 else { throw bad("due") }
        }
        facts = Facts(
            kind: kind, region: region, number: number, event: event, millis: millis, due: due,
            content: try reader.readDigest16("content"))
        guard let suite = Suite(rawValue: try reader.readByte("suite")) else { throw bad("suite") }
        let bytes = try reader.readBytes(PublicKey.byteCount(suite), "key")
        do throws(CryptoError) {
            key = try PublicKey(suite: suite, bytes: bytes)
        } catch {
            throw bad("key")
        }
        signature = try reader.readBytes(SigningKey.signatureBytes, "signature")
        guard reader.remaining == 0 || reader.remaining == SigningKey.signatureBytes else {
            throw bad("voucher")
        }
        voucher = try reader.readBytes(reader.remaining, "voucher")
    }

    /// What a check comes to.
    package enum Verdict: String, Hashable, Sendable, CaseIterable {
        /// Signed by a key that the county vouches for.
        case genuine
        /// Signed, by a key that nobody here vouches for.
        case unvouched
        /// Not signed by the key that it names.
        case forged
        /// The paper's words are others than those that were signed.
        case altered

        /// The verdict in a sentence.
        package var name: String {
            switch self {
            case .genuine: "真实：由所载站点签发，签发密钥经本县确认，内容未被改动"
            case .unvouched: "签名完整，但签发密钥未经所给的县公钥确认，请到任一站点核对"
            case .forged: "伪造：签名与所载内容不符"
            case .altered: "已被改动：纸面内容与签发时不同"
            }
        }
    }

    /// Checks it offline.
    ///
    /// - Parameters:
    ///   - county: The county's division code and public key, as anybody may have them.
    ///   - known: Whether this node knows a key as a station's own; where nothing is known, false.
    ///   - content: First 16 bytes of SHA-256 over the paper's text, where that was read, too.
    package func verdict(
        county: (code: RegionCode, key: PublicKey)?,
        known: (RegionCode, PublicKey) -> Bool = { _, _ in false }, content: Digest16? = nil
    ) -> Verdict {
        guard Self.holds(signature, by: key, over: Self.message(facts)) else { return .forged }
        if let content, content != facts.content { return .altered }
        if known(facts.region, key) { return .genuine }
        guard let county else { return .unvouched }
        if county.key == key, county.code == facts.region { return .genuine }
        guard !voucher.isEmpty else { return .unvouched }
        let words = Self.vouching(for: key, of: facts.region, by: county.code)
        return Self.holds(voucher, by: county.key, over: words) ? .genuine : .unvouched
    }

    /// Whether a key signed a message; false, too, where the key is none of its suite.
    package static func holds(
        _ signature: [UInt8], by key: PublicKey, over message: [UInt8]
    ) -> Bool {
        do throws(CryptoError) {
            return try VerifyingKey(key).verify(signature, of: message)
        } catch {
            return false
        }
    }
}

extension PaperReceipt {
    /// {verdict, sentence, paper, title, number, region, at, due}: what it says, and what became of
    /// its check.
    package func json(_ verdict: Verdict) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("verdict", verdict.rawValue)
            object.field("sentence", verdict.name)
            object.field("paper", facts.kind.rawValue)
            object.field("title", facts.kind.title)
            object.field("number", facts.number.text)
            object.field("region", facts.region.text)
            object.field("at", facts.millis)
            object.field("due", facts.due.map { .text($0.text) } ?? .null)
        }
        return writer.bytes
    }
}

package import Base
package import Change
import Civil
package import Crypto
package import Domain

/// A county's word that a key is a station's (签发密钥确认): a definition in its catalog, so that
/// every station has its own before it is off line. Documents carry it in their receipts.
package struct StationKey: Hashable, Sendable {
    package let region: RegionCode
    package let key: PublicKey
    /// 64 bytes of the county's key over `PaperReceipt.vouching`.
    package let voucher: [UInt8]

    package init(region: RegionCode, key: PublicKey, voucher: [UInt8]) {
        self.region = region
        self.key = key
        self.voucher = voucher
    }

    /// Where it stands in a county's catalog.
    package static func document(_ region: RegionCode, in catalog: ScopeID) -> DocumentKey {
        DefinitionState.key(.station, region.text, in: catalog)
    }

    /// As a definition keeps it; nil where it is not of its form.
    package init?(_ state: DefinitionState) {
        guard state.family == .station, let region = RegionCode(state.code),
            let key = state.body["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let voucher = state.body["voucher"]?.text.flatMap(Hex.decode),
            voucher.count == SigningKey.signatureBytes
        else { return nil }
        self.init(region: region, key: key.publicKey, voucher: voucher)
    }

    /// Whether the county's key says so.
    package func isVouched(by county: (code: RegionCode, key: PublicKey)) -> Bool {
        PaperReceipt.holds(
            voucher, by: county.key,
            over: PaperReceipt.vouching(for: key, of: region, by: county.code))
    }

    /// What the county writes.
    ///
    /// - Parameter known: What it said before.
    package func draft(in catalog: ScopeName, replacing known: DefinitionState?) -> Draft {
        var body = JSONWriter(capacity: 320)
        body.object { object in
            object.field("family", DefinitionState.Family.station.rawValue)
            object.field("code", region.text)
            object.object("body") { inner in
                inner.field("status", "current")
                inner.field("key", IncarnationKey(key).text)
                inner.field("voucher", Hex.encode(voucher))
            }
        }
        return Draft(
            scope: catalog, kind: .definitionSet, body: body.bytes,
            supersedes: known?.entries.heads.map(\.stamp.dot) ?? [])
    }
}

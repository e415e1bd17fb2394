import Base
import Change
import Crypto

@testable import Region

/// A county, its towns and a village, and the keys of their nodes: the same in every run.
struct SixKeys {
    let county = RegionID(1)
    let town = RegionID(2)
    let village = RegionID(4)
    let keys: [SigningKey]
    /// The county's seat, with the first key.
    let root: SeatRecord

    init() throws {
        keys = try (1...6).map { seed in
            try SigningKey(
                suite: .sha256Ed25519, seed: [UInt8](repeating: UInt8(seed), count: 32))
        }
        root = SeatRecord(
            region: county, epoch: 1, key: IncarnationKey(keys[0].publicKey), node: .zero,
            grant: .zero)
    }

    func key(_ index: Int) -> IncarnationKey { IncarnationKey(keys[index].publicKey) }
}

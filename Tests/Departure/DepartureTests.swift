import Base
import Change
import Crypto
import Domain
import Kernel
import Testing

@testable import Departure

/// Who may say that a node is to go, and up to where it counts.
@Suite struct DepartureTests {
    private let county = RegionID(1)
    private let town = RegionID(2)
    private let village = RegionID(4)
    private let keys: [SigningKey]
    private let directory: Directory

    init() throws {
        let keys = try (1...6).map { seed in
            try SigningKey(
                suite: .sha256Ed25519, seed: [UInt8](repeating: UInt8(seed), count: 32))
        }
        self.keys = keys
        func key(_ index: Int) -> IncarnationKey { IncarnationKey(keys[index].publicKey) }
        func node(_ index: Int) -> Digest {
            Digest(bytes: [UInt8](repeating: UInt8(index), count: 32))
        }
        var directory = Directory(
            root: SeatRecord(region: county, epoch: 1, key: key(0), node: node(0), grant: .zero))
        var seq: UInt64 = 1
        func say(_ entry: DirectoryEntry, _ region: RegionID, by index: Int) {
            seq += 1
            directory.add(
                Directory.Statement(
                    region: region, key: key(index), seq: Seq(seq),
                    hash: Digest(words: (seq, 0, 0, 1)), time: HybridTime(rawValue: seq),
                    entry: entry))
        }
        func seat(_ region: RegionID, epoch: UInt64, _ index: Int, node id: Int) -> DirectoryEntry {
            .seat(
                region: region, epoch: epoch, key: key(index), node: node(id),
                proof: .own(region: region, node: node(id), by: keys[index]))
        }
        func place(_ id: RegionID, _ text: String, under parent: RegionID?) throws -> DirectoryEntry
        {
            let code = try #require(RegionCode(text))
            return .region(
                RegionRecord(
                    id: id, code: code, name: text, level: DivisionCode.level(of: code) ?? .county,
                    parent: parent))
        }
        say(try place(county, "370124000000", under: nil), county, by: 0)
        say(try place(town, "370124106000", under: county), county, by: 0)
        say(seat(town, epoch: 1, 1, node: 11), county, by: 0)
        say(try place(village, "370124106201", under: town), town, by: 1)
        // A machine, its next incarnation, and another machine.
        say(seat(village, epoch: 1, 2, node: 12), town, by: 1)
        say(seat(village, epoch: 2, 3, node: 12), town, by: 1)
        say(seat(village, epoch: 3, 4, node: 13), town, by: 1)
        self.directory = directory
    }

    private func key(_ index: Int) -> IncarnationKey { IncarnationKey(keys[index].publicKey) }

    private func rule(
        _ code: String, _ node: String? = nil, by own: RegionID, _ directory: Directory
    ) throws -> String? {
        let code = try #require(RegionCode(code))
        do throws(Departure.Refusal) {
            _ = try Departure(
                from: code, node: node, by: own,
                in: directory)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test func oneMachineGoesWithAllItsIncarnations() throws {
        let code = try #require(RegionCode("370124106201"))
        let sitting = try Departure(from: code, node: nil, by: town, in: directory)
        #expect(sitting.keys == [key(4)])
        let former = try Departure(from: code, node: "0c0c", by: county, in: directory)
        #expect(former.keys == [key(2), key(3)])
        #expect(former.region.id == village)
    }

    @Test func whoIsNotAboveIsToldSo() throws {
        #expect(try rule("370124106201", by: village, directory) == "not-above")
        #expect(try rule("370124106000", by: village, directory) == "not-above")
        #expect(try rule("370124000000", by: county, directory) == "not-above")
        #expect(try rule("370124106999", by: county, directory) == "region-unknown")
        #expect(try rule("370124106201", "ffff", by: town, directory) == "node-unknown")
        #expect(try rule("370124106201", by: town, directory) == nil)
    }

    @Test func aCutIsWhatIsHeldHere() throws {
        let code = try #require(RegionCode("370124106201"))
        let departure = try Departure(from: code, node: nil, by: town, in: directory)
        let name = ScopeName.cases(village, year: 2026)
        let other = ScopeName.control(village)
        let hash = Digest(words: (9, 9, 9, 9))
        let chain = ChainState(
            key: keys[4].publicKey, node: .zero,
            head: ChainHead(actor: key(4).actor(in: name.id), seq: Seq(7), hash: hash))
        let scopes = [
            ScopeKnowledge(name: name, epoch: 1, chains: [chain]),
            ScopeKnowledge(name: other, epoch: 1, chains: []),
        ]
        let ends = departure.revocations(.lost, holding: scopes)
        #expect(
            ends == [
                Revocation(
                    key: key(4), reason: .lost,
                    cuts: [
                        Revocation.Cut(scope: name.id, seq: Seq(7), hash: hash.prefix16)
                    ])
            ])
    }
}

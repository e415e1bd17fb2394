import Base
import Change
import Crypto
import Domain
import Synchronization
import Testing

@testable import Vault

/// Nodes that share one store of keys, each with a key of its own.
final class VaultWorld: Sendable {
    let rings = Mutex<[DocumentKey: KeyringState]>([:])
    let audience = Mutex<[AgreementPublicKey]>([])
    let regions = Mutex<[RegionID: AgreementPublicKey]>([:])
    let scope = ScopeName.cases(RegionID(7), year: 2026)

    func vault(_ seed: UInt8, suite: Suite = .sha256Ed25519) throws -> Vault {
        let key = try AgreementKey(suite: suite, seed: Array(repeating: seed, count: 32))
        return Vault(
            agreement: key, locator: Array(repeating: seed, count: 32),
            ports: Vault.Ports(
                keyring: { key in self.rings.withLock { $0[key] } },
                keyrings: { scope in
                    self.rings.withLock { rings in
                        rings.values.filter { $0.scope == scope }
                            .sorted { $0.number < $1.number }
                    }
                },
                audience: { _ in self.audience.withLock { $0 } },
                reader: { region in self.regions.withLock { $0[region] } }))
    }

    /// What the fold does with a written draft.
    func take(_ drafts: [Draft]) throws {
        for draft in drafts {
            let said = try #require(KeyringState.read(try JSON(parsing: draft.body)))
            let key = KeyringState.key(scope: draft.scope.id, key: said.number)
            rings.withLock { rings in
                var ring = rings[key] ?? KeyringState(scope: draft.scope.id, number: said.number)
                ring.take(said.wraps, generation: said.generation)
                rings[key] = ring
            }
        }
    }

    func keeper(_ vault: Vault) -> KeyKeeper {
        KeyKeeper(vault, of: scope.region) { drafts in
            do {
                try self.take(drafts)
                return true
            } catch {
                return false
            }
        }
    }
}

@Suite struct VaultTests {
    private let world = VaultWorld()
    private let person = Person(
        name: "王小某", idNumber: "370124194401081234", phone: "13812345678", address: "焦庄村12号")

    private func sealed(by vault: Vault) async throws -> Envelope {
        #expect(vault.seal(person, in: world.scope) == nil, "no key yet")
        #expect(await world.keeper(vault).ensure(world.scope))
        return try #require(vault.seal(person, in: world.scope))
    }

    @Test func theAudienceOpensAndNobodyElse() async throws {
        let (village, town) = (try world.vault(1), try world.vault(2, suite: .sm3SM2))
        let relay = try world.vault(3)
        world.audience.withLock { $0 = [village.publicKey, town.publicKey] }
        let envelope = try await sealed(by: village)
        #expect(try village.open(envelope) == person)
        #expect(try town.open(envelope) == person)
        #expect(throws: Vault.Failure.noKey) { try relay.open(envelope) }
        let text = envelope.text + (Base64.decode(envelope.text).map { "\($0)" } ?? "")
        for plain in ["王小某", "370124194401081234", "13812345678"] {
            #expect(!text.contains(plain))
        }
        #expect(Envelope(text: envelope.text) == envelope)
    }

    @Test func aFlippedBitIsSeen() async throws {
        let village = try world.vault(1)
        let bytes = try #require(Base64.decode(try await sealed(by: village).text))
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 0x10
            guard let envelope = Envelope(text: Base64.encode(altered)) else { continue }
            #expect(throws: Vault.Failure.self, "byte \(index)") { try village.open(envelope) }
        }
        var last = bytes
        last[last.count - 1] ^= 1
        let envelope = try #require(Envelope(text: Base64.encode(last)))
        #expect(throws: Vault.Failure.damaged) { try village.open(envelope) }
    }

    @Test func equalPersonsLookDifferent() async throws {
        let village = try world.vault(1)
        let one = try await sealed(by: village)
        let other = try #require(village.seal(person, in: world.scope))
        #expect(one.box != other.box && one.wrapped != other.wrapped)
    }

    @Test func whoComesLaterIsGivenTheKey() async throws {
        let (village, town) = (try world.vault(1), try world.vault(2))
        let envelope = try await sealed(by: village)
        #expect(throws: Vault.Failure.noKey) { try town.open(envelope) }
        world.audience.withLock { $0 = [village.publicKey, town.publicKey] }
        await world.keeper(village).lookOver([world.scope])
        #expect(try town.open(envelope) == person)
        let count = world.rings.withLock { $0.count }
        await world.keeper(village).lookOver([world.scope])
        #expect(world.rings.withLock { $0.count } == count, "and then there is nothing to do")
    }

    /// While the disk is full nothing is written: whoever came then once never got the key.
    @Test func aKeyThatCouldNotBePassedOnIsPassedOnLater() async throws {
        let (village, town) = (try world.vault(1), try world.vault(2))
        let envelope = try await sealed(by: village)
        world.audience.withLock { $0 = [village.publicKey, town.publicKey] }
        let left = Mutex(3)
        let keeper = KeyKeeper(village, of: world.scope.region) { [world] drafts in
            guard left.withLock({ $0 }) <= 1 else { return false }
            do {
                try world.take(drafts)
                return true
            } catch {
                return false
            }
        }
        let watch = KeyKeeper.Watch(
            version: { 1 }, scopes: { [world] in [world.scope] }, present: { nil })
        await keeper.keep(watch) {
            left.withLock { count in
                count -= 1
                return count > 0
            }
        }
        #expect(try town.open(envelope) == person)
    }

    @Test func whoLeftCannotOpenWhatComesAfter() async throws {
        let (village, town, next) = (
            try world.vault(1), try world.vault(2), try world.vault(4)
        )
        world.audience.withLock { $0 = [village.publicKey, town.publicKey] }
        let before = try await sealed(by: village)
        world.audience.withLock { $0 = [village.publicKey, next.publicKey] }
        await world.keeper(village).lookOver([world.scope])
        let after = try #require(village.seal(person, in: world.scope))
        #expect(after.key != before.key)
        #expect(throws: Vault.Failure.noKey) { try town.open(after) }
        #expect(try next.open(after) == person)
        #expect(try next.open(before) == person, "who came in has the old ones, too")
    }

    @Test func aWrongWrapHidesNoRightOne() async throws {
        let (village, town) = (try world.vault(1), try world.vault(2))
        world.audience.withLock { $0 = [village.publicKey, town.publicKey] }
        let envelope = try await sealed(by: village)
        let key = envelope.keyring
        world.rings.withLock { rings in
            let to = Vault.fingerprint(town.publicKey)
            rings[key]?.take([.init(to: to, box: "-"), .init(to: to, box: "AAAA")], generation: 0)
        }
        #expect(try town.open(envelope) == person)
        // One that opens, with another key in it, before the right one.
        let wraps = try #require(world.rings.withLock { $0[key]?.wraps })
        var about = ByteWriter(capacity: 48)
        about.write(bytes: "syncnode given scope key 1\0".utf8)
        about.write(world.scope.id)
        about.write(envelope.key)
        let wrong = try Seal.seal(
            Array(repeating: 9, count: 32), to: town.publicKey, associated: about.bytes,
            ephemeralSeed: Array(repeating: 3, count: 32))
        let to = Vault.fingerprint(town.publicKey)
        world.rings.withLock { rings in
            var ring = KeyringState(scope: world.scope.id, number: envelope.key)
            ring.take(
                [.init(to: to, box: Base64.encode(wrong))] + wraps.filter { $0.to == to },
                generation: 1)
            rings[key] = ring
        }
        #expect(try world.vault(2).open(envelope) == person)
    }

    @Test func aCaseGoesToAnotherCountyAndNoFarther() async throws {
        let (county, other, relay) = (try world.vault(1), try world.vault(2), try world.vault(3))
        let envelope = try await sealed(by: county)
        #expect(county.rewrap(envelope, for: .node(of: RegionID(9))) == nil, "no key of theirs")
        world.regions.withLock { $0[RegionID(9)] = other.publicKey }
        let passed = try #require(county.rewrap(envelope, for: .node(of: RegionID(9))))
        #expect(try other.open(passed) == person)
        #expect(throws: Vault.Failure.noKey) { try relay.open(passed) }
        #expect(throws: Vault.Failure.noKey) { try other.open(envelope) }
        let there = ScopeName.cases(RegionID(9), year: 2026)
        #expect(other.rewrap(passed, for: .audience(of: there)) == nil)
        #expect(other.wanted == [there], "so that the key is made")
        #expect(await world.keeper(other).ensure(there))
        let home = try #require(other.rewrap(passed, for: .audience(of: there)))
        #expect(home.box == envelope.box && home.scope == there.id)
        #expect(try other.open(home) == person)
    }

    @Test func blindTokensAreANodesOwn() throws {
        let (one, other) = (try world.vault(1), try world.vault(2))
        #expect(one.token(.name, "王 小某") == one.token(.name, "王小某"))
        #expect(
            one.token(.idNumber, "37012419440101123x") == one.token(.idNumber, "37012419440101123X")
        )
        #expect(one.token(.phone, "+86 138-1234-5678") == one.token(.phone, "13812345678"))
        #expect(one.token(.name, "王小某") != other.token(.name, "王小某"))
        #expect(one.token(.name, "1") != one.token(.phone, "1"))
        #expect(
            one.token(.application, "1", about: "A") != one.token(.application, "1", about: "B"))
    }
}

import Base
import Change
import Crypto
import Testing

@Suite struct GenesisTests {
    let scope = ScopeName.catalog(RegionID(4))

    @Test(arguments: Suite.allCases) func decodeIsTheInverseOfEncode(suite: Suite) throws {
        let key = try SigningKey(suite: suite, seed: [UInt8](repeating: 3, count: 32)).publicKey
        let genesis = Genesis(
            key: key, node: ExchangeHash.digest([1]),
            predecessors: [
                ChainHead(actor: ActorID(9), seq: Seq(4), hash: ExchangeHash.digest([2])),
                ChainHead(actor: ActorID(2), seq: Seq(400), hash: ExchangeHash.digest([3])),
            ], grant: ExchangeHash.digest([4]))
        let bytes = genesis.encode()
        #expect(try Genesis.decode(bytes) == genesis)
        #expect(try Genesis.decode(bytes).encode() == bytes)
        #expect(genesis.predecessors.map(\.actor) == [ActorID(2), ActorID(9)])
        for index in bytes.indices {
            #expect(throws: DecodeError.self) { try Genesis.decode(Array(bytes[..<index])) }
            var bad = bytes
            bad[index] ^= 0xff
            do throws(DecodeError) {
                let read = try Genesis.decode(bad)
                #expect(read != genesis && read.encode() == bad, "byte \(index)")
            } catch {
                #expect(error.offset <= bad.count)
            }
        }
    }

    /// PROTOCOL §4: `previous` binds scope, actor and everything in the body, so that a chain
    /// stripped of its start, or moved, founds nothing.
    @Test func aGenesisIsBoundToItsPlace() throws {
        let writer = try Writer(1)
        let good = writer.genesis(scope)
        #expect(Genesis.founding(good)?.key == writer.key.publicKey)
        let other = ScopeName.catalog(RegionID(5))
        func founding(_ edit: (inout ChangeHeader) -> Void, body: [UInt8]? = nil) -> Genesis? {
            var header = good.header
            edit(&header)
            let bytes = body ?? good.body ?? []
            return Genesis.founding(
                ChangeCodec.make(header, salt: .zero, body: bytes, suite: .sha256Ed25519))
        }
        #expect(founding { _ in } != nil)
        #expect(founding { $0.scope = other.id } == nil)
        #expect(founding { $0.actor = ActorID(1) } == nil)
        #expect(founding { $0.previous = .zero } == nil)
        #expect(founding { $0.seq = Seq(2) } == nil)
        #expect(founding { $0.kind = ChangeKind(rawValue: 1) } == nil)
        let stripped = Genesis(
            key: writer.key.publicKey, node: ExchangeHash.digest([8]), predecessors: [],
            grant: .zero)
        #expect(founding({ _ in }, body: stripped.encode()) == nil)
        #expect(Genesis.founding(ChangeCodec.elided(good)) == nil)
    }

    @Test func anActorIsOneIncarnationInOneScope() throws {
        let one = try Writer(1)
        let two = try Writer(2)
        let other = ScopeName.catalog(RegionID(5))
        let actors = [
            one.actor(in: scope), two.actor(in: scope), one.actor(in: other),
            try Writer(1, suite: .sm3SM2).actor(in: scope),
        ]
        #expect(Set(actors).count == 4)
    }

    @Test func aKeyIsItsText() throws {
        let key = IncarnationKey(try Writer(1).key.publicKey)
        #expect(IncarnationKey(text: key.text) == key)
        #expect(IncarnationKey(text: "03" + key.text.dropFirst(2)) == nil)
        #expect(IncarnationKey(text: String(key.text.dropLast(2))) == nil)
        var writer = ByteWriter()
        key.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try IncarnationKey.decode(from: &reader, "key") == key)
    }
}

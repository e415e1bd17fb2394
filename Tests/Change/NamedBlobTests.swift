import Base
import Change
import Testing

@Suite struct NamedBlobTests {
    private let one = String(repeating: "0a", count: 32)
    private let two = String(repeating: "f9", count: 32)

    private func named(_ body: String) -> [String] {
        let header = ChangeHeader(
            scope: ScopeID(1), actor: ActorID(2), seq: Seq(2), previous: .zero,
            time: HybridTime(rawValue: 1), kind: ChangeKind(rawValue: 0x8020))
        let change = ChangeCodec.make(
            header, salt: .zero, body: Array(body.utf8), suite: .sha256Ed25519)
        return change.namedBlobs.map(\.hex)
    }

    @Test func membersAreFoundWhereverTheyStand() {
        #expect(named("{\"blob\":\"\(one)\"}") == [one])
        let body =
            "{\"detail\":{\"materials\":[{\"code\":\"M1\",\"blob\":\"\(one)\"},\"M2\","
            + "{\"blob\":\"\(two)\",\"code\":\"M3\"},{\"blob\":\"\(one)\"}]}}"
        #expect(named(body) == [one, two])
        // At every distance from the start, as the search goes in steps.
        for count in 0..<40 {
            let fill = String(repeating: "b\\\"", count: count)
            #expect(named("{\"n\":\"\(fill)\",\"blob\":\"\(one)\"}") == [one])
        }
    }

    @Test func whatIsNoDigestIsNone() {
        #expect(named("{}").isEmpty)
        #expect(named("").isEmpty)
        #expect(named("{\"blob\":\"\(one.dropLast())\"}").isEmpty)
        #expect(named("{\"blob\":\"\(one)0\"}").isEmpty)
        #expect(named("{\"blob\":\"\(one.uppercased())\"}").isEmpty)
        #expect(named("{\"blob\":\"\(one.dropLast())g\"}").isEmpty)
        #expect(named("{\"blobs\":\"\(one)\"}").isEmpty)
        #expect(named("{\"note\":\"\\\"blob\\\":\\\"\(one)\\\"\"}").isEmpty, "text is no member")
        #expect(named("{\"blob\":\"").isEmpty)
        #expect(named("{\"blob\":\"\(one)").isEmpty)
    }

    @Test func aChangeNamesSoManyAndNoMore() {
        let many = (0..<100).map { number in
            let text = String(number)
            return "{\"blob\":\"\(String(repeating: "0", count: 64 - text.count))\(text)\"}"
        }
        let found = named("[" + many.joined(separator: ",") + "]")
        #expect(found.count == Limits.changeBlobsMax)
    }
}

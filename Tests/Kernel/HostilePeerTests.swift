import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Support
import Testing

/// What an admitted peer may send without harm to this node's own chains.
@Suite struct HostilePeerTests {
    private let scope = ScopeName.catalog(RegionID(1))

    @Test func aScopeTakesNoMoreChainsThanAVectorStates() throws {
        let node = try FixtureNode(seed: 1, region: RegionID(1))
        try node.note(scope, "own")
        var admitted = 0
        var refused = 0
        for first in stride(from: 0, to: Limits.vectorEntriesMax + 8, by: 200) {
            let report = try #require(try node.admit(try strangers(first..<first + 200), scope))
            admitted += report.admitted
            refused += report.refusals.count
        }
        #expect(admitted == Limits.vectorEntriesMax - 1)
        #expect(refused == 1200 - admitted)
        #expect(node.vector(scope).heads.count == Limits.vectorEntriesMax)
    }

    @Test func anOwnChangeCitesNoMoreThanEveryReaderTakes() throws {
        let node = try FixtureNode(seed: 1, region: RegionID(1))
        try node.note(scope, "own")
        _ = try node.admit(try strangers(0..<150), scope)
        let own = node.signer.key.actor(in: scope.id)
        var cited: Set<ActorID> = []
        for count in [64, 64, 22, 0] {
            try node.note(scope, "again")
            let head = try #require(node.vector(scope)[own])
            let dot = Dot(actor: own, seq: head.seq)
            let change = try #require(try node.journal.change(at: dot, in: scope.id))
            #expect(change.header.deps.count == count)
            cited.formUnion(change.header.deps.map(\.actor))
            _ = try ChangeCodec.decode(change.bytes, suite: .sha256Ed25519)
        }
        #expect(cited.count == 150, "each is cited by one of them")
    }

    @Test func aCommandWhoseChangeWouldBeTooLongIsRefused() throws {
        let node = try FixtureNode(seed: 1, region: RegionID(1))
        let county = RegionRecord(
            id: RegionID(1), code: try #require(RegionCode("370124000000")), name: "县",
            level: .county, parent: nil)
        try node.commit([.state([.region(county)])])
        func say(_ command: Command) throws -> Outcome {
            try #require(try node.commit([.command(command, author: 0, replayKey: nil)]).first)
        }
        let published = try say(
            Command(json: [
                "command": "item.publish", "code": "370511001001", "immediate": true,
                "elements": [
                    "name": "事项", "kind": "公共服务", "handling": "承诺件", "legalDays": 5,
                    "promisedDays": 5, "materials": [], "conditions": "无",
                    "basis": "样例办法第一条", "level": "县级", "department": "县民政局",
                    "agency": "县民政局", "audience": ["自然人"], "steps": ["收件与受理", "审查与决定"],
                    "fees": ["charged": false], "result": ["kind": "其他", "name": "办理结果"],
                ],
            ]))
        guard case .done = published else {
            Issue.record("the item was not published: \(published)")
            return
        }
        // One character of very many bytes. As JSON it would be refused by its field.
        let long = "e" + String(repeating: "\u{301}", count: Limits.changeBodyBytesMax / 2)
        #expect(throws: RuleRefusal.self) {
            try Command(json: [
                "command": "item.suspend", "code": "370511001001", "reason": .text(long),
            ])
        }
        let order = StandingOrder(code: "370511001001", standing: .suspended, reason: long)
        let suspended = try say(.catalog(.setStanding(order)))
        guard case .refused(let refusal) = suspended else {
            Issue.record("a body over its limit was written")
            return
        }
        #expect(refusal.rule == "body-too-long")
    }

    /// One genesis each of keys that the node has never seen.
    private func strangers(_ seeds: Range<Int>) throws -> ChangeBatch {
        var changes: [Change] = []
        var heads: [SignedHead] = []
        for seed in seeds {
            var bytes = [UInt8](repeating: 9, count: 32)
            bytes[0] = UInt8(truncatingIfNeeded: seed)
            bytes[1] = UInt8(truncatingIfNeeded: seed >> 8)
            let key = try SigningKey(suite: .sha256Ed25519, seed: bytes)
            let actor = Genesis.actor(of: key.publicKey, in: scope.id)
            let body = Genesis(
                key: key.publicKey, node: .zero, predecessors: [], grant: .zero
            ).encode()
            let header = ChangeHeader(
                scope: scope.id, actor: actor, seq: Seq(1),
                previous: Genesis.previous(
                    scope: scope.id, actor: actor, body: body, suite: .sha256Ed25519),
                time: HybridTime(rawValue: 1), kind: .genesis)
            let change = ChangeCodec.make(
                header, salt: .zero, body: body, suite: .sha256Ed25519)
            changes.append(change)
            let message = SignedHead.message(scope: scope.id, head: change.head)
            heads.append(SignedHead(head: change.head, signature: key.sign(message)))
        }
        return ChangeBatch(
            scope: scope.id, changes: changes, heads: heads, suite: { _ in .sha256Ed25519 })
    }
}

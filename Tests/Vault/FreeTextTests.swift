import Base
import Change
import Crypto
import Domain
import Testing

@testable import Vault

/// What somebody wrote freely: sealed on its way in, opened by whoever has the case's key.
@Suite struct FreeTextTests {
    private let world = VaultWorld()
    private let words = "申请人上官云珠称户口簿丢失"
    private let person = Person(name: "上官云珠")

    private func village() async throws -> (vault: Vault, envelope: Envelope) {
        let vault = try world.vault(1)
        #expect(await world.keeper(vault).ensure(world.scope))
        return (vault, try #require(vault.seal(person, in: world.scope)))
    }

    private func desk(_ envelope: Envelope?) -> SealingDesk {
        SealingDesk(
            region: world.scope.region, directory: { Directory() },
            now: Instant(millis: 1_790_000_000_000), known: { _ in envelope }, station: { _ in nil }
        )
    }

    /// Every text of every command that is not published, each a JSON with `§` in its place.
    private static let commands =
        [
            "case.refuse\",\"reason\":\"§", "case.correct\",\"gaps\":[\"M1 §\"],\"reason\":\"§",
            "case.correct\",\"gaps\":[\"§\"],\"reason\":\"",
            "case.correct\",\"gaps\":[{\"material\":\"M1\",\"lack\":\"§\",\"way\":\"§\"}],\"reason\":\"",
            "case.review\",\"outcome\":\"grant\",\"note\":\"§",
            "case.decide\",\"outcome\":\"refuse\",\"note\":\"§", "case.withdraw\",\"reason\":\"§",
            "case.note\",\"note\":\"§", "case.rate\",\"score\":5,\"note\":\"§",
            "case.offer\",\"to\":\"370124000000\",\"reason\":\"§", "case.reject\",\"reason\":\"§",
            "case.recall\",\"reason\":\"§", "case.force\",\"to\":\"370124000000\",\"reason\":\"§",
            "case.erase\",\"reason\":\"§", "case.preserve\",\"reason\":\"§",
            "case.dispose\",\"reason\":\"§", "case.export\",\"reason\":\"§",
            "case.propose\",\"reason\":\"§",
            "case.answer\",\"outcome\":\"way\",\"reason\":\"§",
            "case.pause\",\"procedure\":\"鉴定\",\"days\":3,\"reason\":\"§",
            "case.suspend\",\"approver\":\"§\",\"reason\":\"§", "case.resume\",\"note\":\"§",
            "case.extend\",\"days\":3,\"approver\":\"§\",\"reason\":\"§",
            "case.askSeal\",\"to\":\"370124000000\",\"document\":\"§",
            "case.seal\",\"outcome\":\"sealed\",\"seal\":\"§\",\"note\":\"§",
            "case.ready\",\"certificate\":\"§", "case.end\",\"reason\":\"§",
            "case.verify\",\"outcome\":\"kept\",\"note\":\"§", "case.revoke\",\"reason\":\"§",
            "case.originals\",\"codes\":[\"M1\"],\"way\":\"back\",\"receiver\":\"§",
            "case.material\",\"codes\":[\"M1\"],\"level\":\"B\",\"note\":\"§",
            "case.waive\",\"code\":\"M1\",\"certificate\":\"§",
            "case.reveal\",\"reason\":\"§", "ticket.open\",\"kind\":\"request\",\"text\":\"§",
            "rating.give\",\"contact\":\"1\",\"grade\":1,\"text\":\"§",
            "account.name\",\"login\":\"li\",\"name\":\"§",
        ]
        + TicketAct.allCases.map { act in
            "ticket.\(act.rawValue)\",\"ticket\":\"T1\",\"outcome\":\"yes\",\"to\":\"370124000000\","
                + "\"note\":\"§"
        }

    @Test(arguments: commands) func noTextGoesInAsItIs(_ body: String) async throws {
        let (vault, envelope) = try await village()
        let number = "37012410620120260921000019"
        let full = body.replacing("§", with: words)
        let json =
            "{\"case\":\"\(CaseNumber(number)?.text ?? String(repeating: "0", count: 32))\","
            + "\"command\":\"\(full)\"}"
        let command = try Command(json: try JSON(parsing: Array(json.utf8)))
        #expect("\(command)".contains(words), "it is read: \(body)")
        for known in [envelope, nil] {
            guard case .ready(let sealed) = vault.seal(command, at: desk(known)) else {
                Issue.record("not sealed: \(body)")
                continue
            }
            #expect(!"\(sealed)".contains("上官"), "\(body)")
            var texts = 0
            _ = try sealed.mappingTexts { text in
                let parsed = try #require(SealedText(text: text))
                #expect(try vault.open(parsed, of: known) == words)
                #expect(parsed.text == text)
                texts += 1
                return text
            }
            #expect(texts == body.count(where: { $0 == "§" }))
        }
    }

    @Test func aCasesTextsLieUnderItsKey() async throws {
        let (vault, envelope) = try await village()
        let text = try #require(vault.seal(words, beside: envelope))
        #expect(try vault.open(text, of: envelope) == words)
        let other = try #require(vault.seal(person, in: world.scope))
        #expect(throws: Vault.Failure.damaged) { try vault.open(text, of: other) }
        #expect(throws: Vault.Failure.noKey) { try vault.open(text, of: nil) }
        let relay = try world.vault(3)
        #expect(throws: Vault.Failure.noKey) { try relay.open(text, of: envelope) }
        #expect(relay.seal(words, beside: envelope) == nil)
    }

    @Test func aTextOfACaseIsReadWhereverTheCaseGoes() async throws {
        let (vault, envelope) = try await village()
        let other = try world.vault(2)
        world.regions.withLock { $0[RegionID(9)] = other.publicKey }
        let text = try #require(vault.seal(words, beside: envelope))
        let passed = try #require(vault.rewrap(envelope, for: .node(of: RegionID(9))))
        #expect(try other.open(text, of: passed) == words)
        let back = try #require(other.seal("已核对", beside: passed))
        #expect(try vault.open(back, of: envelope) == "已核对")
    }

    @Test func aTextOfNoCaseCarriesItsKey() async throws {
        let (vault, _) = try await village()
        let text = try #require(vault.seal(words, in: world.scope))
        #expect(try vault.open(text, of: nil) == words)
        guard case .whole(let envelope) = text else {
            Issue.record("\(text)")
            return
        }
        #expect(throws: Vault.Failure.damaged) { try vault.open(envelope) }
        guard case .whole(let forged)? = vault.seal("{\"name\":\"某甲\"}", in: world.scope) else {
            return
        }
        #expect(throws: Vault.Failure.damaged, "no text stands in for a person") {
            try vault.open(forged)
        }
        let relay = try world.vault(3)
        #expect(throws: Vault.Failure.noKey) { try relay.open(text, of: nil) }
    }

    @Test func aFlippedBitIsSeen() async throws {
        let (vault, envelope) = try await village()
        let text = try #require(vault.seal(words, beside: envelope)).text
        let bytes = try #require(Base64.decode(String(text.dropFirst(SealedText.mark.count))))
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 0x10
            guard let sealed = SealedText(text: SealedText.mark + Base64.encode(altered)) else {
                continue
            }
            #expect(throws: Vault.Failure.self, "byte \(index)") {
                try vault.open(sealed, of: envelope)
            }
        }
        #expect(SealedText(text: SealedText.mark + "%") == nil)
        #expect(SealedText(text: words) == nil)
    }
}

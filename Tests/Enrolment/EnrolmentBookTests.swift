import Base
import Crypto
import Testing

@testable import Enrolment

@Suite struct EnrolmentBookTests {
    private let now = Instant(millis: 1_790_000_000_000)
    private let secret = (0..<10).map { UInt8($0 * 7) }

    private func code(_ text: String = "370124106201") throws -> RegionCode {
        try #require(RegionCode(text))
    }

    private func wish(
        _ secret: [UInt8]?, node: UInt8 = 1, code text: String = "370124106201",
        name: String = "东崖村", hosts: [String] = []
    ) throws -> EnrolmentWish {
        let signing = try SigningKey(
            suite: .sha256Ed25519, seed: [UInt8](repeating: node, count: 32))
        let key = try CertificateKey(seed: [UInt8](repeating: node &+ 100, count: 32))
        let digest = Hash.digest(signing.publicKey.bytes, suite: .sha256Ed25519)
        let request = try CertificateRequest(
            CertificateSubject(region: try code(text), node: digest), by: key)
        return EnrolmentWish(
            membership: [1, 2], code: try code(text), name: name, hosts: hosts,
            request: request, secret: secret, by: signing)
    }

    private func read(_ wish: EnrolmentWish, changing: (inout JSONObject) -> Void = { _ in })
        throws -> EnrolmentWish
    {
        var writer = JSONWriter()
        writer.object { wish.write(to: &$0) }
        var object = try #require(try JSON(parsing: writer.bytes).object)
        changing(&object)
        return try EnrolmentWish(.object(object))
    }

    @Test func aCodeIsReadHoweverItIsWritten() throws {
        let anchor = Hash.digest([1], suite: .sha256Ed25519)
        let code = InviteCode(anchor: anchor, secret: secret)
        #expect(code.text.utf8.count == 55 && code.text.split(separator: "-").count == 8)
        #expect(InviteCode(code.text) == code)
        let spoken = code.text.lowercased().replacing("-", with: " ").replacing("0", with: "o")
            .replacing("1", with: "l")
        #expect(InviteCode(spoken) == code)
        let signs = Array(code.text)
        for index in signs.indices where signs[index] != "-" {
            var bad = signs
            bad[index] = bad[index] == "7" ? "8" : "7"
            #expect(InviteCode(String(bad)) == nil)
        }
        for bad in ["", "U", code.text + "0", String(code.text.dropLast()), "é"] {
            #expect(InviteCode(bad) == nil)
        }
    }

    @Test func anInvitationOpensOnceForItsPlaceInItsTime() throws {
        var book = EnrolmentBook()
        let made = try book.invite(
            try code(), "东崖村", hosts: [], hours: 2, secret: secret, at: now)
        #expect(try book.look(secret, at: now) == made)
        #expect(throws: EnrolmentRefusal.codeUnknown) { try book.look([1], at: now) }
        let late = now.advanced(byMillis: 2 * 3_600_000)
        #expect(throws: EnrolmentRefusal.codeExpired) { try book.look(secret, at: late) }
        let elsewhere = try wish(secret, code: "370124106202")
        #expect(throws: EnrolmentRefusal.codeRegion) { try book.redeem(elsewhere, at: now) }
        _ = try book.redeem(try wish(secret), at: now)
        _ = try book.redeem(try wish(secret), at: now)
        let other = try wish(secret, node: 2)
        #expect(throws: EnrolmentRefusal.codeUsed) { try book.redeem(other, at: now) }
        #expect(throws: EnrolmentRefusal.codeUsed) { try book.look(secret, at: now) }
        #expect(throws: EnrolmentRefusal.requestUnknown) { try book.withdraw(made.id, at: now) }
        let second = try book.invite(
            try code(), "东崖村", hosts: [], hours: 2, secret: [9] + secret.dropFirst(), at: now)
        try book.withdraw(second.id, at: now)
        #expect(throws: EnrolmentRefusal.codeWithdrawn) {
            try book.look([9] + secret.dropFirst(), at: now)
        }
    }

    @Test func aRequestWaitsUntilSomebodyLooks() throws {
        var book = EnrolmentBook()
        let asked = try book.ask(try wish(nil), at: now)
        #expect(asked.state == .waiting)
        #expect(try book.ask(try wish(nil), at: now).id == asked.id && book.requests.count == 1)
        #expect(try book.approve(asked.id).state == .approved)
        #expect(try book.ask(try wish(nil), at: now).state == .approved)
        #expect(throws: EnrolmentRefusal.requestUnknown) { try book.refuse(asked.id) }
        let second = try book.ask(try wish(nil, node: 2), at: now)
        _ = try book.refuse(second.id)
        #expect(throws: EnrolmentRefusal.refused) {
            try book.ask(try wish(nil, node: 2), at: now)
        }
        for node in 3..<UInt8(Limits.enrolmentRequestsMax + 3) {
            _ = try book.ask(try wish(nil, node: node), at: now)
        }
        #expect(throws: EnrolmentRefusal.queueFull) {
            try book.ask(try wish(nil, node: 200), at: now)
        }
    }

    @Test func theBookIsStoredWhole() throws {
        var book = EnrolmentBook()
        _ = try book.invite(
            try code(), "东崖村", hosts: ["10.0.0.1"], hours: 2, secret: secret, at: now)
        let wished = try wish(secret)
        _ = try book.redeem(wished, at: now)
        _ = try book.ask(try wish(nil, node: 3), at: now)
        book.note(
            IssuedCertificate(code: try code(), node: wished.node, hosts: ["a"], until: now))
        #expect(EnrolmentBook(book.encoded) == book)
        #expect(!String(decoding: book.encoded, as: UTF8.self).contains(Hex.encode(secret)))
        #expect(EnrolmentBook([1]) == nil && EnrolmentBook(Array("{}".utf8)) == nil)
    }

    @Test func aWishIsProvenByNodeAndKey() throws {
        let wished = try wish(secret, hosts: ["10.0.0.1"])
        #expect(try read(wished).node == wished.node)
        let other = try wish(secret, node: 2)
        let changes: [(inout JSONObject) -> Void] = [
            { $0["name"] = "别处" }, { $0["hosts"] = ["10.0.0.2"] }, { $0["membership"] = "00" },
            { $0["region"] = "370124106202" }, { $0["secret"] = nil }, { $0["name"] = "a\nb" },
            { $0["request"] = .text(Hex.encode(other.request.der)) }, { $0["hosts"] = ["a,b"] },
            { $0["proof"] = "00" }, { $0["nodeKey"] = "01" },
        ]
        for change in changes {
            #expect(throws: EnrolmentRefusal.malformed) { try read(wished, changing: change) }
        }
    }
}

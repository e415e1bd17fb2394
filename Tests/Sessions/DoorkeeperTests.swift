import Account
import Base
import Change
import Crypto
import Domain
import HTTP
import Synchronization
import Testing

@testable import API
@testable import Sessions

/// One node's door with accounts in memory: what an attacker tries at a login.
@Suite struct DoorkeeperTests {
    /// Accounts, and every line that the audit got.
    final class House: Sendable {
        let accounts = Mutex<[String: AccountState]>([:])
        let lines = Mutex<[AuditState]>([])
        let version = Mutex<UInt64>(0)
        let now = Mutex(Instant(millis: 1_790_000_000_000))
        let isReadable = Mutex(true)

        func look(_ passes: (AccountState) -> Bool) -> AccountLook {
            guard isReadable.withLock({ $0 }) else { return .unreadable }
            let found = accounts.withLock { $0.values.first(where: passes) }
            return found.map(AccountLook.found) ?? .absent
        }

        func enter(_ login: String, password: String = "yanshi-2026") {
            put(login) { word in
                word.name = "某人"
                word.roles = [.countyWindow]
                word.password =
                    PasswordRecord(
                        password, salt: [UInt8](repeating: 3, count: Limits.saltBytes), costLog2: 4
                    ).text
            }
        }

        func put(_ login: String, _ say: (inout AccountWord) -> Void) {
            let seq = version.withLock { version in
                version += 1
                return version
            }
            var word = AccountWord(id: login + "@1", login: login)
            say(&word)
            let header = ChangeHeader(
                scope: ScopeID(1), actor: ActorID(1), seq: Seq(seq), previous: .zero,
                time: HybridTime(millis: Int64(seq), counter: 0), kind: .genesis)
            let change = ChangeCodec.make(
                header, salt: .zero, body: word.body, suite: .sha256Ed25519)
            accounts.withLock { accounts in
                var state =
                    accounts[login]
                    ?? AccountState(id: word.id, login: login, region: RegionID(1))
                state.take(word, change)
                accounts[login] = state
            }
        }

        func keeper() -> Doorkeeper {
            Doorkeeper(
                ports: Doorkeeper.Ports(
                    region: RegionID(1),
                    byLogin: { login in self.look { $0.login == login } },
                    byAuthor: { author in self.look { $0.author == author } },
                    version: { self.version.withLock { $0 } },
                    submit: { command, _ in
                        if case .staff(.account(let order)) = command {
                            self.put(order.login) { word in
                                word.password = order.password
                                word.code = order.code
                            }
                        }
                        if case .staff(.record(let line)) = command {
                            self.lines.withLock { $0.append(line) }
                        }
                        return .done(answer: Array("{}".utf8))
                    }),
                node: .zero, isSecure: true, operatorToken: String(repeating: "a", count: 64),
                clock: { self.now.withLock { $0 } })
        }

        func pass(_ millis: Int64) {
            now.withLock { $0 = $0.advanced(byMillis: millis) }
        }
    }

    private func login(
        _ keeper: Doorkeeper, _ name: String, _ password: String, code: String = "",
        cookie: String? = nil
    ) async throws -> (status: Int, token: String, cookie: String) {
        let headers = cookie.map { [("Cookie", $0)] } ?? []
        let request = try HTTPRequest.make("POST", "/console/login", headers: headers)
        let wish = DoorOrder.Wish.login(login: name, password: password, code: code)
        let order = DoorOrder(wish: wish) { outcome in
            switch outcome {
            case .opened(let token, let cookie, _):
                HTTPResponse(
                    status: 200, headers: HTTPHeaders([("Set-Cookie", cookie)]),
                    body: Array(token.utf8))
            case .wait: HTTPResponse(status: 429)
            case .busy: HTTPResponse(status: 503)
            default: HTTPResponse(status: 401)
            }
        }
        let answer = await keeper.serve(order, of: request, by: .nobody)
        return (
            Int(answer.status), String(decoding: answer.body, as: UTF8.self),
            answer.headers["set-cookie"] ?? ""
        )
    }

    private func who(_ keeper: Doorkeeper, _ name: String, _ value: String) throws -> Principal {
        keeper.principal(of: try HTTPRequest.make("GET", "/", headers: [(name, value)]))
    }

    private func pair(_ cookie: String) -> String { String(cookie.prefix { $0 != ";" }) }

    @Test func aSessionIsNewAtEachLogin() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        // An attacker's cookie, planted before the login, stays nobody's.
        let planted = "sn_000000000000=" + String(repeating: "ab", count: 32)
        #expect(try who(keeper, "Cookie", planted).kind == .nobody)
        let first = try await login(keeper, "zhang", "yanshi-2026", cookie: planted)
        #expect(first.status == 200)
        #expect(try who(keeper, "Cookie", planted).kind == .nobody)
        #expect(pair(first.cookie) != planted)
        #expect(try who(keeper, "Cookie", pair(first.cookie)).login == "zhang")
        let second = try await login(keeper, "zhang", "yanshi-2026", cookie: pair(first.cookie))
        #expect(second.token != first.token && second.token.utf8.count == 64)
        for flag in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            #expect(first.cookie.contains(flag), "\(flag)")
        }
    }

    /// All readers were taken for a moment, just as some account had changed: everybody was once
    /// logged out by it.
    @Test func aStoreThatCannotBeReadEndsNoSession() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let session = try await login(keeper, "zhang", "yanshi-2026")
        house.enter("li")
        house.isReadable.withLock { $0 = false }
        #expect(try who(keeper, "Cookie", pair(session.cookie)).kind == .nobody)
        for _ in 0..<20 {
            #expect(try await login(keeper, "zhang", "yanshi-2026").status == 503, "not a guess")
        }
        house.isReadable.withLock { $0 = true }
        #expect(try who(keeper, "Cookie", pair(session.cookie)).login == "zhang")
        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 200)
    }

    @Test func aCookieHasFormsAndAProgramsTokenHasNone() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let session = try await login(keeper, "zhang", "yanshi-2026")
        #expect(try who(keeper, "Cookie", pair(session.cookie)).formToken.utf8.count == 32)
        #expect(try who(keeper, "Authorization", "Bearer " + session.token).formToken.isEmpty)
        let operatorToken = String(repeating: "a", count: 64)
        #expect(try who(keeper, "Authorization", "Bearer " + operatorToken).kind == .machine)
        #expect(try who(keeper, "Cookie", "sn_000000000000=" + operatorToken).kind == .nobody)
        for bad in ["Bearer", "Basic " + session.token, "Bearer " + session.token + "0", ""] {
            #expect(try who(keeper, "Authorization", bad).kind == .nobody, "\(bad)")
        }
    }

    /// A name that there is, one that there is not, a disabled one: one answer, and for each a
    /// password derived.
    @Test func namesAreNotTold() async throws {
        let house = House()
        house.enter("zhang")
        house.enter("aus")
        house.put("aus") { $0.isDisabled = true }
        let keeper = house.keeper()
        defer { keeper.stop() }
        for name in ["zhang", "niemand", "<script>"] {
            #expect(try await login(keeper, name, "falsch-2026").status == 401)
        }
        #expect(try await login(keeper, "aus", "yanshi-2026").status == 401)
        let lines = house.lines.withLock { $0 }
        #expect(lines.map(\.act) == Array(repeating: "login.failed", count: 4))
        #expect(lines[2].login.isEmpty, "what was typed is no name: perhaps a password")
        for name in ["zhang", "niemand"] {
            var statuses: [Int] = []
            for _ in 0..<Limits.wrongPasswordsFree + 2 {
                statuses.append(try await login(keeper, name, "falsch-2026").status)
            }
            #expect(statuses.last == 429, "\(name)")
        }
    }

    @Test func wrongPasswordsCostAWaitThatGrows() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        for _ in 0...Limits.wrongPasswordsFree {
            #expect(try await login(keeper, "zhang", "falsch-2026").status == 401)
        }
        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 429)
        house.pass(Limits.lockMillisMin)
        #expect(try await login(keeper, "zhang", "falsch-2026").status == 401)
        house.pass(Limits.lockMillisMin)
        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 429, "doubled")
        house.pass(Limits.lockMillisMin)
        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 200)
    }

    /// At once they are no more than one after the other: the count comes before the check.
    @Test func manyAtOnceAreCountedBeforeTheyAreChecked() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { try await login(keeper, "zhang", "falsch-\(number)").status }
            }
            var all: [Int] = []
            for try await status in group { all.append(status) }
            return all
        }
        #expect(statuses.count { $0 == 401 } <= Limits.wrongPasswordsFree + 1)
        #expect(statuses.allSatisfy { [401, 429, 503].contains($0) })
    }

    @Test func aDisabledAccountIsOutWithItsNextRequest() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let session = try await login(keeper, "zhang", "yanshi-2026")
        #expect(try who(keeper, "Cookie", pair(session.cookie)).kind == .account)
        house.put("zhang") { $0.roles = [.inspector] }
        #expect(try who(keeper, "Cookie", pair(session.cookie)).roles == [.inspector])
        house.put("zhang") { $0.isDisabled = true }
        #expect(try who(keeper, "Cookie", pair(session.cookie)).kind == .nobody)
        house.put("zhang") { $0.isDisabled = false }
        #expect(try who(keeper, "Cookie", pair(session.cookie)).kind == .nobody)
    }

    @Test func aSessionEndsWithIdlenessAndWithItsLogout() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let idle = try await login(keeper, "zhang", "yanshi-2026")
        house.pass(Limits.sessionIdleMillis + 1)
        #expect(try who(keeper, "Cookie", pair(idle.cookie)).kind == .nobody)
        let session = try await login(keeper, "zhang", "yanshi-2026")
        let request = try HTTPRequest.make(
            "POST", "/console/logout", headers: [("Cookie", pair(session.cookie))])
        let order = DoorOrder(wish: .logout) { outcome in
            guard case .closed(let cookie) = outcome else { return HTTPResponse(status: 500) }
            return HTTPResponse(status: 200, headers: HTTPHeaders([("Set-Cookie", cookie)]))
        }
        let answer = await keeper.serve(order, of: request, by: keeper.principal(of: request))
        #expect(answer.headers["set-cookie"]?.contains("Max-Age=0") == true)
        #expect(try who(keeper, "Cookie", pair(session.cookie)).kind == .nobody)
        #expect(house.lines.withLock { $0.map(\.act) } == ["login", "login", "logout"])
    }

    /// What became of a wish of somebody who is in.
    private func wish(
        _ keeper: Doorkeeper, _ wish: DoorOrder.Wish, _ cookie: String
    ) async throws -> DoorOutcome {
        let request = try HTTPRequest.make("POST", "/", headers: [("Cookie", pair(cookie))])
        let became = Mutex<DoorOutcome>(.wrong)
        let order = DoorOrder(wish: wish) { outcome in
            became.withLock { $0 = outcome }
            return HTTPResponse(status: 200)
        }
        _ = await keeper.serve(order, of: request, by: keeper.principal(of: request))
        return became.withLock { $0 }
    }

    private func isDone(_ outcome: DoorOutcome) -> Bool {
        if case .ruled(.done) = outcome { return true }
        return false
    }

    /// RFC 6238 at the login: begun by password, confirmed by a first code, then asked for each
    /// time, each code once; a new password keeps it, and it ends by password and code.
    @Test func aLoginAsksForACodeOnceItWasConfirmed() async throws {
        let house = House()
        house.enter("zhang")
        let keeper = house.keeper()
        defer { keeper.stop() }
        let session = try await login(keeper, "zhang", "yanshi-2026")
        #expect(!isDone(try await wish(keeper, .confirmCode("000000"), session.cookie)))
        guard
            case .shown(let text, let address) = try await wish(
                keeper, .beginCode(password: "yanshi-2026"), session.cookie)
        else {
            Issue.record("no secret")
            return
        }
        #expect(text.utf8.count == 32 && address.hasPrefix("otpauth://totp/syncnode:zhang?"))
        let secret = try #require(Self.bytes(ofBase32: text))
        func code(_ steps: Int64 = 0) -> String {
            let now = house.now.withLock { $0.millis }
            return OneTimeCode.code(secret: secret, step: now / 30_000 + steps)
        }
        // Shown is not begun: a login goes without.
        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 200)
        #expect(!isDone(try await wish(keeper, .confirmCode("123"), session.cookie)))
        #expect(isDone(try await wish(keeper, .confirmCode(code()), session.cookie)))
        let stored = try #require(house.accounts.withLock { $0["zhang"]?.code })
        #expect(!stored.contains(Hex.encode(secret)), "the secret is not stored in the clear")

        #expect(try await login(keeper, "zhang", "yanshi-2026").status == 401)
        #expect(try await login(keeper, "zhang", "yanshi-2026", code: code()).status == 401, "used")
        house.pass(60_000)
        #expect(try await login(keeper, "zhang", "falsch-2026", code: code()).status == 401)
        #expect(try await login(keeper, "zhang", "yanshi-2026", code: code(-9)).status == 401)
        #expect(try await login(keeper, "zhang", "yanshi-2026", code: code()).status == 200)
        #expect(try await login(keeper, "zhang", "yanshi-2026", code: code()).status == 401, "once")

        house.pass(60_000)
        let change = CommandBody.object([("command", "account.password"), ("login", "zhang")])
        #expect(
            isDone(
                try await wish(
                    keeper, .derive(password: "another-2026", old: "yanshi-2026", command: change),
                    session.cookie)))
        #expect(try await login(keeper, "zhang", "another-2026").status == 401)
        #expect(try await login(keeper, "zhang", "another-2026", code: code()).status == 200)

        house.pass(60_000)
        let wrong = DoorOrder.Wish.endCode(password: "another-2026", code: "000000")
        #expect(!isDone(try await wish(keeper, wrong, session.cookie)))
        let right = DoorOrder.Wish.endCode(password: "another-2026", code: code())
        #expect(isDone(try await wish(keeper, right, session.cookie)))
        #expect(try await login(keeper, "zhang", "another-2026").status == 200)
    }

    private static func bytes(ofBase32 text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var bits = 0
        for letter in text {
            guard let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".firstIndex(of: letter) else {
                return nil
            }
            let number = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".distance(
                from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".startIndex, to: value)
            held = held << 5 | UInt32(number)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(held >> UInt32(bits) & 0xff))
            }
        }
        return bytes
    }
}

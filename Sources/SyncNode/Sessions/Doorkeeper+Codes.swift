import API
import Account
import Base
import Domain
import HTTP
import Host

/// One-time codes: asked for at each login of an account that has them.
extension Doorkeeper {
    /// - Parameter key: What the account's password opened.
    func isRight(_ code: String, of account: AccountState, _ key: [UInt8]) -> Bool {
        guard let sealed = account.code else { return true }
        guard let secret = CodeSecret(sealed: sealed, key, of: account.id) else { return false }
        return codes.withLock { $0.take(code, of: secret, by: account.author, at: clock()) }
    }

    /// Shows a new secret. Nothing is stored before a code of it was given.
    func beginCode(
        _ password: String, _ principal: Principal, _ request: HTTPRequest
    ) async -> DoorOutcome {
        switch await open(password, principal, request) {
        case .failure(let refused): return refused.outcome
        case .success((let account, let key)):
            let secret = CodeSecret(SystemRandom.bytes(Limits.codeSecretBytes))
            let sealed = secret.sealed(
                key, of: account.id, nonce: SystemRandom.bytes(Limits.saltBytes))
            codes.withLock { $0.show(secret, sealed, to: account.author, at: clock()) }
            return .shown(
                secret: secret.text,
                address: secret.address(login: account.login, place: "syncnode"))
        }
    }

    /// From now on each login asks for a code.
    func confirmCode(_ code: String, _ principal: Principal) async -> DoorOutcome {
        let now = clock()
        let sealed = codes.withLock { codes -> String? in
            guard let shown = codes.shown(to: principal.author, at: now),
                codes.take(code, of: shown.secret, by: principal.author, at: now)
            else { return nil }
            codes.settle(principal.author)
            return shown.sealed
        }
        guard let sealed else { return .wrong }
        return await say(sealed, principal)
    }

    /// No codes any more.
    func endCode(
        _ password: String, _ code: String, _ principal: Principal, _ request: HTTPRequest
    ) async -> DoorOutcome {
        switch await open(password, principal, request) {
        case .failure(let refused): return refused.outcome
        case .success((let account, let key)):
            guard isRight(code, of: account, key) else { return .wrong }
            return await say("", principal)
        }
    }

    private func say(_ sealed: String, _ principal: Principal) async -> DoorOutcome {
        var object = JSONObject()
        object["command"] = "account.code"
        object["login"] = .text(principal.login)
        if !sealed.isEmpty { object["code"] = .text(sealed) }
        do throws(RuleRefusal) {
            let command = try Command(json: .object(object))
            return .ruled(await ports.submit(command, principal.author))
        } catch {
            return .ruled(.refused(error))
        }
    }
}

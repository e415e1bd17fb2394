package import Account
package import Base
import Crypto
import Domain
package import HTTP

/// Who may pass where: what each operation asks of the caller, before anything is read. Rules of
/// cases and items are the domain's; here stands only what a session and a role open.
enum Gate {
    /// What an operation asks for.
    private enum Need {
        /// Nothing: public pages, probes, nodes among themselves.
        case nothing
        /// To be known.
        case anyone
        /// An act that a role of the caller must allow.
        case act(Act)
        /// One of some acts.
        case either(Act, Act)
    }

    private static func need(_ operation: Operation) -> Need {
        switch operation {
        case .health, .readiness, .stylePage, .syncMessage, .loginPage, .loginForm, .openSession,
            .guidePage, .guideItemPage, .guideFile, .progressPage, .progressForm,
            .checkReceipt, .getCountyKey, .verifyPage, .screenPage, .ratePage, .rateForm,
            .bookPage, .bookForm, .ownBookingPage, .ownBookingForm:
            .nothing
        // The domain decides by role what a command may; it must have somebody's name.
        case .openAPI, .getSession, .closeSession, .changePassword, .changeCode, .codeForm,
            .homePage, .accountPage,
            .logoutForm, .passwordForm, .submitCommand, .receiveCase, .actOnCase, .publishItem,
            .actOnItem, .receiveForm, .caseForm, .addAccount, .actOnAccount, .accountForm,
            .archiveForm, .draftForm, .importCatalog, .catalogForm, .editForm, .boardForm,
            .importTickets,
            .closeQueue:
            .anyone
        case .listCases, .getCase, .getCaseClock, .search, .casePage, .searchPage, .streamEvents,
            .listPapers, .getPaper, .paperPage, .getDelivery, .listUnsent, .unsentPage:
            .act(.viewCases)
        case .listItems, .getItem, .getRollout, .listGrants, .getDueDate, .itemPage, .listDrafts,
            .draftsPage, .getSheet, .checkImport, .exportCatalog, .listDefinitions,
            .catalogPage, .sheetPage, .listPage, .editPage:
            .act(.viewCatalog)
        case .getBoard, .boardIndex, .boardPage: .act(.viewBoard)
        case .checkTickets: .act(.ticketImport)
        case .getQueue, .actOnQueue, .queuePage, .queueForm: .act(.queue)
        case .getArchive: .act(.archive)
        case .exportArchive: .act(.export)
        case .checkArchive, .archiveCheckForm: .act(.viewBoard)
        case .metrics, .getStatus, .listPeers, .listScopes, .scopesPage: .act(.viewNode)
        // A scan shows more of a person than any field.
        case .getBlob, .scanFile: .act(.reveal)
        // A scan for a case, or a blank form for an item.
        case .putBlob: .either(.supplement, .draft)
        case .scanForm: .act(.material)
        case .draftFileForm, .importPage, .importForm: .act(.draft)
        case .receivePage: .act(.receive)
        case .syncNow, .syncForm, .writeReceipt: .act(.sync)
        case .listAccounts: .act(.viewAccounts)
        case .enrolmentPage, .enrolmentForm: .act(.enrol)
        // Who ends nodes sees what came behind; that it counts is a word about cases.
        case .listLate, .latePage: .either(.adopt, .enrol)
        case .adoptLate, .lateForm: .act(.adopt)
        case .listAudit, .auditPage: .act(.viewAudit)
        case .listReconciliations, .reconciliationPage: .either(.viewAudit, .viewNode)
        }
    }

    /// - Throws: 401 where the caller must be known and is not, 403 where no role opens it, and
    ///   where a browser's session stands before a program's door.
    static func check(
        _ operation: Operation, _ face: Route.Face, _ request: HTTPRequest,
        _ principal: Principal
    ) throws(Problem) {
        let need = need(operation)
        if case .nothing = need { return }
        guard principal.kind != .nobody else {
            throw Problem(401, "login-required", "请先登录")
        }
        let isReading = request.method == .get || request.method == .head
        if face == .api, !isReading, !principal.formToken.isEmpty {
            throw Problem(403, "bearer-required", "程序接口须用令牌（Authorization: Bearer），不接受网页会话")
        }
        let wanted: [Act]
        switch need {
        case .nothing, .anyone: return
        case .act(let act): wanted = [act]
        case .either(let one, let other): wanted = [one, other]
        }
        if let act = wanted.first, !wanted.contains(where: principal.may) {
            let roles = principal.roles.map(\.name).joined(separator: "、")
            throw Problem(403, "role-forbids", "\(roles.isEmpty ? "无角色账户" : roles)不得\(act.name)")
        }
    }

    /// Where a person without a session is sent first; nil where the route is to answer.
    static func detour(
        _ route: Route, _ request: HTTPRequest, _ principal: Principal
    ) -> String? {
        guard route.face == .console, route.method == .get, principal.kind == .nobody else {
            return nil
        }
        if case .nothing = need(route.operation) { return nil }
        return "/login?next=" + URLText.segment(request.target)
    }

    /// A place on this node to go on to after a login; the first page for anything else.
    static func place(_ text: String?) -> String {
        guard let text, text.utf8.first == UInt8(ascii: "/"),
            text.utf8.dropFirst().first != UInt8(ascii: "/"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return text
    }
}

/// A stored case as lists and programs get it: in place of what is sealed stand the applicant's
/// fields, masked; all else byte for byte. The full ones are a command, with a reason
/// (`case.reveal`).
enum CaseMask {
    static func masked(
        _ state: [UInt8], _ person: (String) -> PersonAnswer
    ) -> [UInt8] {
        do throws(JSONError) {
            var scanner = try JSONScanner(state)
            guard let member = try scanner.member("sealed"), member.kind == .text else {
                return state
            }
            let answer = person(try scanner.text(member))
            var writer = JSONWriter(capacity: 192)
            writer.object { object in
                object.field("person", answer.word)
                let shown = answer.masked
                object.field("applicant", shown.name)
                if let number = shown.idNumber { object.field("idNumber", number) }
                if let phone = shown.phone { object.field("phone", phone) }
                if let address = shown.address { object.field("address", address) }
            }
            // Between the quote before the key and the end of the value, without the braces.
            let shown = writer.bytes.dropFirst().dropLast()
            var bytes: [UInt8] = []
            bytes.reserveCapacity(state.count + shown.count)
            bytes.append(contentsOf: state[..<(member.key.lowerBound - 1)])
            bytes.append(contentsOf: shown)
            bytes.append(contentsOf: state[member.value.upperBound...])
            return bytes
        } catch {
            // Not a state that this version wrote: nothing of it is shown.
            return Array("{}".utf8)
        }
    }
}

/// What only the keeper of sessions can do.
package struct DoorOrder: Sendable {
    /// What is wished.
    package enum Wish: Sendable {
        /// A session; the code is empty where none was given.
        case login(login: String, password: String, code: String)
        /// The end of this session.
        case logout
        /// A command that needs a password derived: it is put in as `password`. `old` is checked
        /// first, where the account is the caller's own.
        case derive(password: String, old: String?, command: JSONObject)
        /// A secret for one-time codes, where this is the account's password.
        case beginCode(password: String)
        /// The first code of the secret that was shown: from now on each login asks for one.
        case confirmCode(String)
        /// No codes any more: by password and a last code.
        case endCode(password: String, code: String)
        /// A guess of something that is not an account's: counted like a wrong password.
        case guess(subject: String, isRight: Bool)
        /// A turn at what anybody may do: each is counted, so that many from one cost a wait.
        case turn(subject: String)
    }

    package let wish: Wish
    /// A command that follows a right guess: its answer is the answer then.
    package var next: CommandOrder?
    /// Makes the answer. Cheap, pure, any thread.
    package let render: @Sendable (DoorOutcome) -> HTTPResponse
}

/// What became of it.
package enum DoorOutcome: Sendable {
    /// A session: its token, and the header that gives it to a browser.
    case opened(token: String, cookie: String, Principal)
    /// Done; the header takes the session out of a browser.
    case closed(cookie: String)
    /// Name, password or code are wrong, or the account is disabled: never said which.
    case wrong
    /// Too many wrong ones: seconds until the next may be tried.
    case wait(Int)
    /// Too many wait to be checked.
    case busy
    /// The guess was right.
    case right
    /// A new secret: as people type it, and as programs take it.
    case shown(secret: String, address: String)
    /// What the rules said of the command.
    case ruled(CommandOutcome)
}

extension DoorOutcome {
    /// Why nothing was done; the same words for every reason for which nobody is let in.
    var refusal: Problem {
        switch self {
        case .wait(let seconds):
            var problem = Problem(429, "login-wait", "失败次数过多，请 \(seconds) 秒后再试")
            problem.retryAfterSeconds = seconds
            return problem
        case .busy:
            var problem = Problem(503, "login-busy", "正在核对的口令过多，请稍后再试")
            problem.retryAfterSeconds = Limits.retryAfterSeconds
            return problem
        case .ruled(let outcome): return outcome.problem ?? .closed
        case .wrong, .opened, .closed, .right, .shown:
            return Problem(401, "login-wrong", "用户名、口令或动态码不对")
        }
    }

    /// For programs: the rules' answer, else the problem.
    var answer: HTTPResponse {
        guard case .ruled(.done(let answer)) = self else { return refusal.response }
        return .json(answer.isEmpty ? Array("{}".utf8) : answer)
    }

    /// For people: on to a page, else the problem's.
    static func onward(_ place: String) -> @Sendable (DoorOutcome) -> HTTPResponse {
        { outcome in
            guard case .ruled(.done) = outcome else {
                return ProblemPage.response(of: outcome.refusal)
            }
            return HTTPResponse.seeOther(place)
        }
    }
}

extension Principal {
    /// Who it is, for programs; with the token of a session that has just begun.
    func json(token: String? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.person(login, name, roles)
            if let token { object.field("token", token) }
        }
        return writer.bytes
    }
}

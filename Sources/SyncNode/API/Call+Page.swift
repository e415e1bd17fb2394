import Base
import Board
import Console
import Domain
import Guide
import HTTP

/// Pages of the console.
extension Call {
    func page() throws(Problem) -> HTTPResponse {
        switch route.operation {
        case .stylePage: return Stylesheet.response(for: request)
        case .homePage: return try homePage()
        case .itemPage: return try itemPage()
        case .casePage: return try casePage()
        case .paperPage: return try paperPage()
        case .unsentPage: return try unsentPage()
        case .verifyPage: return try verifyPage()
        case .receivePage: return try receivePage()
        case .searchPage: return try searchPage()
        case .scopesPage: return try scopesPage()
        case .catalogPage, .sheetPage, .listPage, .editPage, .importPage:
            return try catalogPages()
        case .boardIndex, .boardPage: return try boardPages()
        case .queuePage: return try queuePage()
        case .screenPage: return try screenPage()
        case .ratePage: return Page.response("评价", try status(), PublicPages.rate)
        case .bookPage: return try bookPage()
        case .ownBookingPage: return try ownBookingPage()
        case .loginPage, .accountPage, .auditPage, .draftsPage, .guidePage, .guideItemPage,
            .progressPage:
            return try staffPage()
        case .reconciliationPage: return try reconciliationPage()
        default:
            invariant(false, "every page has its maker")
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    func status() throws(Problem) -> NodeStatus {
        var status = try read { view throws(ViewError) in try view.status() }
        status.viewer = principal
        status.viewer.pageKey = formKey(status)
        return status
    }

    func names() throws(Problem) -> PlaceNames {
        PlaceNames(try read { view throws(ViewError) in try view.places() })
    }

    func newest(_ collection: Collection) throws(Problem) -> [StoredDocument] {
        let query = DocumentQuery(
            collection: collection, status: nil, after: nil, limit: Limits.pageRowsMax)
        return try read { view throws(ViewError) in try view.documents(query) }
    }

    private func sheets(_ found: [StoredDocument]) -> [CaseSheet] {
        found.map { CaseSheet($0, opened: view) }
    }

    private func rollout(_ code: String) throws(Problem) -> Rollout? {
        try read { view throws(ViewError) in try view.rollout(code) }
    }

    private func homePage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let items = try newest(.item).map { ItemSheet($0, at: status.clock) }
        var rollouts: [Rollout] = []
        for item in items.prefix(Limits.homeRolloutsMax) {
            if let found = try rollout(item.code) { rollouts.append(found) }
        }
        let cases = sheets(try newest(.caseFile))
        var page = HomePage(
            status: status, items: items.sorted { $0.code < $1.code }, rollouts: rollouts,
            cases: cases, names: try names())
        for code in Set(cases.map(\.item)).sorted()
        where !items.contains(where: { $0.code == code }) {
            if let found = try item(code, status) { page.named.append(found) }
        }
        return page.response
    }

    private func itemPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let item = ItemSheet(try document(.item), at: status.clock)
        return ItemPage(status: status, item: item, rollout: try rollout(item.code)).response
    }

    /// The page of the one case among those behind the path; nil where two have its number.
    func singleCasePage(_ found: [StoredDocument]) throws(Problem) -> CasePage? {
        guard let first = found.first else { throw missing(.caseFile) }
        guard found.count == 1 else { return nil }
        let status = try status()
        let sheet = CaseSheet(first, opened: view)
        var page = CasePage(
            status: status, sheet: sheet, item: try item(sheet.item, status),
            clock: try clock(of: first, at: status.clock), names: try names())
        page.light = try read { view throws(ViewError) in
            try view.light(of: first, on: CivilDate(of: status.clock))
        }
        page.delivery = try read { view throws(ViewError) in try view.delivery(of: first) }
        page.papers = try read { view throws(ViewError) in try view.papers(of: first) }
        page.twins = sheets(try read { view throws(ViewError) in try view.twins(of: first) })
            .filter { !["closed", "withdrawn", "refused"].contains($0.status) }
        page.duty = try read { view throws(ViewError) in
            try view.board(BoardQuestion(.duty, code: first.key.id.hex))
        }
        page.binding = try read { view throws(ViewError) in
            try view.sheet(SheetQuestion(.binding, code: first.key.id.hex))
        }
        // What is written freely names people: it is read by those who may see them.
        if principal.may(.reveal) {
            page.words = try read { view throws(ViewError) in try view.words(of: first) }
        }
        return page
    }

    private func casePage() throws(Problem) -> HTTPResponse {
        let found = try documents(.caseFile)
        if let page = try singleCasePage(found) { return page.response }
        return SearchPage(
            status: try status(), words: values[0], items: [], cases: sheets(found),
            names: try names()
        ).response
    }

    private func item(_ code: String, _ status: NodeStatus) throws(Problem) -> ItemSheet? {
        let found = try read { view throws(ViewError) in
            try view.documents(.item, label: code)
        }
        return found.first.map { ItemSheet($0, at: status.clock) }
    }

    private func receivePage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let query = DocumentQuery(
            collection: .item, status: nil, after: nil, limit: Limits.listMax)
        let items = try read { view throws(ViewError) in try view.documents(query) }
            .map { ItemSheet($0, at: status.clock) }
            .filter(\.isOpen).sorted { $0.code < $1.code }
        let wanted = try queryText("item", bytesMax: Limits.pathValueBytesMax)
        let chosen = items.first { $0.code == wanted } ?? (items.count == 1 ? items.first : nil)
        return ReceivePage(
            status: status, items: items, chosen: chosen
        ).response
    }

    private func searchPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let words = try queryText("q", bytesMax: Limits.searchBytesMax) ?? ""
        var found: [StoredDocument] = []
        if !words.isEmpty {
            found = try read { view throws(ViewError) in
                try view.search(words, limit: Limits.pageRowsMax)
            }
        }
        return SearchPage(
            status: status, words: words,
            items: found.filter { $0.key.collection == .item }.map {
                ItemSheet($0, at: status.clock)
            },
            cases: sheets(found.filter { $0.key.collection == .caseFile }),
            names: try names(), answers: found.compactMap(knowledge)
        ).response
    }

    private func knowledge(_ document: StoredDocument) -> DefinitionState? {
        guard document.key.collection == .knowledge else { return nil }
        do throws(JSONError) {
            return try DefinitionState(document)
        } catch {
            return nil
        }
    }

    private func scopesPage() throws(Problem) -> HTTPResponse {
        let after = try scopeCursor()
        let found = try read { view throws(ViewError) in
            try view.scopes(after: after, limit: Limits.pageRowsMax + 1)
        }
        let shown = Array(found.prefix(Limits.pageRowsMax))
        return ScopesPage(
            status: try status(), scopes: shown,
            next: found.count > shown.count ? shown.last?.id : nil
        ).response
    }

    /// What a form is known by when it comes back: node, log and moment. The form's own content
    /// is added then, so that two clerks who opened it at one moment are told apart.
    func formKey(_ status: NodeStatus) -> String {
        let text = "\(status.incarnation.hex) \(status.changes) \(status.clock.millis)"
        return StateTag(of: Array(text.utf8)).text
    }
}

// MARK: one's own booking, without a session

extension Call {
    func ownBookingPage() throws(Problem) -> HTTPResponse {
        let number = try queryText("number", bytesMax: Limits.pathValueBytesMax) ?? ""
        return Page.response("我的预约", try status(), PublicPages.ownBooking(number))
    }

    /// 查询、取消、改约 by what only who booked knows: the number and the last four digits of the
    /// telephone, each wrong guess counted as for 进度查询. Off line too, where it was booked.
    func ownBookingForm(_ form: FormBody) throws(Problem) -> Reply {
        let number = form.text("number") ?? ""
        let act = form.text("act") ?? "show"
        guard ["show", "cancel", "ask"].contains(act) else {
            throw .missing("no-such-action", "没有这个动作")
        }
        let status = try status()
        let found = try booking(number, phone: form.text("last") ?? "")
        let empty = FormPage(
            response: Page.response("我的预约", status, PublicPages.ownBooking(number)),
            action: request.path, fields: form.all, place: request.path)
        let unknown = Problem.invalid(
            "booking-not-found", "没有找到：请核对预约编号和联系电话后四位", field: "number")
        guard let found else {
            return .door(guess(number, isRight: false) { empty.refilled(unknown) })
        }
        let shown = try ownBooking(found, form.text("last") ?? "", status)
        guard act != "show" else {
            return .door(guess(number, isRight: true) { Page.response("我的预约", status, shown) })
        }
        let page = FormPage(
            response: Page.response("我的预约", status, shown), action: request.path,
            fields: form.all, place: request.path)
        let names = try names()
        let owner = names.code(id: found.owner?.hex ?? "")
        let (place, isOwn) = (names.name(owner), owner == status.region)
        var order = guess(number, isRight: true) { nil }
        do throws(Problem) {
            order.next = CommandOrder(
                command: try CommandBody.command(try wish(act, number, form)), author: 0,
                replayKey: key(form)
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    let problem = outcome.problem ?? .closed
                    return page.refilled(problem) ?? ProblemPage.response(of: problem)
                }
                return Page.response(
                    "我的预约", status,
                    PublicPages.bookingChanged(
                        number: number, state: AnswerField.text("state", of: answer) ?? "",
                        slot: AnswerField.text("slot", of: answer) ?? "",
                        note: isOwn ? "" : "号源归\(place)，本站已记下，联网后由其处理。"))
            }
        } catch {
            guard let response = page.refilled(error) else { throw error }
            return .now(response)
        }
        return .door(order)
    }

    private func guess(
        _ number: String, isRight: Bool, _ page: @escaping @Sendable () -> HTTPResponse?
    ) -> DoorOrder {
        DoorOrder(wish: .guess(subject: "booking " + number, isRight: isRight)) { outcome in
            switch outcome {
            case .wait, .busy: ProblemPage.response(of: outcome.refusal)
            default: page() ?? ProblemPage.response(of: .closed)
            }
        }
    }

    private func wish(
        _ act: String, _ number: String, _ form: FormBody
    ) throws(Problem) -> JSONObject {
        guard act == "ask" else {
            return CommandBody.object([
                ("command", "booking.cancel"), ("booking", number), ("reason", "预约人取消"),
            ])
        }
        let parts = (form.text("hour") ?? "").split(separator: "|").map(String.init)
        guard parts.count == 4 else {
            throw .invalid("field-required", "请选择时段", field: "hour")
        }
        return CommandBody.object([
            ("command", "booking.ask"), ("booking", number), ("date", parts[2]),
            ("start", parts[3]), ("reason", "预约人改约"),
        ])
    }

    /// Of whom the number is, where the telephone says the same; nil for all else.
    private func booking(_ number: String, phone last: String) throws(Problem) -> BookingState? {
        let found = try read { view throws(ViewError) in
            try view.document(BookingState.key(number))
        }
        guard let found, last.utf8.count == 4, last.digits != nil else { return nil }
        do throws(JSONError) {
            let state = try BookingState(found)
            guard let sealed = state.sealed, case .known(let person) = view.person(sealed.text),
                let phone = person.phone
            else { return nil }
            return phone.filter { $0.isASCII && $0.isNumber }.hasSuffix(last) ? state : nil
        } catch {
            throw Problem(ViewError.failed)
        }
    }

    private func ownBooking(
        _ state: BookingState, _ last: String, _ status: NodeStatus
    ) throws(Problem) -> HTMLText {
        let sheet = try read { view throws(ViewError) in
            try view.board(BoardQuestion(.booking, code: state.number))
        }
        let windows = try read { view throws(ViewError) in try view.board(BoardQuestion(.windows)) }
        let names = try names()
        let owner = names.code(id: state.owner?.hex ?? "")
        let hours = (windows?.data["windows"]?.array ?? [])
            .filter {
                $0["window"]?.text == state.window && $0["region"]?.text == owner?.text
            }
            .flatMap(bookableHours)
        let facts = (sheet?.sections.first?.rows ?? []).filter { $0.first != "预约人" }
        let acts = (sheet?.data["acts"]?.array ?? []).compactMap(\.text)
        let place = names.name(owner)
        return PublicPages.ownBooking(
            state.number, last, facts: facts, hours: hours,
            mayCancel: acts.contains("cancel"),
            mayAsk: acts.contains("ask") || acts.contains("move"),
            elsewhere: owner == status.region ? nil : place, key: formKey(status))
    }
}

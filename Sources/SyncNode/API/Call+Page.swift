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
            clock: try clock(of: first, at: status.clock), names: try names(), key: formKey(status))
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
            status: status, items: items, chosen: chosen, key: formKey(status)
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

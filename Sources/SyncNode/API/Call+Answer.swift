import Account
import Base
import Change
import Console
import Domain
import HTTP

/// Queries: answered at once.
extension Call {
    func answer() throws(Problem) -> HTTPResponse {
        switch route.operation {
        case .health: return HTTPResponse.plain("ok\n")
        case .readiness: return try readiness()
        case .metrics: return try metrics()
        case .openAPI: return openAPI()
        case .getStatus:
            return HTTPResponse.json(try read { view throws(ViewError) in try view.status() }.json)
        case .listPeers: return try peers()
        case .listScopes: return try scopes()
        case .listCases: return try list(.caseFile, named: "cases")
        case .listItems: return try list(.item, named: "items")
        case .getCase:
            return API.stored(
                try document(.caseFile).state, for: request, person: view.person)
        case .getCaseClock: return try clock()
        case .listPapers: return try papers()
        case .getDelivery: return try delivery()
        case .listUnsent: return try unsent()
        case .getPaper: return try paper()
        case .checkReceipt: return try receiptCheck()
        case .getCountyKey: return try countyKey()
        case .getItem: return API.stored(try document(.item).state, for: request)
        case .getRollout: return try rollout()
        case .listGrants: return try grants()
        case .getDueDate: return try due()
        case .search: return try search()
        case .getSheet, .exportCatalog, .listDefinitions: return try catalogAnswer()
        case .getBoard: return try boardAnswer()
        case .getArchive: return try archiveAnswer()
        case .listAudit, .listAccounts, .listDrafts, .getSession: return try staffAnswer()
        case .listReconciliations: return try reconciliationAnswer()
        default:
            invariant(false, "every query has its answer")
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    private func readiness() throws(Problem) -> HTTPResponse {
        guard try read({ view throws(ViewError) in try view.isReady() }) else {
            throw .closed
        }
        return HTTPResponse.plain("ready\n")
    }

    private func metrics() throws(Problem) -> HTTPResponse {
        let metrics = try read { view throws(ViewError) in try view.metrics() }
        var response = HTTPResponse(
            status: 200,
            contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
            body: Metric.text(of: metrics))
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    private func openAPI() -> HTTPResponse {
        let (bytes, tag) = OpenAPI.shipped
        var response = HTTPResponse(
            status: EntityTag.isFresh(tag, request.headers) ? 304 : 200)
        response.headers.add("Content-Type", "application/json")
        response.headers.add("ETag", EntityTag.quoted(tag))
        if response.status == 200 { response.body = bytes }
        return response
    }

    private func peers() throws(Problem) -> HTTPResponse {
        let status = try read { view throws(ViewError) in try view.status() }
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.array("peers") { array in
                for peer in status.peers { peer.write(to: &array) }
            }
        }
        return HTTPResponse.json(writer.bytes)
    }

    private func scopes() throws(Problem) -> HTTPResponse {
        let limit = try limit()
        let after = try scopeCursor()
        let found = try read { view throws(ViewError) in
            try view.scopes(after: after, limit: limit + 1)
        }
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.array("scopes") { array in
                for scope in found.prefix(limit) { scope.write(to: &array) }
            }
            let next = found.count > limit ? found[limit - 1].id.hex : nil
            object.field("next", next.map(JSON.text) ?? .null)
        }
        return HTTPResponse.json(writer.bytes)
    }

    func scopeCursor() throws(Problem) -> ScopeID? {
        guard let text = try queryText("cursor", bytesMax: 64) else { return nil }
        guard let number = RegionID(hex: text) else {
            throw badCursor()
        }
        return ScopeID(number.rawValue)
    }

    private func list(
        _ collection: Collection, named name: String
    ) throws(Problem) -> HTTPResponse {
        let found = try page(of: collection)
        var writer = JSONWriter(capacity: 1024 * found.documents.count + 64)
        writer.object { object in
            object.array(name) { array in
                for document in found.documents {
                    array.value(
                        stored: collection == .caseFile
                            ? CaseMask.masked(document.state, view.person) : document.state)
                }
            }
            object.field("next", found.next.map(JSON.text) ?? .null)
        }
        return HTTPResponse.json(writer.bytes)
    }

    /// The page that the caller wants, and the cursor of the next one.
    func page(
        of collection: Collection
    ) throws(Problem) -> (documents: ArraySlice<StoredDocument>, next: String?) {
        let limit = try limit()
        var after: ListCursor?
        if let text = try queryText("cursor", bytesMax: 64) {
            guard let cursor = ListCursor(text) else { throw badCursor() }
            after = cursor
        }
        let query = DocumentQuery(
            collection: collection, status: try queryText("status", bytesMax: 32),
            after: after, limit: limit + 1)
        let found = try read { view throws(ViewError) in try view.documents(query) }
        let next = found.count > limit ? ListCursor(of: found[limit - 1]).text : nil
        return (found.prefix(limit), next)
    }

    private func rollout() throws(Problem) -> HTTPResponse {
        let code = values[0]
        guard let rollout = try read({ view throws(ViewError) in try view.rollout(code) })
        else { throw missing(.item) }
        return HTTPResponse.json(rollout.json)
    }

    private func search() throws(Problem) -> HTTPResponse {
        let limit = try limit()
        guard let words = try queryText("q", bytesMax: Limits.searchBytesMax) else {
            throw Problem(400, "search-empty", "没有检索词", field: "q")
        }
        let found = try read { view throws(ViewError) in
            try view.search(words, limit: limit)
        }
        var writer = JSONWriter(capacity: 1024 * found.count + 64)
        writer.object { object in
            object.array("results") { array in
                for document in found.prefix(limit) {
                    array.object { entry in
                        let isCase = document.key.collection == .caseFile
                        let family = DefinitionState.Family(document.key.collection)
                        entry.field("kind", isCase ? "case" : family?.rawValue ?? "item")
                        entry.field("label", document.label)
                        entry.field("status", document.status)
                        entry.field(
                            "state",
                            stored: isCase
                                ? CaseMask.masked(document.state, view.person) : document.state)
                    }
                }
            }
        }
        return HTTPResponse.json(writer.bytes)
    }

    /// Where a listener goes on: the header of a reconnecting browser, else the query.
    func events() throws(Problem) -> Reply {
        let text = request.headers["last-event-id"] ?? request.queryItem("since")
        guard let text, !text.isEmpty else { return .events(EventCursor(after: nil)) }
        guard let position = text.digits.map(UInt64.init) else {
            throw Problem(400, "position-malformed", "事件位置应为非负整数", field: "since")
        }
        return .events(EventCursor(after: position))
    }
}

/// The audit.
extension Call {
    /// Lines, the newest first, of one person or one act where that was asked for. Reads at most
    /// so many lines in search of them; `next` goes on where it stopped.
    func auditLines(limit: Int) throws(Problem) -> (lines: [AuditRow], next: String?) {
        let login = try queryText("login", bytesMax: Limits.pathValueBytesMax)
        let act = try queryText("act", bytesMax: Limits.pathValueBytesMax)
        var after: ListCursor?
        if let text = try queryText("cursor", bytesMax: 64), !text.isEmpty {
            guard let cursor = ListCursor(text) else { throw badCursor() }
            after = cursor
        }
        let places = try read { view throws(ViewError) in try view.places() }
        var names: [String: (login: String, name: String)] = [:]
        var rows: [AuditRow] = []
        for _ in 0..<Limits.auditPagesRead {
            let query = DocumentQuery(
                collection: .audit, status: act?.isEmpty == false ? act : nil, after: after,
                limit: Limits.listMax)
            let found = try read { view throws(ViewError) in try view.documents(query) }
            for document in found {
                after = ListCursor(of: document)
                guard let row = try auditRow(document, places, &names) else { continue }
                if let login, !login.isEmpty, row.login != login { continue }
                rows.append(row)
                if rows.count == limit { return (rows, after?.text) }
            }
            if found.count < Limits.listMax { return (rows, nil) }
        }
        return (rows, after?.text)
    }

    private func auditRow(
        _ document: StoredDocument, _ places: [Place],
        _ names: inout [String: (login: String, name: String)]
    ) throws(Problem) -> AuditRow? {
        let state: AuditState
        do throws(JSONError) {
            state = try AuditState(document)
        } catch {
            return nil
        }
        var person = (login: state.login, name: "")
        if state.author == Principal.machine.author {
            person = (Principal.machine.login, Principal.machine.name)
        } else if state.author != 0 {
            let key = AccountState.key(of: state.author, at: state.region)
            if names[key.id.hex] == nil {
                let found = try read { view throws(ViewError) in try view.document(key) }
                let row = found.flatMap { accountRow($0) }
                names[key.id.hex] = (row?.login ?? state.login, row?.name ?? "")
            }
            person = names[key.id.hex] ?? person
        }
        let place = places.first { $0.id == state.region }
        return AuditRow(
            act: state.act, title: Act(rawValue: state.act)?.name ?? AuditTable.title(state.act),
            login: person.login, name: person.name, about: state.about, outcome: state.outcome,
            reason: Self.roles(state) ?? view.text(state.reason) ?? TextAnswer.locked.shown,
            from: state.from, region: place?.code.text ?? state.region.hex,
            place: place?.name ?? "—", business: state.business.map { Instant(millis: $0).rfc3339 },
            recorded: Instant(millis: state.recorded).rfc3339)
    }
}

extension Call {
    /// The roles that a line about an account names, in words; nil for every other line.
    fileprivate static func roles(_ state: AuditState) -> String? {
        guard state.act == "account.add" || state.act == "account.roles" else { return nil }
        let names = state.reason.split(separator: " ").map { word in
            Role(rawValue: String(word))?.name ?? String(word)
        }
        return names.joined(separator: "、")
    }
}

extension ListCursor {
    init(of document: StoredDocument) {
        self.init(time: document.time, id: document.key.id)
    }
}

/// 对账.
extension Call {
    func reconciliationPage() throws(Problem) -> HTTPResponse {
        Page.response("对账", try status(), ReconciliationTable(try reconciliations()).html)
    }

    private func reconciliationAnswer() throws(Problem) -> HTTPResponse {
        let rows = try reconciliations()
        var writer = JSONWriter(capacity: 256 * rows.count + 64)
        writer.object { object in
            object.array("reconciliations") { array in
                for row in rows { row.write(to: &array) }
            }
        }
        return .json(writer.bytes)
    }

    /// The last one of each place that is known here, by code.
    private func reconciliations() throws(Problem) -> [ReconciliationRow] {
        let places = try read { view throws(ViewError) in try view.places() }
        let query = DocumentQuery(
            collection: .reconciliation, status: nil, after: nil, limit: Limits.listMax)
        let found = try read { view throws(ViewError) in try view.documents(query) }
        var rows: [ReconciliationRow] = []
        for document in found {
            let state: ReconciliationState
            do throws(JSONError) {
                state = try ReconciliationState(document)
            } catch {
                continue
            }
            let place = places.first { $0.id == state.region }
            let answer = state.isAnswered ? state.answer : nil
            let result = answer.map { ReconciliationState.differing(in: $0.body) }
            let standing: ReconciliationRow.Standing =
                result.map { $0.differing.isEmpty ? .equal : .differs }
                ?? (state.statement == nil ? .none : .waiting)
            rows.append(
                ReconciliationRow(
                    code: place?.code.text ?? state.region.hex, name: place?.name ?? "—",
                    standing: standing,
                    day: state.statement.flatMap { ReconciliationState.day(of: $0.body) },
                    stated: state.statement.map { $0.time.instant.rfc3339 },
                    answered: answer.map { $0.time.instant.rfc3339 }, scopes: result?.count ?? 0,
                    differing: result?.differing ?? []))
        }
        return rows.sorted { $0.code < $1.code }
    }
}

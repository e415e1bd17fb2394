import Base
package import Domain

/// Lines of a list out of stored documents.
extension ListPage.Row {
    /// A question that nobody could answer, with the way to its answer.
    package init(question document: StoredDocument, mayAnswer: Bool) {
        let words = Self.definition(document)?.body["question"]?.text ?? document.label
        self.init(
            code: "", name: words, status: document.status,
            link: mayAnswer ? "/edit/knowledge?of=" + URLText.segment(words) : nil)
    }

    /// - Parameters:
    ///   - mayWrite: Whether the viewer writes such things: the line then leads to its form.
    ///   - place: A region's name and division code, by its id in hexadecimal.
    package init(
        _ document: StoredDocument, in table: EditTable, mayWrite: Bool,
        place: (String) -> (name: String, code: String)
    ) {
        let code = document.label
        let query = "/edit/\(table.rawValue)?code=" + URLText.segment(code)
        let state = Self.definition(document)
        if table == .grant, let grant = Self.grant(document) {
            self.init(grant, address: mayWrite ? query : nil, place(grant.region.hex))
            return
        }
        if table == .ruling {
            let id = String(code.prefix { $0 != ":" })
            self.init(
                code: String(id.prefix(12)),
                name: EditTable.label(String(code.dropFirst(id.count + 1))),
                status: document.status, detail: state?.body["reason"]?.text ?? "",
                link: "/catalog/binding?code=" + id)
            return
        }
        let read = table == .theme ? "/catalog/theme?code=" + URLText.segment(code) : nil
        let name = state?.body["name"]?.text ?? state?.body["question"]?.text ?? code
        self.init(
            code: code, name: name.isEmpty ? code : name, status: document.status,
            detail: state?.body["department"]?.text ?? state?.body["lead"]?.text ?? "",
            link: mayWrite ? query : read, isContested: state?.isContested ?? false)
    }

    private init(_ grant: GrantState, address: String?, _ place: (name: String, code: String)) {
        let level = grant.level.map { "的各" + EditTable.label($0.rawValue) } ?? ""
        let more = grant.level.map { "&level=" + $0.rawValue } ?? ""
        let term = Timeline.latest(of: grant.terms.heads)
        let from = term.map { CivilDate(of: $0.stamp.from).text } ?? ""
        self.init(
            code: grant.code, name: place.name + level,
            status: term?.value.mode?.rawValue ?? "已收回",
            detail: "\(from) 至 \(term?.value.to?.text ?? "不限") \(term?.value.document ?? "")",
            link: address.map { $0 + "&region=" + place.code + more },
            isContested: grant.isContested)
    }

    private static func definition(_ document: StoredDocument) -> DefinitionState? {
        do throws(JSONError) {
            return try DefinitionState(document)
        } catch {
            return nil
        }
    }

    private static func grant(_ document: StoredDocument) -> GrantState? {
        do throws(JSONError) {
            return try GrantState(document)
        } catch {
            return nil
        }
    }
}

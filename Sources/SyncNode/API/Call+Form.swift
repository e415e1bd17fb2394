import Base
import Console
import Crypto
import Domain
import Editing
import Guide
import HTTP

/// Forms of the console: urlencoded in, and on to a page.
extension Call {
    func form() throws(Problem) -> Reply {
        try checkOrigin()
        let form = try FormBody(request.body, isWhole: route.operation == .editForm)
        try checkToken(form.text("token"))
        // These show what is wrong by themselves, or have nothing to fill in.
        let own: [Operation] = [
            .editForm, .loginForm, .logoutForm, .progressForm, .syncForm, .ownBookingForm,
        ]
        guard !own.contains(route.operation) else { return try reply(to: form) }
        return try refilling(form) { () throws(Problem) in try reply(to: form) }
    }

    private func reply(to form: FormBody) throws(Problem) -> Reply {
        switch route.operation {
        case .receiveForm: return try receive(form)
        case .caseForm: return try act(form)
        case .syncForm: return exchange()
        case .enrolmentForm: return try enrolment(form)
        case .lateForm: return try adopt(form)
        case .catalogForm: return try catalogForm(form)
        case .editForm: return try editForm(form)
        case .boardForm: return try boardForm(form)
        case .archiveForm: return try archiveForm(form)
        case .queueForm: return try queueForm(form)
        case .rateForm: return try rateForm(form)
        case .bookForm: return try bookForm(form)
        case .ownBookingForm: return try ownBookingForm(form)
        case .loginForm, .logoutForm, .passwordForm, .codeForm, .accountForm, .draftForm,
            .progressForm:
            return try staffForm(form)
        default:
            invariant(false, "every form has its reply")
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    /// A form sent by another site's page is refused: browsers say where it came from.
    private func checkOrigin() throws(Problem) {
        guard let origin = request.headers["origin"] else { return }
        let host = request.headers["host"] ?? ""
        guard origin == "http://" + host || origin == "https://" + host else {
            throw Problem(403, "foreign-origin", "表单来自别的网站")
        }
    }

    /// A form of a session brings back what its page held (docs/SECURITY.md).
    private func checkToken(_ token: String?) throws(Problem) {
        guard !principal.formToken.isEmpty else { return }
        let given = Array((token ?? "").utf8)
        guard Secret.isSame(given, Array(principal.formToken.utf8)) else {
            throw Problem(403, "form-token", "表单已过期或不是本页发出，请刷新后重试")
        }
    }

    // MARK: files

    /// A form with a file: read whole, its file known by its first bytes, kept, and only then
    /// named by a command.
    func upload() throws(Problem) -> Reply {
        try checkOrigin()
        let form: MultipartBody
        do throws(MultipartBody.Fault) {
            form = try MultipartBody(
                request.body, contentType: request.headers["content-type"] ?? "")
        } catch {
            var problem = Problem(400, "form-multipart", "带文件的表单残缺或格式不对，未保存任何内容")
            problem.members = [.init(name: "reason", value: .text(error.rawValue))]
            throw problem
        }
        var texts: [String: String] = [:]
        for part in form.parts where part.fileName == nil {
            guard part.content.count <= Limits.formValueBytesMax,
                let text = String(validating: request.body[part.content], as: UTF8.self)
            else { throw .invalid("form-value-too-long", "所填内容过长或不是文字", field: part.name) }
            texts[part.name] = text
        }
        try checkToken(texts["token"])
        let fields = form.parts.compactMap { part in texts[part.name].map { (part.name, $0) } }
        return try refilling(FormBody(fields: fields)) { () throws(Problem) in
            try upload(form, texts)
        }
    }

    private func upload(
        _ form: MultipartBody, _ texts: [String: String]
    ) throws(Problem) -> Reply {
        guard let file = form["file"], file.fileName != nil, !file.content.isEmpty else {
            throw .invalid("file-missing", "没有选择文件，或文件（file）没有内容", field: "file")
        }
        if route.operation == .importForm {
            return try importForm(texts, request.body[file.content])
        }
        if route.operation == .archiveCheckForm {
            return .now(try archiveCheckPage(Array(request.body[file.content])))
        }
        guard file.content.count <= Limits.blobUploadBytesMax else {
            throw Problem(
                413, "file-too-long",
                "文件（file）过大：至多 \(Limits.blobUploadBytesMax / 1_048_576) MiB，未保存",
                field: "file")
        }
        guard MediaKind(sniffing: request.body[file.content]) != nil else {
            throw .invalid(
                "file-kind", "文件（file）按内容识别不是 \(MediaKind.names)：其他类型不收，未保存", field: "file")
        }
        let bytes = Array(request.body[file.content])
        let digest = Hash.digest(bytes, suite: .sha256Ed25519)
        let next =
            route.operation == .scanForm
            ? try scan(texts, digest) : try draftFile(texts, digest)
        guard case .submit(let order) = next else { return next }
        return .upload(
            UploadOrder(digest: digest, bytes: bytes, next: order) { outcome in
                ProblemPage.response(of: outcome.problem)
            })
    }

    /// A scan of a material, with how far it can be trusted where the form says so.
    private func scan(_ texts: [String: String], _ digest: Digest) throws(Problem) -> Reply {
        guard let code = texts["code"], !code.isEmpty else {
            throw .invalid("field-required", "没有选定材料", field: "code")
        }
        var object = CommandBody.object([
            ("command", "case.material"), ("case", values[0]), ("blob", digest.hex),
            ("note", texts["note"] ?? ""),
        ])
        object["codes"] = [.text(code)]
        if let level = texts["level"], !level.isEmpty { object["level"] = .text(level) }
        let place = "/catalog/materials?code=" + URLText.segment(values[0])
        return try order(object, keyed(texts, digest)) { _ in place }
    }

    /// What a form with a file is known by when it comes twice: its page, its texts, its file.
    private func keyed(_ texts: [String: String], _ digest: Digest) -> FormBody {
        let known = texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return FormBody(fields: known + [("file", digest.hex)])
    }

    /// The draft again, with an attachment at one of its places.
    private func draftFile(_ texts: [String: String], _ digest: Digest) throws(Problem) -> Reply {
        guard let id = Digest16(hex: values[0]) else {
            throw .missing("draft-unknown", "没有这份草稿")
        }
        let key = DocumentKey(collection: .draft, id: id)
        let found = try read { view throws(ViewError) in try view.document(key) }
        guard let found, let publication = Self.parsed(found.state)?["publication"]?.object,
            let elements = publication["elements"]
        else { throw .missing("draft-unknown", "没有这份草稿") }
        let place = texts["place"] ?? ""
        guard let changed = AttachmentPlace.set(place, of: elements, to: digest.hex) else {
            throw .invalid("file-place", "草稿中没有这个附件位置", field: "place")
        }
        var object = publication
        object["command"] = "item.draft"
        object["elements"] = changed
        object["replaces"] = .text(id.hex)
        if object["effectiveFrom"] == nil { object["immediate"] = true }
        return try order(object, keyed(texts, digest)) { answer in
            "/catalog/draft?code=" + (AnswerField.text("draft", of: answer) ?? "")
        }
    }

    /// A scan of a case, looked at in the browser; of this case and of no other.
    func scanFile() throws(Problem) -> Reply {
        let digest = try digest(values[1])
        let question = SheetQuestion(.materials, code: values[0])
        let sheet = try read { view throws(ViewError) in try view.sheet(question) }
        let scans = (sheet?.data["materials"]?.array ?? []).flatMap { $0["scans"]?.array ?? [] }
        guard scans.contains(.text(values[1])) else { throw BlobRequest.unknown }
        return .blob(.get(BlobRequest(digest, request, isShown: true)))
    }

    // MARK: a new case

    private func receive(_ form: FormBody) throws(Problem) -> Reply {
        guard let item = form.text("item") else {
            throw .invalid("field-required", "没有选定事项", field: "item")
        }
        guard let applicant = form.text("applicant") else {
            throw .invalid("field-required", "没有填写申请人", field: "applicant")
        }
        var object = CommandBody.object([
            ("command", "case.receive"), ("item", item), ("applicant", applicant),
            ("channel", "window"),
        ])
        let given = form.texts("material")
        let listed = form.texts("listed")
        object["materials"] = .array(
            given.map(JSON.text)
                + listed.filter { !given.contains($0) }.map {
                    ["code": .text($0), "present": false]
                })
        if let stage = form.text("stage") { object["stage"] = .text(stage) }
        for name in ["idNumber", "phone", "address"] {
            if let text = form.text(name) { object[name] = .text(text) }
        }
        if let text = form.text("version") {
            guard let version = text.digits.map(Int64.init) else {
                throw .invalid("field-required", "事项版本应为整数", field: "version")
            }
            object["version"] = .int(version)
        }
        return try order(object, form) { answer in
            AnswerField.text("number", of: answer).map { "/cases/" + URLText.segment($0) } ?? "/"
        }
    }

    // MARK: a step

    private func act(_ form: FormBody) throws(Problem) -> Reply {
        if values[1] == "reveal" { return try reveal(form) }
        try checkAction(RouteTable.caseActions.map(\.name))
        var object = CommandBody.object([
            ("command", "case." + values[1]), ("case", values[0]),
        ])
        var both: [Problem.Member] = []
        if let seen = form.text("seen") {
            let file = try document(.caseFile)
            let current = StateTag(of: file.state).text
            both = Self.both(form.text("seenState"), file)
            // The second of two clicks gets the first one's answer; the writer tells it from a
            // page that is stale.
            guard seen == current || form.text("key") != nil else {
                throw .stale(seen: seen, current: current)
            }
            object["seen"] = .text(seen)
        }
        if values[1] == "rate" {
            object["score"] = form.text("score")?.digits.map { .int(Int64($0)) }
            if form.text("named") != nil { object["named"] = true }
        }
        let texts = [
            "outcome", "note", "receiver", "to", "reason", "procedure", "approver", "department",
            "document", "seal", "certificate", "validUntil", "level", "from", "keep", "way",
            "purpose",
        ]
        for name in texts {
            if let text = form.text(name) { object[name] = .text(text) }
        }
        for name in ["promise", "pledge", "override"] where form.text(name) != nil {
            object[name] = true
        }
        for name in ["days", "cents"] {
            if let number = form.text(name).flatMap(\.digits) { object[name] = .int(Int64(number)) }
        }
        let codes = form.texts("code")
        if ["reuse", "waive"].contains(values[1]) {
            object["code"] = codes.first.map(JSON.text)
        } else if !codes.isEmpty {
            object["codes"] = .array(codes.map(JSON.text))
        }
        if let gaps = form.text("gaps") {
            let lines = gaps.split(whereSeparator: \.isNewline).map(String.init)
            object["gaps"] = .array(lines.map(FormBody.gap))
        }
        let materials = form.texts("material")
        if !materials.isEmpty { object["materials"] = .array(materials.map(JSON.text)) }
        let isOfMaterials = ["material", "reuse", "waive"].contains(values[1])
        let place =
            (isOfMaterials ? "/catalog/materials?code=" : "/cases/") + URLText.segment(values[0])
        return try order(object, form, stale: both) { _ in place }
    }

    /// What a page that may be stale showed of a case and what there is, in words.
    private static func both(_ seen: String?, _ file: StoredDocument) -> [Problem.Member] {
        let place = "/cases/" + URLText.segment(file.label.isEmpty ? file.key.id.hex : file.label)
        return [
            .init(name: "seenState", value: .text(String((seen ?? "").prefix(16)))),
            .init(name: "currentState", value: .text(CaseWords.status(file.status))),
            .init(name: "place", value: .text(place)),
        ]
    }

    /// The command, and the page that follows it.
    ///
    /// - Parameter stale: Said beside a refusal of what the page showed.
    func order(
        _ object: JSONObject, _ form: FormBody, stale: [Problem.Member] = [],
        _ place: @escaping @Sendable ([UInt8]) -> String
    ) throws(Problem) -> Reply {
        let command = try CommandBody.command(object)
        return .submit(
            CommandOrder(
                command: command, author: principal.author, replayKey: key(form)
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    var problem = outcome.problem ?? .closed
                    if problem.status == 412 { problem.members += stale }
                    return ProblemPage.response(of: problem)
                }
                return HTTPResponse.seeOther(place(answer))
            })
    }

    /// The page's key and the form's content: a double click is one command.
    func key(_ form: FormBody) -> ReplayKey? {
        guard form.text("key") != nil else { return nil }
        let tag = StateTag(of: Array(request.path.utf8) + form.bytes)
        return ReplayKey("form-" + tag.text, request: tag)
    }

    private func exchange() -> Reply {
        .exchange(
            ExchangeOrder(peer: nil) { outcome in
                if let problem = outcome.problem { return ProblemPage.response(of: problem) }
                return HTTPResponse.seeOther("/")
            })
    }
}

extension FormBody {
    /// `M3 户口簿：缺什么；怎样补` as a gap with its way; a line without a semicolon as it is.
    static func gap(_ line: String) -> JSON {
        guard let sign = line.firstIndex(where: { $0 == "；" || $0 == ";" }) else {
            return .text(line)
        }
        let gap = CaseGap(String(line[..<sign]))
        let way = line[line.index(after: sign)...]
        guard !gap.lack.isEmpty, !way.isEmpty else { return .text(line) }
        return ["material": .text(gap.code), "lack": .text(gap.lack), "way": .text(String(way))]
    }
}

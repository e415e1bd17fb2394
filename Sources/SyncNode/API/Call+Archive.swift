import Account
import Archive
import Base
import Change
import Console
import Domain
import Guide
import HTTP

/// 归档包: what is in one, one given away, one that somebody brings.
extension Call {
    func archiveAnswer() throws(Problem) -> HTTPResponse {
        let key = try document(.caseFile).key
        let found = try read { view throws(ViewError) in try view.archive(key) }
        guard let found else { throw missing(.caseFile) }
        var writer = JSONWriter(capacity: 8192)
        writer.object { object in
            object.field("sealed", found.sealed.map(JSON.text) ?? .null)
            object.field("sealableFrom", found.sealableFrom.map { .text($0.text) } ?? .null)
            object.field("package", stored: found.package.json)
        }
        return .json(writer.bytes)
    }

    /// The package, once the case says who took it out and why.
    func archiveExport() throws(Problem) -> Reply {
        let object = try CommandBody.object(request.body, mayBeEmpty: false)
        for member in object.members where member.key != "reason" {
            throw .invalid("field-unknown", "命令没有这个字段", field: member.key)
        }
        let isEnglish = Acceptance.prefersEnglish(request.headers)
        return try export(reason: object["reason"]?.text ?? "") { problem in
            problem.told(inEnglish: isEnglish).response
        }
    }

    private func export(
        reason: String, _ refused: @escaping @Sendable (Problem) -> HTTPResponse
    ) throws(Problem) -> Reply {
        let command = try CommandBody.command(
            CommandBody.object([
                ("command", "case.export"), ("case", values[0]), ("reason", reason),
            ]))
        let key = try document(.caseFile).key
        let made = try read { view throws(ViewError) in try view.archivePackage(key) }
        guard let made else { throw missing(.caseFile) }
        guard case .made(let folder, let signature) = made else {
            throw Problem(
                413, "archive-too-long",
                "附件合计超过 \(Limits.archiveBytesMax / 1_048_576) MiB，不能一次导出")
        }
        var response = HTTPResponse(
            status: 200, contentType: "application/zip",
            body: ZipFile.bytes(folder.entries(signature)))
        response.headers.add("Cache-Control", "no-store")
        response.headers.add(
            "Content-Disposition", "attachment; filename=\"\(folder.number).zip\"")
        let answer = response
        return .submit(
            CommandOrder(command: command, author: principal.author, replayKey: nil) { outcome in
                guard case .done = outcome else { return refused(outcome.problem ?? .closed) }
                return answer
            })
    }

    private func verdict(_ bytes: [UInt8]) throws(Problem) -> ArchiveVerdict {
        let entries: [ZipFile.Entry]
        do throws(ZipFile.Fault) {
            entries = try ZipFile.entries(bytes)
        } catch {
            throw .invalid("archive-zip", error.rawValue, field: "body")
        }
        let county = try read { view throws(ViewError) in try view.countyKey() }
        let known = county.flatMap { found in
            IncarnationKey(text: found.key).map { (code: found.code, key: $0.publicKey) }
        }
        let first = ArchiveVerdict(entries, county: known)
        guard CaseNumber(first.number) != nil else { return first }
        let files = try read { view throws(ViewError) in
            try view.documents(.caseFile, label: first.number)
        }
        guard files.count == 1 else { return first }
        let key = files[0].key
        let sealed = try read { view throws(ViewError) in try view.archive(key) }?.sealed
        return ArchiveVerdict(entries, sealed: sealed, county: known)
    }

    func archiveCheck() throws(Problem) -> HTTPResponse {
        .json(try verdict(request.body).json)
    }

    func archiveCheckPage(_ bytes: [UInt8]) throws(Problem) -> HTTPResponse {
        let status = try read { view throws(ViewError) in try view.status() }
        let verdict = try verdict(bytes)
        let isWhole = verdict.faults.isEmpty
        let faults = verdict.faults.map { fault -> HTMLText in "<li>\(fault)" }
        return Page.response(
            "校验归档包", status,
            """
            <section class="card"><h1>校验归档包</h1>\
            <p>\(Page.mark(isWhole ? "完好" : "有问题", isWhole ? "done" : "bad")) \
            共 \(verdict.fileCount) 个文件，\(verdict.faults.count) 处问题</p><dl class="facts">\
            \(Page.fact("办件编号", text: verdict.number))\
            \(Page.fact("封存摘要", text: verdict.sealed ?? "未封存"))\
            \(Page.fact("签名", text: verdict.signature.name))</dl><ul>\(faults)</ul>\
            <p><a href="/board/archives">回到档案</a></p></section>
            """)
    }

    /// A form of the page of one archive.
    func archiveForm(_ form: FormBody) throws(Problem) -> Reply {
        try checkAction(ArchiveForms.actions)
        let (number, action) = (values[0], values[1])
        let reason = form.text("reason") ?? ""
        if action == "export" {
            guard principal.may(.export) else {
                throw Problem(403, "role-forbids", "您的角色不得\(Act.export.name)")
            }
            return try export(reason: reason) { ProblemPage.response(of: $0) }
        }
        var object = JSONObject()
        object["case"] = .text(number)
        object["reason"] = .text(reason)
        switch action {
        case "seal":
            let key = try document(.caseFile).key
            let found = try read { view throws(ViewError) in try view.archive(key) }
            guard let found else { throw missing(.caseFile) }
            object = JSONObject()
            object["command"] = "case.archive"
            object["case"] = .text(number)
            object["digest"] = .text(found.package.digest.hex)
        case "erase":
            object["command"] = "case.erase"
            if form.text("early") == "yes" { object["early"] = true }
        case "hold", "release":
            object["command"] = "case.preserve"
            if action == "release" { object["release"] = true }
        default:
            object["command"] = "case.dispose"
            if action == "dismiss" { object["dismiss"] = true }
        }
        let place = "/board/archive?code=" + URLText.segment(number)
        return try order(object, form) { _ in place }
    }
}

/// What may be done on the pages of archives, below their sheets.
struct ArchiveForms {
    let viewer: Principal
    let sheet: Sheet

    static let actions = ["seal", "export", "hold", "release", "propose", "dismiss", "erase"]

    var html: HTMLText {
        guard let number = sheet.data["number"]?.text else { return HTMLText([check, terms]) }
        func has(_ flag: String) -> Bool { sheet.data[flag]?.bool == true }
        var forms: [HTMLText] = []
        func add(_ act: Act, _ action: String, _ title: String, _ fields: HTMLText) {
            guard viewer.may(act) else { return }
            let place = "/console/archives/\(URLText.segment(number))/\(action)"
            forms.append(
                """
                <form method="post" action="\(place)">\
                \(Page.token(viewer))<h3>\(title)</h3>\(fields)<button>\(title)</button></form>
                """)
        }
        if has("sealable") { add(.archive, "seal", "归档封存", .empty) }
        if !has("erased") {
            add(.export, "export", "导出归档包（ZIP）", reason("用途，记入办件"))
            if has("held") {
                add(.preserve, "release", "解除保全", reason("依据"))
            } else {
                add(.preserve, "hold", "列入保全", reason("复议、诉讼或核查的文号"))
            }
            if has("proposed") {
                add(.dispose, "dismiss", "驳回销毁申请", reason("理由"))
                add(.erase, "erase", "批准销毁，清除个人信息", reason("依据") + early)
            } else if has("final") {
                add(.dispose, "propose", "申请销毁", reason("理由"))
            }
        }
        guard !forms.isEmpty else { return .empty }
        return """
            <section class="card"><h2>办理</h2><div class="acts">\(forms)</div>\
            <p class="quiet">销毁须两人：一人申请，另一人批准；未归档、保管期未满、在保全之中的不得清除。</p></section>
            """
    }

    /// 保管期限: drafted by one, approved by another.
    private var terms: HTMLText {
        guard viewer.may(.setting), sheet.data["authority"]?.bool == true else { return .empty }
        let draft = sheet.data["draft"] ?? .null
        let held = draft.isNull ? sheet.data["terms"] ?? .null : draft
        func form(_ command: String, _ fields: HTMLText, _ button: String) -> HTMLText {
            """
            <form method="post" action="/console/board">\(Page.token(viewer))\
            <input type="hidden" name="command" value="\(command)">\
            <input type="hidden" name="code" value="retention">\(BoardPage.seen(sheet))\(fields)\
            <button>\(button)</button></form>
            """
        }
        let years = [("default", "其他事项"), ("refused", "不予受理、终止"), ("withdrawn", "撤回")]
            .map { name, label -> HTMLText in
                """
                <label>\(label)（年）<input name="\(name)" required inputmode="numeric" \
                value="\(String(held[name]?.int ?? 0))"></label>
                """
            }
        let fields: HTMLText = """
            \(years)<label>各事项类型（年），如 行政许可=30<input name="kinds" \
            value="\(held["kinds"]?.text ?? "")"></label>\
            <label>依据（档案主管部门审查同意的文号）<input name="document" required maxlength="200" \
            value="\(held["document"]?.text ?? "")"></label>
            """
        let answers: HTMLText =
            draft.isNull
            ? .empty
            : """
            \(form("setting.approve", .empty, "批准草案"))
            """
        return """
            <section class="card narrow"><h2>设置保管期限</h2>\(answers)\
            \(form("setting.set", fields, "提交，待另一人批准"))\
            <p class="quiet">整年数，自办结（终结）次年起算；0 为即可清除，\
            \(Retention.permanent) 为永久。一人提交，另一人批准后生效。</p></section>
            """
    }

    private func reason(_ label: String) -> HTMLText {
        "<label>\(label)<input name=\"reason\" required maxlength=\"200\"></label>"
    }

    private var early: HTMLText {
        "<label><input type=\"checkbox\" name=\"early\" value=\"yes\"> 依法提前（保管期未满，依据写明法条）</label>"
    }

    private var check: HTMLText {
        """
        <section class="card narrow"><h2>校验归档包</h2>\
        <form method="post" action="/console/archives" enctype="multipart/form-data">\
        \(Page.token(viewer))<label>ZIP 文件，至多 \(Limits.archiveUploadBytesMax / 1_048_576) MiB\
        <input type="file" name="file" accept=".zip" required></label>\
        <button class="main">校验</button></form>\
        <p class="quiet">逐个核对文件、签名，以及本节点记录的封存摘要；多出、缺少、改动的都会点名。</p></section>
        """
    }
}

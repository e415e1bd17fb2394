package import Base
package import Change
import Civil
import Console
import Crypto
package import Domain
import Guide
package import Paper

/// Makes a case's package (归档包) out of its state and changes: documents as they are printed,
/// 元数据, 卷内目录. A person stands in it in full, so each is made for a reason that the case keeps.
package struct ArchiveMaker<Source: DocumentSource> {
    package let directory: Directory
    package let source: Source
    package let maker: ArchiveFolder.Maker
    /// What a sealed text of the case says.
    private let open: (String) -> String
    /// The code that a document carries.
    private let receipt: (CasePaper) -> String?

    package init(
        directory: Directory, source: Source, maker: ArchiveFolder.Maker,
        open: @escaping (String) -> String, receipt: @escaping (CasePaper) -> String?
    ) {
        self.directory = directory
        self.source = source
        self.maker = maker
        self.open = open
        self.receipt = receipt
    }

    /// - Parameters:
    ///   - state: The case.
    ///   - changes: Those of its events that are here, in any order.
    ///   - person: Who applies; nil where nobody can say any more.
    ///   - attachments: What is here of the attachments that the changes name.
    package func folder(
        of state: CaseState, _ changes: [Change], person: Person?,
        attachments: [(digest: Digest, suffix: String, bytes: [UInt8])]
    ) throws(Source.Failure) -> ArchiveFolder {
        let package = ArchivePackage(state, changes, suite: maker.suite)
        let hash = state.effective(.caseArchive).first?.hash
        let seal = changes.first { $0.hash.prefix16 == hash }
        let sealed = seal?.body.map(JSON.orNull)?["detail"]?["digest"]?.text
        var files: [ArchiveFolder.File] = []
        let papers = PaperMaker(
            directory: directory, now: Instant(millis: maker.millis), source: source, open: open)
        for (index, entry) in papers.entries(of: state).prefix(Limits.papersMax).enumerated() {
            guard let paper = try papers.paper(entry.name, of: state) else { continue }
            let digits = String(index + 1)
            let place = String(repeating: "0", count: max(0, 2 - digits.utf8.count)) + digits
            files.append(
                ArchiveFolder.File(
                    "documents/\(place)-\(entry.name.text).html", .document, paper.sheet.title,
                    page(paper, person).bytes))
        }
        for (index, file) in attachments.enumerated() {
            files.append(
                ArchiveFolder.File(
                    "attachments/" + file.digest.hex + file.suffix, .attachment,
                    "附件 \(index + 1)", file.bytes))
        }
        let metadata = try ArchiveMetadata(
            state, package, person: person, sealed: sealed, in: directory, from: source)
        files.insert(
            ArchiveFolder.File("metadata.json", .metadata, "元数据", metadata.json(files)), at: 0)
        files.insert(
            ArchiveFolder.File(
                "index.html", .index, "卷内目录", index(metadata, files).bytes), at: 0)
        let here = attachments.map(\.digest)
        return ArchiveFolder(
            package, sealed: sealed, seal: seal, files,
            absent: package.attachments.filter { !here.contains($0) }, by: maker)
    }

    // MARK: pages

    private func page(_ paper: CasePaper, _ person: Person?) -> HTMLText {
        var facts: [HTMLText] = []
        if let person {
            facts.append("<dt>申请人<dd>\(person.name)")
            if let number = person.idNumber { facts.append("<dt>证件号码<dd>\(number)") }
        }
        let code = receipt(paper)
        let figure: HTMLText =
            code.map { "\(CodeFigure.html($0))<p class=\"code\">\($0)</p>" } ?? .empty
        return Self.frame(
            paper.sheet.title,
            "\(paper.sheet.html)<section><dl>\(facts)</dl>\(figure)</section>")
    }

    private func index(_ metadata: ArchiveMetadata, _ files: [ArchiveFolder.File]) -> HTMLText {
        let facts = metadata.facts.map { fact -> HTMLText in
            "<tr><th>\(fact.label)<td>\(fact.value)</tr>"
        }
        let listed = files.filter { $0.kind == .document || $0.kind == .attachment }
        let rows = listed.enumerated().map { place, file -> HTMLText in
            """
            <tr><td>\(place + 1)<td><a href="\(file.name)">\(file.title)</a><td>\(file.name)\
            <td>\(file.bytes.count)</tr>
            """
        }
        return Self.frame(
            "卷内目录",
            """
            <h1>卷内目录</h1><table>\(facts)</table><h2>文件</h2>\
            <table><thead><tr><th>序号<th>题名<th>文件<th>字节</thead><tbody>\(rows)</tbody></table>\
            <p>校验：syncnode archive verify 本目录或 ZIP 文件；不需要节点和网络。</p>
            """)
    }

    /// A page that stands alone: no style, picture or script from elsewhere.
    private static func frame(_ title: String, _ body: HTMLText) -> HTMLText {
        """
        <!doctype html>
        <html lang="zh-CN"><head><meta charset="utf-8"><title>\(title)</title><style>
        body{font-family:"Noto Serif CJK SC","SimSun",serif;max-width:48rem;margin:2rem auto;\
        padding:0 1rem;line-height:1.6}h1{text-align:center;font-size:1.5rem}h2{font-size:1.05rem}\
        table{border-collapse:collapse;width:100%}td,th{border:1px solid #444;padding:.25rem .5rem;\
        text-align:left;vertical-align:top;overflow-wrap:anywhere}dt{font-weight:bold}\
        .code{font-family:monospace;font-size:.7rem;overflow-wrap:anywhere}\
        @page{size:A4;margin:20mm}</style></head><body>\(body)</body></html>

        """
    }
}

/// 元数据 of a package: who, what, when, and how long it is kept.
struct ArchiveMetadata {
    /// One of them.
    struct Fact {
        let key: String
        let label: String
        let value: String
    }

    private(set) var facts: [Fact] = []

    init<S: DocumentSource>(
        _ state: CaseState, _ package: ArchivePackage, person: Person?, sealed: String?,
        in directory: Directory, from source: S
    ) throws(S.Failure) {
        let item = try CatalogQuery.item(
            state.item, for: state.scope.region, in: directory, from: source)
        let version = item?.state.versions.entries.first { $0.value.number == state.itemVersion }
        let elements = version.flatMap { ItemElements($0.value.elements) }
        let day = { (millis: Int64?) in millis.map { CivilDate(of: Instant(millis: $0)).text } ?? ""
        }
        func first(_ kind: ChangeKind) -> Int64? { state.effective(kind).first?.moment }
        let retention = try CatalogQuery.retention(of: state, in: directory, from: source)
        add("number", "办件编号", state.number)
        add("title", "题名", (elements?.name ?? state.item) + (person.map { "（\($0.name)）" } ?? ""))
        add("item", "事项编码", state.item)
        add("itemVersion", "事项版本", String(state.itemVersion))
        add("itemKind", "事项类型", elements?.kind ?? "")
        add("applicant", "申请人", person?.name ?? "")
        add("idNumber", "证件号码", person?.idNumber ?? "")
        add("station", "收件地点", directory.region(state.scope.region)?.name ?? "")
        add("holder", "办理地点", state.holder?.region.flatMap { directory.region($0)?.name } ?? "")
        add("channel", "申报渠道", Channel.name(state.facts.channel))
        add("received", "收件日期", day(state.receivedAt))
        add("accepted", "受理日期", day(first(.caseAccept)))
        add("decided", "决定日期", day(first(.caseDecide)))
        add("delivered", "送达日期", day(first(.caseDeliver)))
        add("closed", "办结日期", day(first(.caseClose)))
        add("ended", "终结日期", day(state.ending.flatMap { $0.status == .closed ? nil : $0.millis }))
        add("archived", "归档日期", day(first(.caseArchive)))
        add("outcome", "办理结果", Self.outcome(of: state))
        add("retention", "保管期限", retention.words)
        add("digest", "归档摘要", sealed ?? "未封存，现摘要 " + package.digest.hex)
    }

    private mutating func add(_ key: String, _ label: String, _ value: String) {
        facts.append(Fact(key: key, label: label, value: value.isEmpty ? "—" : value))
    }

    private static func outcome(of state: CaseState) -> String {
        guard let decision = state.effective(.caseDecide).first else {
            return (state.ending?.status ?? state.status).name
        }
        return decision.outcome == "grant" ? "准予" : "不予"
    }

    /// {standard, facts: [{key, label, value}], documents: [{file, title}]}.
    func json(_ files: [ArchiveFolder.File]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.field("standard", "GB/T 42727-2023")
            object.array("facts") { array in
                for fact in facts {
                    array.object { entry in
                        entry.field("key", fact.key)
                        entry.field("label", fact.label)
                        entry.field("value", fact.value)
                    }
                }
            }
            object.array("documents") { array in
                for file in files {
                    array.object { entry in
                        entry.field("file", file.name)
                        entry.field("title", file.title)
                    }
                }
            }
        }
        return writer.bytes
    }
}

import Base
import Domain
import Editing
import Guide
import HTTP

extension RouteTable {
    /// Files out of a browser: scans of a case, and attachments of a draft.
    static let uploads: [Route] = [
        Route(
            method: .post, pattern: "/console/scans/{number}", operation: .scanForm,
            face: .console, summary: "上传材料扫描件（JPEG、PNG、PDF，按内容识别）",
            parameters: [.caseNumber], body: .upload("ScanForm"), answer: .redirect,
            problems: [400, 403, 404, 409, 413, 415, 422, 503]),
        Route(
            method: .post, pattern: "/console/files/{draft}", operation: .draftFileForm,
            face: .console, summary: "上传空白表、样表、流程图到草稿",
            parameters: [
                Parameter("draft", in: .path, "草稿标识", .hex(32))
            ], body: .upload("ScanForm"), answer: .redirect,
            problems: [400, 403, 404, 409, 413, 415, 422, 503]),
        Route(
            method: .post, pattern: "/console/import", operation: .importForm, face: .console,
            summary: "试导入或导入事项文件（JSON、CSV；UTF-8、GB18030），以报告作答",
            body: .upload("ImportForm"), answer: .page,
            problems: [400, 403, 409, 413, 415, 422, 503]),
        Route(
            method: .get, pattern: "/cases/{number}/files/{hash}", operation: .scanFile,
            face: .console, summary: "预览办件的一份扫描件",
            parameters: [.caseNumber, .blobHash],
            answer: .text("application/octet-stream", "图片、PDF 在页内显示，其他下载"),
            problems: [400, 404, 503]),
    ]
    /// 归档包: looked at, given away, checked.
    static let archives: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/archives/{number}", operation: .getArchive,
            face: .api, summary: "归档包：清单、逐条变更、附件摘要，及归档时的摘要",
            parameters: [.caseNumber],
            answer: .json("Any", "归档包；姓名等仍为密文"), problems: [404, 409]),
        Route(
            method: .post, pattern: "/api/v1/archives/{number}/export",
            operation: .exportArchive, face: .api,
            summary: "导出归档包（ZIP）：文书、元数据、附件、变更，带本节点签名；理由记入办件",
            parameters: [.caseNumber], body: .json("ArchiveReason"),
            answer: .text("application/zip", "归档包"), problems: [400, 403, 404, 409, 413, 422, 503]),
        Route(
            method: .post, pattern: "/api/v1/archives/verify", operation: .checkArchive,
            face: .api, summary: "校验归档包（ZIP）：逐个文件、签名、封存摘要", body: .bytes,
            answer: .json("Any", "结论与逐条问题"), problems: [400, 403, 422, 503]),
        Route(
            method: .post, pattern: "/console/archives/{number}/{action}",
            operation: .archiveForm, face: .console, summary: "归档、导出、保全、销毁",
            parameters: [.caseNumber, .action(ArchiveForms.actions)], body: .form("StaffForm"),
            answer: .redirect, problems: [400, 403, 404, 409, 413, 415, 422, 503]),
        Route(
            method: .post, pattern: "/console/archives", operation: .archiveCheckForm,
            face: .console, summary: "校验上传的归档包", body: .upload("ScanForm"), answer: .page,
            problems: [400, 403, 413, 415, 422, 503]),
    ]
    /// The catalog beside its items: sheets, import and export, definitions.
    static let catalog: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/catalog/{sheet}", operation: .getSheet, face: .api,
            summary: "由现行版本生成的清单、指南、看板：同一内容供屏幕、纸面和程序",
            parameters: [.sheet, .sheetCode, .sheetRegion, .situation],
            answer: .json("Sheet", "标题、落款、各节，以及供程序的数据"), problems: [400, 403, 404]),
        Route(
            method: .post, pattern: "/api/v1/catalog/check", operation: .checkImport, face: .api,
            summary: "试导入：逐行逐字段给出结果，不写入（JSON 或 CSV，UTF-8 或 GB18030）",
            parameters: [.publishes, .skips, .effectiveFrom], body: .bytes,
            answer: .json("Any", "每行的结果"), problems: [400, 422, 503]),
        Route(
            method: .post, pattern: "/api/v1/catalog/import", operation: .importCatalog,
            face: .api, summary: "导入事项：全部或一行也不（JSON 或 CSV，UTF-8 或 GB18030）",
            parameters: [.publishes, .skips, .effectiveFrom, .idempotencyKey], body: .bytes,
            answer: .json("Any", "每行的结果"), problems: [400, 403, 409, 422, 503]),
        Route(
            method: .get, pattern: "/api/v1/export/{format}", operation: .exportCatalog,
            face: .api, summary: "导出全部事项的最新版本", parameters: [.format],
            answer: .text("application/octet-stream", "文件"), problems: [404]),
        Route(
            method: .get, pattern: "/api/v1/definitions/{family}", operation: .listDefinitions,
            face: .api, summary: "一件事、基本目录、知识库、证明清单、待答问题、裁定",
            parameters: [.family, .cursor, .limit, .status],
            answer: .json("Any", "新的在前"), problems: [400, 404]),
    ]

    static let catalogConsole: [Route] = [
        Route(
            method: .get, pattern: "/catalog", operation: .catalogPage, face: .console,
            summary: "事项目录：清单、看板、草稿", parameters: [.cursor, .limit], answer: .page,
            problems: [400]),
        Route(
            method: .get, pattern: "/import", operation: .importPage, face: .console,
            summary: "导入与导出事项", answer: .page),
        Route(
            method: .get, pattern: "/catalog/{sheet}", operation: .sheetPage, face: .console,
            summary: "清单、指南、看板", parameters: [.sheet, .sheetCode, .sheetRegion, .situation],
            answer: .page, problems: [403, 404]),
        Route(
            method: .post, pattern: "/console/catalog", operation: .catalogForm, face: .console,
            summary: "目录管理：暂停、恢复、取消、扩大、停止、回退、作废草稿、发布主题、裁定、上报问题",
            body: .form("StaffForm"), answer: .redirect,
            problems: [400, 403, 404, 409, 412, 415, 422, 503]),
        Route(
            method: .get, pattern: "/guide/{code}/files/{hash}", operation: .guideFile,
            face: .console, summary: "事项的空白表、样表、流程图、结果样本（公开）",
            parameters: [.itemCode, .blobHash], answer: .text("application/octet-stream", "附件内容"),
            problems: [400, 404, 503]),
        Route(
            method: .get, pattern: "/lists/{what}", operation: .listPage, face: .console,
            summary: "一件事、认领、知识库、证明清单、授权、节假日、待答问题", parameters: [.listed, .cursor, .limit],
            answer: .page, problems: [400, 404]),
        Route(
            method: .get, pattern: "/edit/{what}", operation: .editPage, face: .console,
            summary: "填写：事项草稿、本地要素、授权、节假日、一件事、认领、知识库、证明",
            parameters: [.edited, .editCode, .editDraft, .editOf, .sheetRegion, .level],
            answer: .page, problems: [400, 403, 404]),
        Route(
            method: .post, pattern: "/console/edit/{what}", operation: .editForm, face: .console,
            summary: "保存所填，或检查、加行", parameters: [.edited], body: .form("StaffForm"),
            answer: .redirect, problems: [400, 403, 404, 409, 412, 413, 415, 422, 503]),
    ]
}

extension Parameter {
    static let sheet = Parameter(
        "sheet", in: .path, "哪一张", .words(SheetKind.allCases.map(\.rawValue)))
    static let sheetCode = Parameter(
        "code", in: .query, "事项、主题的编码，草稿标识，或办件编号",
        .string(lengthMax: Limits.pathValueBytesMax))
    static let sheetRegion = Parameter(
        "region", in: .query, "为哪一处：12 位区划代码，缺省为本节点", .string(lengthMax: 12))
    static let situation = Parameter(
        "situation", in: .query, "情形编码", .string(lengthMax: Limits.pathValueBytesMax))
    static let edited = Parameter(
        "what", in: .path, "写哪一种", .words(EditTable.allCases.map(\.rawValue)))
    static let listed = Parameter(
        "what", in: .path, "列哪一种", .words(EditTable.allCases.map(\.rawValue) + ["question"]))
    static let editCode = Parameter(
        "code", in: .query, "事项或条目的编码，年份；缺省为新建", .string(lengthMax: Limits.pathValueBytesMax))
    static let editDraft = Parameter("draft", in: .query, "继续修改的草稿", .string(lengthMax: 32))
    static let editOf = Parameter(
        "of", in: .query, "冲突中的一份，或由哪个问题而来", .string(lengthMax: Limits.searchBytesMax))
    static let level = Parameter(
        "level", in: .query, "授权所及的层级", .words(Level.allCases.map(\.rawValue)))
    static let publishes = Parameter("publish", in: .query, "完整的事项直接发布", .words(["true"]))
    static let skips = Parameter(
        "skipRefused", in: .query, "略过不合格的行，其余导入", .words(["true"]))
    static let effectiveFrom = Parameter("effectiveFrom", in: .query, "生效日期，缺省为立即", .day)
    static let format = Parameter(
        "format", in: .path, "文件格式", .words(ItemFile.Format.allCases.map(\.rawValue)))
    static let family = Parameter(
        "family", in: .path, "哪一类",
        .words(DefinitionState.Family.allCases.map(\.rawValue)))
}

extension Schemas {
    /// What an act on a case may bring.
    static let caseAction = JSON.record([
        (
            "outcome",
            .words([
                "grant", "refuse", "way", "sealed", "declined", "kept", "broken", "notice",
                "paid",
            ])
        ), ("note", .string()),
        ("promise", .flag), ("pledge", .flag), ("override", .flag),
        ("procedure", .words(CaseStep.lawful + CaseStep.ofItem)),
        ("days", .integer(min: 1, max: Limits.procedureDaysMax)),
        ("approver", .string()), ("department", .string()), ("document", .string()),
        ("seal", .string()), ("certificate", .string()), ("validUntil", .day), ("keep", .string()),
        ("codes", .list(.string())), ("way", .words(CaseStep.ways)),
        ("cents", .integer(min: 1, max: Limits.feeCentsMax)), ("purpose", .string()),
        ("digest", .hex(64)), ("reason", .string()), ("receiver", .string()),
        ("to", .regionCode), ("gaps", .list(gap)), ("materials", .list(material)),
        ("score", .integer(min: 1, max: 5)), ("event", .hex(32)), ("at", .moment),
        ("dryRun", .flag),
    ])

    /// When a case is due.
    static let caseClock = JSON.record(
        [
            ("number", .string()), ("asOf", .day), ("received", .day),
            ("accepted", .orNull(.day)), ("deemedAccepted", .orNull(.day)),
            ("reply", .orNull(.day)), ("promised", .orNull(.day)),
            ("legal", .orNull(.day)), ("delivery", .orNull(.day)), ("paused", .flag),
            ("deferral", .orNull(.day)), ("verification", .orNull(.day)),
            ("extended", .integer(min: 0)), ("stops", .list(.list(.day))),
            ("light", .orNull(.words(CaseClock.Light.allCases.map(\.rawValue)))),
            ("missingYear", .orNull(.integer(min: 1))), ("doubtful", .flag),
        ], required: ["number", "asOf", "received", "paused"])

    /// What is missing as a text, or with the way to close it.
    private static let gap: JSON = [
        "oneOf": [
            .string(lengthMin: 1),
            .record(
                [("material", .string()), ("lack", .string()), ("way", .string())],
                required: ["material", "lack", "way"]),
        ]
    ]
}

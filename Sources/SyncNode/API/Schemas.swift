import Account
import Base
import Domain

/// The JSON Schemas (2020-12, as OpenAPI 3.1 takes them) of bodies and answers.
enum Schemas {
    /// By name, in order.
    static let all = JSONObject(
        (shared + states + lists + orders).map { JSONObject.Member(key: $0.0, value: $0.1) })

    static func reference(_ name: String) -> JSON {
        ["$ref": .text("#/components/schemas/" + name)]
    }

    private static let shared: [(String, JSON)] = [
        ("Any", ["description": "任意 JSON"]),
        (
            "Problem",
            .record(
                [
                    ("type", .string()), ("title", .string()),
                    ("status", .integer(min: 400, max: 599)),
                    ("rule", .string()), ("field", .string()), ("seen", .string()),
                    ("current", .string()),
                ], required: ["type", "title", "status", "rule"])
        ),
        (
            "Peer",
            .record(
                [
                    ("region", .regionCode), ("name", .string()), ("url", .orNull(.string())),
                    ("state", .words(PeerStatus.State.allCases.map(\.rawValue))),
                    ("parent", .flag), ("lagSeconds", .orNull(.integer(min: 0))),
                    ("unsent", .integer(min: 0)), ("lastContact", .orNull(.moment)),
                    ("clockOffsetMillis", .orNull(.integer())), ("clockTrust", .string()),
                    ("clockCorrectionMillis", .integer()), ("ended", .flag),
                    ("lastError", .orNull(.string())), ("alarms", .list(alarm)),
                    ("receiptTime", .orNull(.moment)), ("receiptBehind", .orNull(.integer(min: 0))),
                ],
                required: [
                    "region", "url", "state", "lagSeconds", "unsent", "lastContact", "alarms",
                ])
        ),
        (
            "Scope",
            .record(
                [
                    ("id", .hex(16)), ("family", .string()), ("title", .string()),
                    ("changes", .integer(min: 0)),
                    (
                        "vector",
                        .list(
                            .record(
                                [
                                    ("actor", .hex(16)), ("seq", .integer(min: 1)),
                                    ("hash", .hex(64)),
                                ], required: ["actor", "seq", "hash"]))
                    ),
                ], required: ["id", "family", "changes", "vector"])
        ),
    ]

    private static let alarm = JSON.record(
        [
            ("kind", .words(PeerStatus.Alarm.Kind.allCases.map(\.rawValue))),
            ("scope", .orNull(.hex(16))), ("text", .string()),
        ], required: ["kind", "scope", "text"])

    private static let states: [(String, JSON)] = [
        (
            "Status",
            .record(
                [
                    ("region", .regionCode), ("name", .string()), ("level", .string()),
                    ("nodeId", .hex(64)), ("incarnation", .hex(64)), ("carryRoot", .hex(64)),
                    ("scopes", .integer(min: 0)), ("changes", .integer(min: 0)),
                    ("unsent", .integer(min: 0)), ("peers", .list(reference("Peer"))),
                    ("fenced", .flag), ("seated", .flag), ("diskFreeBytes", .integer(min: 0)),
                    ("blobsWanted", .integer(min: 0)), ("clock", .moment),
                    ("certificate", certificate),
                ],
                required: [
                    "region", "name", "level", "nodeId", "incarnation", "carryRoot", "scopes",
                    "changes", "unsent", "peers", "fenced", "seated", "diskFreeBytes",
                    "blobsWanted",
                ])
        ),
        (
            "Case",
            .record([
                ("number", .string()), ("queryCode", .string()),
                ("status", .words(CaseStatus.allCases.map(\.rawValue))),
                ("item", .string()), ("itemVersion", .integer(min: 1)),
                ("person", .words(["open", "absent", "locked", "damaged"])),
                ("applicant", .string()), ("idNumber", .string()), ("phone", .string()),
                ("address", .string()), ("holder", .orNull(.regionCode)),
                ("frozen", .flag), ("events", .list(.record([]))),
            ])
        ),
        ("Item", .record([("code", .string()), ("versions", .list(.record([])))])),
        (
            "Sheet",
            .record(
                [
                    ("title", .string()), ("stamp", .string()),
                    (
                        "sections",
                        .list(
                            .record(
                                [
                                    ("heading", .string()), ("columns", .list(.string())),
                                    ("rows", .list(.list(.string()))),
                                ], required: ["heading", "columns", "rows"]))
                    ),
                    ("data", reference("Any")),
                ], required: ["title", "stamp", "sections", "data"])
        ),
        (
            "Rollout",
            .record(
                [
                    ("code", .string()), ("version", .integer(min: 0)),
                    ("reached", .integer(min: 0)), ("stations", .integer(min: 0)),
                    (
                        "lines",
                        .list(
                            .record([
                                ("region", .regionCode), ("name", .string()),
                                ("version", .orNull(.integer(min: 0))),
                                ("time", .orNull(.moment)),
                                ("knownAt", .orNull(.moment)),
                                ("receiptTime", .orNull(.moment)),
                            ]))
                    ),
                ], required: ["code", "version", "reached", "stations", "lines"])
        ),
        (
            "SyncReport",
            .record(
                [
                    ("sent", .integer(min: 0)), ("received", .integer(min: 0)),
                    ("bytesOut", .integer(min: 0)), ("bytesIn", .integer(min: 0)),
                    ("roundTrips", .integer(min: 0)), ("equal", .flag),
                ], required: ["sent", "received", "bytesOut", "bytesIn", "roundTrips", "equal"])
        ),
        (
            "ReceiptReport",
            .record(
                [("scopes", .integer(min: 0)), ("asked", .flag)], required: ["scopes", "asked"])
        ),
        ("BlobStored", .record([("bytes", .integer(min: 1))], required: ["bytes"])),
        (
            "Grant",
            .record(
                [
                    ("code", .string()), ("region", .string()), ("name", .orNull(.string())),
                    ("level", .orNull(.string())), ("mode", .orNull(.string())),
                    ("from", .orNull(.day)), ("to", .orNull(.day)),
                    ("document", .orNull(.string())), ("contested", .flag),
                ], required: ["code", "region", "mode", "contested"])
        ),
        (
            "DueDate",
            .record(
                [("from", .day), ("days", .integer(min: 0)), ("due", .day)],
                required: ["from", "days", "due"])
        ),
        ("CaseClock", caseClock),
        ("CommandAnswer", .record([("number", .string()), ("code", .string())])),
    ]

    private static let lists: [(String, JSON)] = [
        ("PeerList", list(of: "peers", "Peer", isPaged: false)),
        ("ScopeList", list(of: "scopes", "Scope")),
        ("CaseList", list(of: "cases", "Case")),
        ("ItemList", list(of: "items", "Item")),
        ("GrantList", list(of: "grants", "Grant")),
        ("AccountList", list(of: "accounts", "Any")),
        ("AuditList", list(of: "lines", "AuditLine")),
        ("DraftList", list(of: "drafts", "Any")),
        ("ReconciliationList", list(of: "reconciliations", "Any", isPaged: false)),
        ("LateList", list(of: "late", "Any", isPaged: false)),
        (
            "SearchResults",
            .record(
                [
                    (
                        "results",
                        .list(
                            .record(
                                [
                                    ("kind", .words(["item", "case"])), ("label", .string()),
                                    ("status", .string()), ("state", .record([])),
                                ], required: ["kind", "label", "status", "state"]))
                    )
                ], required: ["results"])
        ),
    ]

    private static func list(of key: String, _ schema: String, isPaged: Bool = true) -> JSON {
        var members = [(key, JSON.list(reference(schema)))]
        if isPaged { members.append(("next", .orNull(.string()))) }
        return .record(members, required: members.map(\.0))
    }

    /// A code, or what was handed in with its scan.
    static let material: JSON = [
        "oneOf": [
            .string(lengthMin: 1, lengthMax: 64),
            .record(
                [
                    ("code", .string(lengthMin: 1, lengthMax: 64)), ("present", .flag),
                    ("blob", .hex(64)),
                ], required: ["code"]),
        ]
    ]

    private static let orders: [(String, JSON)] = [
        (
            "Login",
            .record(
                [("login", .string()), ("password", .string()), ("code", .string(lengthMax: 8))],
                required: ["login", "password"])
        ),
        (
            "PasswordChange",
            .record(
                [("old", .string()), ("password", .string())], required: ["old", "password"])
        ),
        (
            "CodeChange",
            .record([("password", .string()), ("code", .string(lengthMax: 16))])
        ),
        (
            "CodeAnswer",
            .record([("secret", .string()), ("address", .string()), ("login", .string())])
        ),
        (
            "AddAccount",
            .record(
                [
                    ("login", .string(lengthMax: Limits.loginCharactersMax)), ("name", .string()),
                    ("roles", .list(.words(Role.allCases.map(\.rawValue)))),
                    ("password", .string()), ("regions", .list(.regionCode)),
                ], required: ["login", "name", "roles", "password"])
        ),
        (
            "Session",
            .record(
                [
                    ("login", .string()), ("name", .string()),
                    ("roles", .list(.words(Role.allCases.map(\.rawValue)))),
                    ("token", .string()),
                ], required: ["login", "name", "roles"])
        ),
        (
            "AuditLine",
            .record(
                [
                    ("act", .string()), ("login", .string()), ("name", .string()),
                    ("about", .string()), ("outcome", .string()), ("reason", .string()),
                    ("from", .string()), ("region", .string()), ("at", .orNull(.moment)),
                    ("recorded", .moment),
                ], required: ["act", "outcome", "region", "recorded"])
        ),
        ("StaffForm", .record([])),
        (
            "Receive",
            .record(
                [
                    ("item", .string(lengthMax: 64)), ("version", .integer(min: 1)),
                    ("applicant", .string(lengthMin: 1)), ("idNumber", .string()),
                    ("phone", .string()), ("address", .string()), ("channel", .string()),
                    ("stage", .words(CaseFacts.Stage.allCases.map(\.rawValue))),
                    ("materials", .list(material)), ("at", .moment),
                ], required: ["item", "applicant"])
        ),
        ("CaseAction", caseAction),
        (
            "PublishItem",
            .record(
                [
                    ("code", .string(lengthMax: 64)), ("base", .integer(min: 1)),
                    ("effectiveFrom", .day), ("immediate", .flag),
                    ("elements", reference("ItemElements")),
                ], required: ["code", "elements"])
        ),
        (
            "ItemElements",
            .record(
                [
                    ("name", .string()), ("kind", .string()),
                    ("handling", .words(ItemElements.Handling.allCases.map(\.rawValue))),
                    ("legalDays", .integer(min: 0)), ("promisedDays", .integer(min: 0)),
                    ("conditions", .string()),
                    (
                        "materials",
                        .list(
                            .record(
                                [
                                    ("code", .string()), ("name", .string()),
                                    ("required", .flag), ("deferrable", .flag),
                                ], required: ["code", "name"]))
                    ),
                ], required: ["name", "kind", "handling", "legalDays", "promisedDays", "materials"])
        ),
        (
            "ItemAction",
            .record([
                ("reason", .string()), ("from", .day), ("to", .day), ("region", .hex(16)),
                ("mode", .orNull(.string())), ("document", .string()), ("values", .record([])),
            ])
        ),
        (
            "Command",
            .record([("command", .string(lengthMax: 64))], required: ["command"])
        ),
        ("SyncOrder", .record([("peer", .regionCode)])),
        (
            "LateAdoption",
            .record([("ids", .list(.string())), ("all", .flag), ("reason", .string())])
        ),
        (
            "ReceiveForm",
            .record(
                [
                    ("key", .string()), ("item", .string()), ("applicant", .string()),
                    ("idNumber", .string()), ("material", .list(.string())),
                ], required: ["item", "applicant"])
        ),
        (
            "CaseForm",
            .record([
                ("key", .string()), ("seen", .string()), ("outcome", .string()),
                ("note", .string()), ("receiver", .string()), ("to", .string()),
            ])
        ),
        ("SyncForm", .record([])),
        ("ArchiveReason", .record([("reason", .string())], required: ["reason"])),
        (
            "ScanForm",
            .record(
                [
                    ("key", .string()), ("code", .string()), ("level", .string()),
                    ("note", .string()), ("place", .string()),
                    ("file", ["type": "string", "contentMediaType": "application/octet-stream"]),
                ], required: ["file"])
        ),
        (
            "ImportForm",
            .record(
                [
                    ("mode", .string()), ("skipRefused", .string()), ("effectiveFrom", .day),
                    ("file", ["type": "string", "contentMediaType": "application/octet-stream"]),
                ], required: ["file"])
        ),
    ]
}

extension JSON {
    static let flag: JSON = ["type": "boolean"]
    static let moment: JSON = ["type": "string", "format": "date-time"]
    static let day: JSON = ["type": "string", "format": "date"]
    static let regionCode: JSON = ["type": "string", "pattern": "^[1-9][0-9]{11}$"]

    static func string(lengthMin: Int? = nil, lengthMax: Int? = nil) -> JSON {
        var object = JSONObject([.init(key: "type", value: "string")])
        if let lengthMin { object["minLength"] = JSON(count: lengthMin) }
        if let lengthMax { object["maxLength"] = JSON(count: lengthMax) }
        return .object(object)
    }

    static func hex(_ digits: Int) -> JSON {
        ["type": "string", "pattern": .text("^[0-9a-f]{\(digits)}$")]
    }

    static func integer(min: Int? = nil, max: Int? = nil, standard: Int? = nil) -> JSON {
        var object = JSONObject([.init(key: "type", value: "integer")])
        if let min { object["minimum"] = JSON(count: min) }
        if let max { object["maximum"] = JSON(count: max) }
        if let standard { object["default"] = JSON(count: standard) }
        return .object(object)
    }

    static func words(_ words: [String]) -> JSON {
        ["type": "string", "enum": .array(words.map(JSON.text))]
    }

    static func list(_ element: JSON) -> JSON { ["type": "array", "items": element] }
    static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }

    static func record(_ members: [(String, JSON)], required: [String] = []) -> JSON {
        var properties = JSONObject()
        for (name, schema) in members { properties[name] = schema }
        var object = JSONObject([.init(key: "type", value: "object")])
        object["properties"] = .object(properties)
        if !required.isEmpty { object["required"] = .array(required.map(JSON.text)) }
        return .object(object)
    }
}

import Base

/// Commands that must be refused by the name of one field: a good one of each kind with one
/// field of another type, too long, or left out.
extension BadRequest {
    private static let subject = JSON.text(String(repeating: "0", count: 32))
    private static let item: JSON = "370511001001"

    private static let samples: [(sample: JSON, required: [String])] = [
        (
            [
                "command": "case.receive", "item": item, "version": 1, "applicant": "张三",
                "idNumber": "370124194401081234", "phone": "1", "channel": "window",
                "materials": ["M1"],
                "at": "2026-09-24T08:00:00+08:00",
            ], ["item", "applicant"]
        ), (["command": "case.accept", "case": subject], ["case"]),
        (["command": "case.refuse", "case": subject, "reason": "x"], ["case", "reason"]),
        (
            [
                "command": "case.correct", "case": subject, "gaps": ["x"], "override": true,
                "reason": "x",
            ], ["case", "gaps"]
        ),
        (
            ["command": "case.supplement", "case": subject, "materials": ["M1"]],
            ["case", "materials"]
        ),
        (
            ["command": "case.decide", "case": subject, "outcome": "grant", "note": "x"],
            ["case", "outcome"]
        ), (["command": "case.deliver", "case": subject, "receiver": "x"], ["case"]),
        (["command": "case.close", "case": subject], ["case"]),
        (
            ["command": "case.material", "case": subject, "codes": ["M1"], "level": "B"],
            ["case", "codes"]
        ),
        (
            [
                "command": "case.reuse", "case": subject, "code": "M1",
                "from": "37012410620120261122000011",
            ], ["case", "code"]
        ),
        (
            ["command": "case.waive", "case": subject, "code": "M1", "certificate": "x"],
            ["case", "code", "certificate"]
        ),
        (
            ["command": "case.passDuty", "case": subject, "to": "370124000000", "reason": "x"],
            ["case", "reason"]
        ), (["command": "case.takeDuty", "case": subject], ["case"]),
        (["command": "case.withdraw", "case": subject, "reason": "x"], ["case"]),
        (["command": "case.note", "case": subject, "note": "x"], ["case", "note"]),
        (["command": "case.rate", "case": subject, "score": 5, "note": "x"], ["case", "score"]),
        (
            ["command": "case.offer", "case": subject, "to": "370124000000", "reason": "x"],
            ["case", "to"]
        ), (["command": "case.sign", "case": subject], ["case"]),
        (["command": "case.reject", "case": subject, "reason": "x"], ["case", "reason"]),
        (["command": "case.recall", "case": subject, "reason": "x"], ["case"]),
        (
            ["command": "case.force", "case": subject, "to": "370124000000", "reason": "x"],
            ["case", "to", "reason"]
        ), (["command": "case.erase", "case": subject, "reason": "x"], ["case", "reason"]),
        (["command": "case.preserve", "case": subject, "reason": "x"], ["case", "reason"]),
        (["command": "case.dispose", "case": subject, "reason": "x"], ["case", "reason"]),
        (["command": "case.export", "case": subject, "reason": "x"], ["case", "reason"]),
        (["command": "case.ratify", "case": subject, "event": subject], ["case", "event"]),
        (
            [
                "command": "item.publish", "code": item, "base": 1, "immediate": true,
                "elements": [:], "saw": [],
            ], ["code", "elements"]
        ),
        (
            ["command": "item.suspend", "code": item, "reason": "x", "from": "2026-09-24"],
            ["code", "reason"]
        ), (["command": "item.resume", "code": item, "reason": "x"], ["code", "reason"]),
        (["command": "item.cancel", "code": item, "reason": "x"], ["code", "reason"]),
        (["command": "overlay.set", "code": item, "values": ["place": "x"]], ["code", "values"]),
        (
            [
                "command": "grant.set", "code": item, "region": "370124000000",
                "level": "village", "mode": "授权办理", "from": "2026-01-01", "to": "2026-12-31",
                "document": "x",
            ], ["code", "region", "from", "document"]
        ),
        (
            [
                "command": "item.draft", "code": item, "base": 1, "immediate": true,
                "elements": [:], "stage": ["370124106201"],
            ], ["code", "elements"]
        ), (["command": "item.approve", "draft": subject], ["draft"]),
        (["command": "item.discard", "draft": subject], ["draft"]),
        (
            ["command": "item.split", "code": item, "drafts": [subject], "reason": "x"],
            ["code", "drafts", "reason"]
        ),
        (
            ["command": "item.merge", "codes": [item], "draft": subject, "reason": "x"],
            ["codes", "draft", "reason"]
        ),
        (
            ["command": "item.widen", "code": item, "reach": "all", "reason": "x"],
            ["code", "reach"]
        ), (["command": "item.halt", "code": item, "reason": "x"], ["code"]),
        (
            ["command": "item.rollback", "code": item, "to": 1, "reason": "x"],
            ["code", "to", "reason"]
        ), (["command": "theme.publish", "code": "T1"], ["code"]),
        (["command": "theme.end", "code": "T1"], ["code"]),
        (["command": "knowledge.ask", "question": "x"], ["question"]),
        (["command": "ruling.set", "case": subject], ["case"]),
    ]

    /// All of them, as `POST /api/v1/commands` takes commands.
    package static var commands: [BadRequest] {
        samples.flatMap { sample, required in
            let object = sample.object ?? JSONObject()
            let name = object["command"]?.text ?? ""
            let wrong = object.members.flatMap { member -> [BadRequest] in
                Self.wrong(member.value).map { bad in
                    var copy = object
                    copy[member.key] = bad
                    return command("\(name), \(member.key) of another type", copy, member.key)
                }
            }
            let missing = (required + ["command"]).map { key in
                var copy = object
                copy[key] = nil
                return command("\(name) without \(key)", copy, key)
            }
            return wrong + missing
        }
    }

    private static func command(
        _ title: String, _ object: JSONObject, _ field: String
    ) -> BadRequest {
        var request = BadRequest(title, "POST", "/api/v1/commands", 422...422, field: field)
        request.headers = [("Content-Type", "application/json")]
        request.body = JSON.object(object).bytes
        return request
    }

    /// Values of another type than the sample's, and one that is too long for any field.
    private static func wrong(_ good: JSON) -> [JSON] {
        let huge = JSON.text(String(repeating: "长", count: 3000))
        let marks = JSON.text("e" + String(repeating: "\u{301}", count: 20_000))
        switch good {
        case .text: return [1, true, [], huge, marks]
        case .int: return ["x", true, [], [:], -1, 9_007_199_254_740_991]
        case .bool: return ["x", 1, [], [:]]
        case .array: return ["x", 1, [:], [1], [[]], [huge], [marks]]
        default: return ["x", 1, []]
        }
    }
}

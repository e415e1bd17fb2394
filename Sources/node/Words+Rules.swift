import Base

extension Words {
    /// A refusal: the node's own Chinese sentence, or the English one of its rule.
    static func refusal(_ problem: JSON) -> Words {
        let rule = problem["rule"]?.text ?? "unknown"
        let field = problem["field"]?.text.map { " (\($0))" } ?? ""
        let sentence = rules.first { $0.rule == rule }?.english
        return Words(
            (problem["title"]?.text ?? "被拒绝") + "（\(rule)）",
            (sentence ?? "refused: " + rule) + field + " [\(rule)]")
    }

    /// What the rules that a clerk meets say; any other is told by its name.
    private static let rules: [(rule: String, english: String)] = [
        ("account-disabled", "the account is disabled"),
        ("account-exists", "that login is taken; it is never given to another person"),
        ("account-not-found", "there is no such account"),
        ("account-unknown", "this node has no such account"),
        ("already-recalled", "the withdrawal of this hand-over was asked for already"),
        ("bearer-required", "a program sends a token, not a browser's session"),
        ("calendar-missing", "no notice of holidays is known for a year that is counted through"),
        ("case-ambiguous", "two cases have this number: name one by its id"),
        ("case-decided", "there is a decision: the application can no longer be withdrawn"),
        ("case-frozen", "the case is being handed over: wait for the signature or the refusal"),
        ("case-not-final", "the case is neither delivered nor ended"),
        ("case-not-found", "there is no such case here"),
        ("case-not-held", "this place is not the custodian of the case"),
        ("case-not-own", "a full name is shown at the station of receipt and the custodian"),
        ("case-refused", "the application was refused"),
        ("case-unknown", "there is no such case here"),
        ("case-withdrawn", "the applicant has withdrawn"),
        ("command-invalid", "a field is missing or not of its form"),
        ("disk-full", "the node's disk is full: make room; it then goes on by itself"),
        ("draft-unknown", "there is no such draft that waits"),
        ("effective-date", "say either when it takes effect or that it does at once"),
        ("effective-date-past", "that day is past"),
        ("field-required", "a field is missing or not of its form"),
        ("form-token", "the form is too old or was not sent by this page"),
        ("grant-region", "that place needs no grant or is not below this one"),
        ("internal", "the node's store failed; its own log has the cause"),
        ("item-cancelled", "the item is cancelled"),
        ("item-not-granted", "this step was not granted to this station"),
        ("item-not-in-force", "there is no such item in force on that day"),
        ("item-unknown", "there is no such item here"),
        ("item-version-stale", "another version of the item is in force"),
        ("label-not-unique", "two documents have this number: name one by its id"),
        ("licence-at-village", "a licence cannot be decided in a village"),
        ("login-required", "log in first"),
        ("login-wait", "too many wrong passwords: wait"),
        ("login-wrong", "name, password or code is wrong"),
        ("no-corridor", "there is no agreement with that place"),
        ("no-open-correction", "no correction is open"),
        ("no-open-offer", "no hand-over is open"),
        ("no-such-peer", "there is no such peer"),
        ("not-offered", "the hand-over is not this place's"),
        ("not-seated", "this node has no seat of its region"),
        ("not-serving", "the node is starting, stopping or fenced"),
        ("offer-outside-audience", "that place is neither the station nor above it"),
        ("offer-to-self", "a case cannot be handed to where it is"),
        ("own-account", "nobody changes the own account: another administrator does"),
        ("password-weak", "the password is not good enough"),
        ("peer-refused", "the peer refused"),
        ("peer-unreachable", "the peer cannot be reached"),
        ("personal-data-gone", "the personal data was erased or is not here"),
        ("queue-full", "the node is busy: try again"),
        ("readers-busy", "the node is busy: try again"),
        ("refusal-above", "a window may not refuse: it is confirmed above"),
        ("region-not-below", "only accounts of this node and of those below it"),
        ("region-unknown", "there is no place of that code"),
        ("region-without-seat", "that place has no node yet"),
        ("role-forbids", "the account's role does not allow it"),
        ("role-level", "there is no such role at this level"),
        ("roles-clash", "these roles may not be one person's"),
        ("seat-suspended", "this node's seat is suspended: it may receive, not decide"),
        ("second-correction", "what is missing is told once; again only with --override"),
        ("separate-officers", "who accepted a case may not decide it"),
        ("state-changed", "the case has changed since it was shown"),
        ("store-locked", "another program holds the node's database: end it"),
        ("two-persons", "who drafts an item may not publish it: two persons"),
        ("uniform-element-read-only", "a uniform element is changed by its authority only"),
        ("version-conflict", "the catalog has another version than --base says"),
    ]
}

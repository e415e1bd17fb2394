/// Who may do what (DOMAIN §3.9): the whole table, and the only place where it stands. What is
/// not written here is not allowed.
package enum Permissions {
    /// Whether a role may do an act. Whether the place, the item and the case allow it is for
    /// the rules of the domain.
    package static func allow(_ role: Role, _ act: Act) -> Bool {
        common.contains(act) || acts(of: role).contains(act)
    }

    /// Whether any of some roles may.
    package static func allow(_ roles: [Role], _ act: Act) -> Bool {
        roles.contains { allow($0, act) }
    }

    /// Why roles may not meet in one account; nil where they may.
    package static func clash(_ roles: [Role]) -> (Role, Role)? {
        for (index, one) in roles.enumerated() {
            for other in roles[(index + 1)...] where one.kind != other.kind { return (one, other) }
        }
        return nil
    }

    /// What everybody with an account may.
    private static let common: Set<Act> = [.ownAccount, .viewCatalog]

    /// What a window does for applicants, wherever it stands.
    private static let window: Set<Act> = [
        .receive, .accept, .correct, .supplement, .deliver, .close, .withdraw, .note, .rate,
        .offer, .sign, .reject, .recall, .reveal, .viewCases, .viewNode, .sync,
        .take, .propose, .originals, .ready, .askSeal, .archive, .fee, .material, .reuse,
        .waive,
        .passDuty, .takeDuty, .ticketOpen, .ticketStep, .notice, .viewBoard,
        .window, .book, .bookingStep, .mail, .remind, .queue,
    ]

    /// What an officer does who examines and decides.
    private static let decider: Set<Act> = [
        .review, .decide, .note, .offer, .sign, .reject, .recall, .close, .reveal, .viewCases,
        .viewNode, .assign, .pause, .runOn, .askSeal, .seal, .ready, .verify, .fee, .material,
        .passDuty, .takeDuty, .ticketOpen, .ticketStep, .notice, .viewBoard, .mail,
    ]

    private static func acts(of role: Role) -> Set<Act> {
        switch role {
        case .villageClerk: window.union([.decide, .overlay, .seal])
        case .townAcceptor: window.union([.overlay, .export])
        case .townReviewer:
            decider.union([
                .refuse, .correct, .correctAgain, .answer, .ticketReview, .adopt, .export,
            ])
        case .countyWindow: window.union([.assign, .export, .dispose])
        case .approver, .soleApprover: decider
        case .chief:
            [
                .refuse, .correct, .correctAgain, .answer, .hold, .runOn, .extend, .seal,
                .end, .verify, .revoke, .force, .ratify, .forkCut, .adopt, .erase, .rule,
                .archive, .export, .preserve, .dispose, .note, .reveal, .viewCases, .passDuty,
                .takeDuty,
                .viewNode, .ticketOpen, .ticketStep, .notice, .ticketReview, .ticketImport,
                .viewBoard,
                .setting, .window, .bookingStep,
            ]
        case .itemEditor: [.draft, .knowledge, .viewNode]
        case .itemReviewer:
            [
                .publish, .suspend, .resume, .cancel, .grant, .calendar, .knowledge, .rule,
                .viewNode,
            ]
        case .itemLiaison: [.draft, .overlay]
        case .corridorClerk:
            [
                .receive, .supplement, .deliver, .withdraw, .note, .rate, .offer, .sign, .reject,
                .recall, .originals, .material, .reuse, .waive, .passDuty, .takeDuty, .reveal,
                .viewCases, .viewNode, .sync, .ticketOpen, .ticketStep, .notice, .viewBoard, .book,
                .mail,
            ]
        case .inspector:
            [
                .viewCases, .viewNode, .viewBoard, .ticketOpen, .ticketStep, .notice, .ticketReview,
                .ticketImport, .setting,
            ]
        case .monitor: [.viewCases, .rate, .viewBoard, .ticketOpen]
        case .nodeAdmin: [.account, .viewAccounts, .viewNode, .sync, .enrol]
        case .auditor: [.viewAudit]
        }
    }
}

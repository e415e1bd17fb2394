import Testing

@testable import Account

/// The table of DOMAIN §3.9, row by row: what a role may, and above all what it may not.
@Suite struct PermissionTests {
    private static let deny: [(Role, [Act])] = [
        (.villageClerk, [.refuse, .force, .ratify, .publish, .viewAudit, .account]),
        (.townAcceptor, [.decide, .refuse, .publish, .draft, .viewAudit]),
        (.townReviewer, [.receive, .accept, .publish, .force, .viewAudit]),
        (.countyWindow, [.decide, .refuse, .overlay, .publish, .force, .viewAudit]),
        (.approver, [.receive, .accept, .refuse, .publish, .viewAudit]),
        (.soleApprover, [.receive, .accept, .publish, .viewAudit]),
        (.chief, [.receive, .accept, .decide, .publish, .viewAudit]),
        (.itemEditor, [.publish, .viewCases, .reveal, .decide, .receive]),
        (.itemReviewer, [.draft, .viewCases, .reveal, .decide, .receive]),
        (.itemLiaison, [.publish, .grant, .viewCases, .reveal]),
        (.corridorClerk, [.decide, .accept, .refuse, .publish]),
        (.inspector, [.reveal, .viewAudit, .publish, .sync, .adopt]),
        (.monitor, [.reveal, .note, .viewNode, .viewAudit]),
        (.nodeAdmin, [.viewCases, .reveal, .decide, .publish, .viewAudit, .adopt]),
        (.auditor, [.viewCases, .reveal, .account, .publish, .sync]),
    ]
    private static let grant: [(Role, [Act])] = [
        (.villageClerk, [.receive, .accept, .decide, .deliver, .rate, .overlay]),
        (.townAcceptor, [.receive, .accept, .correct, .offer]),
        (.townReviewer, [.decide, .refuse, .reject, .correct, .adopt]),
        (.countyWindow, [.receive, .accept, .offer, .deliver]),
        (.approver, [.decide, .sign]), (.soleApprover, [.decide]),
        (.chief, [.refuse, .force, .ratify, .adopt]), (.itemEditor, [.draft]),
        (.itemReviewer, [.publish, .suspend, .grant, .calendar]),
        (.itemLiaison, [.draft, .overlay]), (.corridorClerk, [.offer, .sign, .deliver]),
        (.inspector, [.viewCases, .viewNode]), (.monitor, [.viewCases, .rate]),
        (.nodeAdmin, [.account, .sync]), (.auditor, [.viewAudit]),
    ]

    @Test(arguments: deny) func whatARoleMayNot(role: Role, acts: [Act]) {
        for act in acts { #expect(!Permissions.allow(role, act), "\(role) \(act)") }
    }

    @Test(arguments: grant) func whatARoleMay(role: Role, acts: [Act]) {
        for act in acts { #expect(Permissions.allow(role, act), "\(role) \(act)") }
    }

    @Test func everyRowIsTried() {
        #expect(Set(Self.deny.map(\.0)) == Set(Role.allCases))
        #expect(Set(Self.grant.map(\.0)) == Set(Role.allCases))
    }

    @Test func whoWatchesChangesNoCase() {
        for role in [Role.inspector, .auditor, .nodeAdmin, .itemEditor, .itemReviewer] {
            for act in Act.allCases where act.changesCase {
                #expect(!Permissions.allow(role, act), "\(role) \(act)")
            }
        }
        for act in Act.allCases where act.changesCase && act != .rate {
            #expect(!Permissions.allow(.monitor, act))
        }
    }

    @Test func someRolesNeverMeet() {
        #expect(Permissions.clash([.auditor, .approver]) != nil)
        #expect(Permissions.clash([.nodeAdmin, .villageClerk]) != nil)
        #expect(Permissions.clash([.inspector, .auditor]) != nil)
        #expect(Permissions.clash([.townAcceptor, .corridorClerk]) == nil)
    }

    @Test func nobodyMayNothing() {
        for act in Act.allCases { #expect(!Principal.nobody.may(act)) }
    }
}

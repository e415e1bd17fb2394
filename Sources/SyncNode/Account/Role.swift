package import Base
package import Region

/// What a person is at a node (DOMAIN §3.9). The raw value is stored and in the API.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// 村站窗口、帮代办员.
    case villageClerk = "village-clerk"
    /// 镇受理员.
    case townAcceptor = "town-acceptor"
    /// 镇审核员.
    case townReviewer = "town-reviewer"
    /// 县综合窗口.
    case countyWindow = "county-window"
    /// 部门审批员.
    case approver
    /// 独任审批官.
    case soleApprover = "sole-approver"
    /// 首席事务代表.
    case chief
    /// 事项管理员: drafts.
    case itemEditor = "item-editor"
    /// 复核人: approves what another drafted.
    case itemReviewer = "item-reviewer"
    /// 部门事项专员.
    case itemLiaison = "item-liaison"
    /// 跨域专窗.
    case corridorClerk = "corridor-clerk"
    /// 督查员.
    case inspector
    /// 监督员、体验官.
    case monitor
    /// 节点管理员.
    case nodeAdmin = "node-admin"
    /// 审计员.
    case auditor

    /// The role's name for people.
    package var name: String {
        switch self {
        case .villageClerk: "村站窗口/帮代办员"
        case .townAcceptor: "镇受理员"
        case .townReviewer: "镇审核员"
        case .countyWindow: "县综合窗口"
        case .approver: "部门审批员"
        case .soleApprover: "独任审批官"
        case .chief: "首席事务代表"
        case .itemEditor: "事项管理员"
        case .itemReviewer: "事项复核人"
        case .itemLiaison: "部门事项专员"
        case .corridorClerk: "跨域专窗"
        case .inspector: "督查员"
        case .monitor: "监督员/体验官"
        case .nodeAdmin: "节点管理员"
        case .auditor: "审计员"
        }
    }

    /// The levels at which there is such a role.
    package var levels: [Level] {
        switch self {
        case .villageClerk: [.village]
        case .townAcceptor, .townReviewer: [.town]
        case .corridorClerk: [.county, .town]
        case .nodeAdmin: Level.allCases
        case .countyWindow, .approver, .soleApprover, .chief, .itemEditor, .itemReviewer,
            .itemLiaison, .inspector, .monitor, .auditor:
            [.county]
        }
    }

    /// Roles of one kind may meet in one account; those who watch and those who run the machine
    /// have nothing else.
    package enum Kind: Hashable, Sendable {
        case business, oversight, audit, machine
    }

    /// What kind of role it is.
    package var kind: Kind {
        switch self {
        case .inspector, .monitor: .oversight
        case .auditor: .audit
        case .nodeAdmin: .machine
        default: .business
        }
    }
}

extension JSONWriter {
    /// Who somebody is, into an object that is open: `login`, `name`, `roles`.
    package mutating func person(_ login: String, _ name: String, _ roles: [Role]) {
        field("login", login)
        field("name", name)
        array("roles") { array in
            for role in roles { array.value(role.rawValue) }
        }
    }
}

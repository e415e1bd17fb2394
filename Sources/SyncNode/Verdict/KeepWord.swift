/// What may be done with a case's record beside its course, also once it is archived.
package enum KeepWord: String, Hashable, Sendable, CaseIterable {
    /// 保全: it may not be erased while an appeal, a suit or an inquiry is open; and its end.
    case hold, release
    /// 申请销毁, which another person carries out; 驳回.
    case propose, dismiss
    /// 导出: a package of it was given away.
    case export

    /// The command's name behind `case.`.
    package var command: String {
        switch self {
        case .hold, .release: "preserve"
        case .propose, .dismiss: "dispose"
        case .export: "export"
        }
    }

    /// - Throws: Where a flag is none.
    package init(_ command: String, _ fields: CommandFields) throws(RuleRefusal) {
        switch command {
        case "preserve": self = try fields.flag("release") ? .release : .hold
        case "dispose": self = try fields.flag("dismiss") ? .dismiss : .propose
        default: self = .export
        }
    }
}

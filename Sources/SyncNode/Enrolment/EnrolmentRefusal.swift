/// Why a newcomer is not let in: named to whoever asked, logged and counted.
package enum EnrolmentRefusal: String, Error, Hashable, Sendable, CaseIterable {
    /// No invitation has this secret.
    case codeUnknown = "code-unknown"
    case codeExpired = "code-expired"
    /// Another node came in with it.
    case codeUsed = "code-used"
    case codeWithdrawn = "code-withdrawn"
    /// The invitation is for another place.
    case codeRegion = "code-other-region"
    /// What is asked for is not of its form, or a proof in it does not hold.
    case malformed = "enrolment-malformed"
    /// Too many wait for approval already.
    case queueFull = "requests-full"
    /// It was looked at, and refused.
    case refused = "request-refused"
    case requestUnknown = "request-unknown"
    /// Not below this node.
    case notBelow = "not-below"
    /// This node has no authority: it takes nobody in.
    case noAuthority = "no-authority"
    /// As many invitations are open as are kept.
    case invitationsFull = "invitations-full"
}

extension EnrolmentRefusal {
    /// For people.
    package var title: String {
        switch self {
        case .codeUnknown: "没有这个邀请码"
        case .codeExpired: "邀请码已过期"
        case .codeUsed: "邀请码已被别的节点使用"
        case .codeWithdrawn: "邀请已撤回"
        case .codeRegion: "邀请码属于另一个区划"
        case .malformed: "申请有误或签名不符"
        case .queueFull: "待批申请过多，请稍后再试"
        case .refused: "申请已被拒绝"
        case .requestUnknown: "没有这个待批的申请或未用的邀请"
        case .notBelow: "区划代码不在本地之下"
        case .noAuthority: "本节点没有签发证书的权限"
        case .invitationsFull: "未用的邀请过多，请先撤回一些"
        }
    }
}

package import Crypto

/// Why another node is not dealt with: named to it, logged and counted.
package enum GateRefusal: Error, Hashable, Sendable {
    case certificate(CertificateChain.Refusal)
    /// It showed none, and the door is for nodes only.
    case noCertificate
    /// The directory knows no place of that code.
    case regionUnknown
    /// The place's node is another.
    case wrongNode
    /// Who signed is not the place's parent.
    case issuerNotParent
    /// The certificate is of one place, what is said comes from another.
    case wrongRegion
    /// The node, or one whose authority it rests on, was revoked.
    case revoked

    /// The stable name.
    package var name: String {
        switch self {
        case .certificate(let refusal): refusal.rawValue
        case .noCertificate: "no-certificate"
        case .regionUnknown: "region-unknown"
        case .wrongNode: "wrong-node"
        case .issuerNotParent: "issuer-not-parent"
        case .wrongRegion: "wrong-region"
        case .revoked: "revoked"
        }
    }

    /// For people.
    package var title: String {
        switch self {
        case .certificate(.wrongAuthority): "证书不是本体系签发的"
        case .certificate(.expired): "证书已过期"
        case .certificate(.notYetValid): "证书尚未生效，请检查时钟"
        case .certificate(.notAuthority): "证书的签发者无权签发"
        case .certificate(.wrongRegion): "证书属于另一个区划"
        case .certificate(.malformed): "证书格式有误"
        case .noCertificate: "此地址只接受出示证书的节点"
        case .regionUnknown: "名录中没有证书所载的区划"
        case .wrongNode: "证书所载的节点不是该区划的节点"
        case .issuerNotParent: "证书不是上级签发的"
        case .wrongRegion: "证书与所称的区划不符"
        case .revoked: "该节点已被吊销"
        }
    }
}

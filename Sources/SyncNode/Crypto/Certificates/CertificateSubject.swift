package import Base

/// Whom a certificate names: one node at one place.
///
/// In X.509: the common name is the division code, the serial number the node's id in
/// hexadecimal digits; the same stand as URIs among the alternative names.
package struct CertificateSubject: Hashable, Sendable {
    /// 12-digit division code.
    package let region: RegionCode
    /// H(enrolment public key).
    package let node: Digest

    package init(region: RegionCode, node: Digest) {
        self.region = region
        self.node = node
    }

    /// `urn:syncnode:region:370124000000`
    package var regionURN: String { "urn:syncnode:region:" + region.text }

    /// `urn:syncnode:node:` and 64 hexadecimal digits.
    package var nodeURN: String { "urn:syncnode:node:" + node.hex }
}

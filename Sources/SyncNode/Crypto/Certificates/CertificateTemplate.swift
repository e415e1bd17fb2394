package import Base
internal import COpenSSL

/// What an authority states in a certificate before it signs.
package struct CertificateTemplate: Sendable {
    package let subject: CertificateSubject
    package let notBefore: Instant
    package let notAfter: Instant
    /// How many authorities may follow below it; nil for a node that signs for nobody.
    package let authorityDepth: Int?
    /// Names and addresses at which the node is dialled.
    package let hosts: [String]
    /// 16 random bytes.
    package let serial: [UInt8]
    /// Where the issuer's `RevocationList` is served; nil where that is not known.
    package var list: String?

    /// - Parameters:
    ///   - now: The moment from which it holds, less `Limits.certificateBackdateMillis`.
    ///   - hosts: Each as `isHost` wants it; others are left out.
    package init(
        _ subject: CertificateSubject, from now: Instant, days: Int64, authorityDepth: Int?,
        hosts: [String], serial: [UInt8]
    ) {
        self.subject = subject
        notBefore = now.advanced(byMillis: -Limits.certificateBackdateMillis)
        notAfter = now.advanced(byMillis: days * 86_400_000)
        self.authorityDepth = authorityDepth
        self.hosts = Array(hosts.filter(Self.isHost).prefix(Limits.certificateNamesMax))
        self.serial = serial
    }

    /// A name or an address in numbers, of letters, digits, `.`, `-` and `:` only: nothing that
    /// OpenSSL's text form would take for more than one name.
    package static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x3a: true
                default: false
                }
            }
    }

    /// Signs for the key of a request; nil as `issuer` signs for itself. Costs one signature.
    ///
    /// - Throws: `badCertificate` where OpenSSL takes one of the parts amiss.
    package func signed(
        for request: CertificateRequest, by key: CertificateKey, of issuer: Certificate?
    ) throws(CryptoError) -> Certificate {
        let handle = try KeyHandle(certificate: X509_new())
        let raw = handle.pointer
        let number = BigNumber([0x01] + serial.prefix(16))
        guard succeeded(X509_set_version(raw, 2)),
            BN_to_ASN1_INTEGER(number.pointer, X509_get_serialNumber(raw)) != nil,
            ASN1_TIME_set(X509_getm_notBefore(raw), Int(notBefore.millis / 1000)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(raw), Int(notAfter.millis / 1000)) != nil,
            Self.write(subject, to: X509_get_subject_name(raw)),
            Self.write(issuer?.subject ?? subject, to: X509_get_issuer_name(raw)),
            succeeded(X509_set_pubkey(raw, request.key.pointer)),
            extend(raw, by: issuer?.handle.pointer ?? raw),
            X509_sign(raw, key.handle.pointer, nil) > 0
        else {
            ERR_clear_error()
            throw .badCertificate
        }
        return try Certificate(handle)
    }

    private func extend(_ raw: OpaquePointer, by issuer: OpaquePointer) -> Bool {
        var parts: [(Int32, String)] = [(NID_subject_key_identifier, "hash")]
        if let authorityDepth {
            parts.append((NID_basic_constraints, "critical,CA:TRUE,pathlen:\(authorityDepth)"))
            parts.append((NID_key_usage, "critical,keyCertSign,cRLSign"))
        } else {
            parts.append((NID_basic_constraints, "critical,CA:FALSE"))
            parts.append((NID_key_usage, "critical,digitalSignature"))
            parts.append((NID_ext_key_usage, "serverAuth,clientAuth"))
        }
        if issuer != raw { parts.append((NID_authority_key_identifier, "keyid")) }
        let names =
            ["URI:" + subject.regionURN, "URI:" + subject.nodeURN]
            + hosts.map { (Self.isAddress($0) ? "IP:" : "DNS:") + $0 }
        parts.append((NID_subject_alt_name, names.joined(separator: ",")))
        if let list { parts.append((NID_crl_distribution_points, "URI:" + list)) }
        return parts.allSatisfy { succeeded(syncnode_x509_extend(raw, issuer, $0.0, $0.1)) }
    }

    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
    }

    static func write(_ subject: CertificateSubject, to name: OpaquePointer?) -> Bool {
        add(subject.region.text, NID_commonName, to: name)
            && add(subject.node.hex, NID_serialNumber, to: name)
    }

    private static func add(_ text: String, _ kind: Int32, to name: OpaquePointer?) -> Bool {
        let bytes = Array(text.utf8)
        return succeeded(
            X509_NAME_add_entry_by_NID(
                name, kind, MBSTRING_ASC, bytes, Int32(bytes.count), -1, 0))
    }
}

import COpenSSL
package import Vocabulary

/// Certificates made here are for trying things out: a local authority and the servers it vouches for.
extension Certificate {
    /// A self-signed authority that may sign for servers and nothing below it.
    package static func makeAuthority(
        commonName: String,
        key: PrivateKey,
        now: Timestamp,
        days: Int
    ) throws(CryptographyError) -> Certificate {
        let draft = try Draft(commonName: commonName, key: key, now: now, days: days)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: draft)
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: draft)
        try draft.add(NID_subject_key_identifier, "hash", issuer: draft)
        return try draft.sign(issuer: draft, key: key)
    }

    /// A certificate for a server or a client, signed by `authority`.
    ///
    /// `hosts` are the DNS names and IP addresses it stands for; none for a client.
    package static func issue(
        commonName: String,
        hosts: [String],
        key: PrivateKey,
        authority: Certificate,
        authorityKey: PrivateKey,
        now: Timestamp,
        days: Int
    ) throws(CryptographyError) -> Certificate {
        let draft = try Draft(commonName: commonName, key: key, now: now, days: days)
        let issuer = Draft(authority.handle)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try draft.add(NID_key_usage, "critical,digitalSignature,keyEncipherment", issuer: issuer)
        try draft.add(NID_ext_key_usage, "serverAuth,clientAuth", issuer: issuer)
        try draft.add(NID_subject_key_identifier, "hash", issuer: issuer)
        try draft.add(NID_authority_key_identifier, "keyid", issuer: issuer)
        if !hosts.isEmpty {
            var names: [String] = []
            for host in hosts { names.append(try alternativeName(host)) }
            try draft.add(NID_subject_alt_name, names.joined(separator: ","), issuer: issuer)
        }
        return try draft.sign(issuer: issuer, key: authorityKey)
    }

    /// OpenSSL reads the list as a small language; only characters that cannot end an entry pass.
    private static func alternativeName(_ host: String) throws(CryptographyError) -> String {
        let isAddress =
            host.contains(":") || host.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                || byte == 0x2E || byte == 0x2D || byte == 0x2A || (isAddress && byte == 0x3A)
        }
        guard !host.isEmpty, isPlain else { throw .unusableHost(host) }
        return isAddress ? "IP:\(host)" : "DNS:\(host)"
    }
}

/// A certificate that is being filled in, seen by nobody else yet.
private struct Draft {
    private let handle: CertificateHandle

    init(_ handle: CertificateHandle) {
        self.handle = handle
    }

    init(commonName: String, key: PrivateKey, now: Timestamp, days: Int) throws(CryptographyError) {
        guard let made = unsafe X509_new() else { throw .failed("make a certificate") }
        handle = unsafe CertificateHandle(owned: made)
        let name = Array(commonName.utf8)
        let seconds = Int(now.seconds)
        // A serial number of 127 random bits, positive and not zero.
        var serial = randomBytes(16)
        serial[0] = serial[0] & 0x7F | 0x40
        let number = unsafe serial.withUnsafeBufferPointer { unsafe BN_bin2bn($0.baseAddress, 16, nil) }
        defer { unsafe BN_free(number) }
        let named = unsafe name.withUnsafeBufferPointer {
            unsafe copenssl_add_common_name(X509_get_subject_name(made), $0.baseAddress, Int32($0.count))
        }
        guard unsafe X509_set_version(made, 2) == 1,
            unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made)) != nil,
            // An hour back, so that a clock that is a little behind does not refuse it.
            unsafe ASN1_TIME_set(X509_getm_notBefore(made), seconds - 3_600) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(made), seconds + days * 86_400) != nil,
            named == 1,
            unsafe X509_set_pubkey(made, key.handle.pointer) == 1
        else { throw .failed("fill in a certificate") }
    }

    func add(_ kind: Int32, _ value: String, issuer: Draft) throws(CryptographyError) {
        guard unsafe copenssl_add_extension(handle.pointer, issuer.handle.pointer, kind, value) == 1 else {
            throw .failed("add to a certificate")
        }
    }

    func sign(issuer: Draft, key: PrivateKey) throws(CryptographyError) -> Certificate {
        let name = unsafe X509_get_subject_name(issuer.handle.pointer)
        guard unsafe X509_set_issuer_name(handle.pointer, name) == 1,
            unsafe X509_sign(handle.pointer, key.handle.pointer, FetchedDigest.sha256.pointer) > 0
        else { throw .failed("sign a certificate") }
        return try Certificate(handle)
    }
}

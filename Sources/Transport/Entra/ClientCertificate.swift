import Cryptography
import JSONReader
import Vocabulary

/// A private key with its certificate, and the assertion it signs instead of a secret.
///
/// - Source: `reference/entra-auth.md` §1.3, certificate assertion.
struct ClientCertificate {
    private let key: PrivateKey
    private let certificate: Certificate
    /// What is sent along, our own first; empty unless the chain is wanted.
    let chain: [Certificate]
    /// What the file was, to know it again.
    let file: CertificateFile

    /// How long an assertion is good.
    static let assertionLife = Duration.seconds(600)
    /// It is dated back a little, so that a clock slightly ahead does no harm.
    static let backDating = Duration.seconds(60)

    /// - Throws: ``TokenError/credential(problem:fix:)`` if the file lacks a key or a certificate, the two do not
    ///   belong together, or the password does not open it.
    init(_ file: CertificateFile) throws(TokenError) {
        try Self.checkPassword(file)
        let others: [Certificate]
        do {
            if file.isPKCS12 {
                let read = try PKCS12(file.content, password: file.password)
                (key, certificate, others) = (read.key, read.certificate, read.others)
            } else {
                key = try PrivateKey(pem: file.content)
                let all = try file.content.withBytes { bytes throws(CryptographyError) in
                    try Certificate.all(pem: bytes)
                }
                (certificate, others) = (all[0], Array(all.dropFirst()))
            }
        } catch {
            throw .credential(problem: error.message, fix: error.fix)
        }
        self.file = file
        chain = file.sendsChain ? Certificate.chain(from: certificate, among: others) : []
        guard key.isRSA else {
            throw .credential(
                problem: "The application's private key is not RSA.",
                fix: "Make an RSA key of 2048 bits or more; Entra ID takes no other."
            )
        }
        guard key.matches(certificate) else {
            throw .credential(
                problem: "The private key does not belong to the first certificate of the PEM file.",
                fix: "Put the key and its own certificate into the file, that certificate first."
            )
        }
    }

    private static func checkPassword(_ file: CertificateFile) throws(TokenError) {
        guard file.isPKCS12 || file.password == nil else {
            throw .credential(
                problem: "A password is given for a certificate that is not PKCS #12.",
                fix:
                    "Remove the password: a key in a PEM file is unencrypted, only a .pfx or .p12 file has one."
            )
        }
    }

    var notBefore: Timestamp { certificate.notBefore }

    /// As it is reported.
    var held: TokenReport.HeldCertificate {
        TokenReport.HeldCertificate(
            thumbprint: Hex.encode(Digest.of(certificate.der, .sha1)).uppercased(),
            expiresAt: certificate.notAfter
        )
    }

    /// The thumbprints by which the portal names the certificate.
    var shown: String {
        let long = Hex.encode(certificate.thumbprint).uppercased()
        return "the certificate with thumbprint \(held.thumbprint) (SHA-256 \(long))"
    }

    /// Says what Entra would say, without asking it.
    func checkTime(_ now: Timestamp) throws(TokenError) {
        guard now < certificate.notAfter else {
            throw .credential(
                problem: "The application's certificate ended on \(certificate.notAfter.iso8601).",
                fix: "Make a new certificate, upload it to the application, then put it into the file."
            )
        }
        guard now >= certificate.notBefore - .seconds(300) else {
            throw .credential(
                problem: "The application's certificate begins on \(certificate.notBefore.iso8601).",
                fix: "Check this machine's clock (NTP) and the certificate."
            )
        }
    }

    /// A signed assertion for one request.
    ///
    /// `audience` is the token address that will be called, `identifier` a fresh GUID.
    func assertion(
        client: String,
        audience: String,
        identifier: String,
        now: Timestamp
    ) throws(TokenError) -> Secret {
        let begins = now.seconds - Self.backDating.wholeSeconds
        var header: [String: JSONValue] = [
            "alg": "PS256",
            "typ": "JWT",
            "x5t#S256": .string(Base64.encodeURL(certificate.thumbprint)),
        ]
        if !chain.isEmpty { header["x5c"] = .array(chain.map { .string(Base64.encode($0.der)) }) }
        let claims: JSONValue = [
            "aud": .string(audience),
            "iss": .string(client),
            "sub": .string(client),
            "jti": .string(identifier),
            "nbf": .integer(begins),
            "iat": .integer(begins),
            "exp": .integer(begins + Self.assertionLife.wholeSeconds),
        ]
        let signed =
            Base64.encodeURL(JSONValue.object(header).encoded()) + "." + Base64.encodeURL(claims.encoded())
        do {
            let signature = try key.sign(Array(signed.utf8), .ps256)
            return Secret(signed + "." + Base64.encodeURL(signature))
        } catch {
            throw .credential(problem: error.message, fix: error.fix)
        }
    }
}

extension Secret {
    /// Without blanks and line ends around it: files end with one, Entra takes it literally.
    var trimmed: Secret {
        withBytes { bytes in
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
            guard let first = bytes.firstIndex(where: { !isBlank($0) }),
                let last = bytes.lastIndex(where: { !isBlank($0) })
            else { return Secret([]) }
            return Secret(Array(bytes[first...last]))
        }
    }
}

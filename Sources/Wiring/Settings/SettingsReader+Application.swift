import Cryptography
import Entra
import Vocabulary
import Yams

/// How the application proves itself: exactly one kind of credential.
extension SettingsReader {
    /// The best first, as Microsoft ranks them.
    private static let credentials = ["managed-identity", "federated", "certificate", "secret"]

    static func readApplication(_ fields: Fields) -> (client: String, credential: EntraCredential)? {
        guard let node = fields["application"] else {
            fields.missing("application")
            return nil
        }
        guard
            let part = Fields(
                node,
                "\"application\"",
                known: ["client"] + credentials.reversed(),
                hidden: ["password", "chain"],
                in: fields.reading
            )
        else { return nil }
        refuseMisplaced(part)
        let client = part.text("client", isRequired: true)
        let given = credentials.filter { part[$0] != nil }
        guard given.count == 1, let kind = given.first, let value = part[kind] else {
            complain(of: given, part)
            return nil
        }
        let credential: EntraCredential? =
            switch kind {
            case "secret": readSecrets(value, fields.reading)
            case "certificate": readCertificates(value, fields.reading)
            case "federated": readFederated(value, fields.reading)
            default: readManagedIdentity(value, client: client, fields.reading)
            }
        guard let client, let credential else { return nil }
        return (client, credential)
    }

    private static func complain(of given: [String], _ part: Fields) {
        guard let best = given.first else {
            part.reading.error(
                part.node,
                "\"application\" has no credential",
                "add one of: \(credentials.joined(separator: ", "))"
            )
            return
        }
        let count = given.count == 2 ? "two" : "\(given.count)"
        part.reading.error(
            part.node,
            "\"application\" has \(count) credentials: \(given.joined(separator: ", "))",
            "keep \"\(best)\""
        )
    }

    private static func refuseMisplaced(_ part: Fields) {
        for word in ["password", "chain"] {
            guard let key = part.key(word) else { continue }
            let value = word == "chain" ? "chain: yes" : "password: { file: PATH }"
            part.reading.error(
                key,
                "\"\(word)\" belongs to a certificate",
                "write certificate: { file: PATH, \(value) }"
            )
        }
    }

    private static func readSecrets(_ node: Node, _ reading: SettingsReading) -> EntraCredential? {
        let secrets = reading.secrets(node, "the application's secret")
        return secrets.isEmpty ? nil : .secrets(secrets)
    }

    // MARK: Certificates

    private static func readCertificates(_ node: Node, _ reading: SettingsReading) -> EntraCredential? {
        let nodes = node.sequence.map(Array.init) ?? [node]
        if nodes.isEmpty {
            reading.error(node, "the application's certificate is an empty list", "name at least one file")
        }
        let read = nodes.compactMap { entry in readCertificate(entry, reading).map { ($0, entry) } }
        guard !nodes.isEmpty, read.count == nodes.count else { return nil }
        if reading.secretScope.includes(nil) { warnOfEnded(read, node, reading) }
        return .certificates(read.map(\.0.file))
    }

    private typealias ReadCertificate = (file: CertificateFile, endsAt: Timestamp?)

    /// `{ file, password, chain }`, or another place than a file.
    private static func readCertificate(_ node: Node, _ reading: SettingsReading) -> ReadCertificate? {
        let name = "the application's certificate"
        guard let content = reading.secret(node, name, beside: ["password", "chain"]),
            let part = Fields(
                node,
                name,
                known: ["env", "file", "credential", "password", "chain"],
                in: reading
            )
        else { return nil }
        let password = part["password"].flatMap { reading.secret($0, "the certificate's password") }
        let chain = part.flag("chain")
        if part["password"] != nil && password == nil || part["chain"] != nil && chain == nil { return nil }
        let file = CertificateFile(content: content, password: password, sendsChain: chain ?? false)
        // What was not read cannot be judged.
        guard reading.secretScope.includes(nil) else { return (file, nil) }
        if let key = part.key("password"), !file.isPKCS12 {
            reading.error(
                key,
                "\"password\" is given for a certificate that is not PKCS #12",
                "remove it: only a .pfx or .p12 file has one, a key in a PEM file is unencrypted"
            )
            return nil
        }
        return examine(file, part)
    }

    private static func examine(_ file: CertificateFile, _ part: Fields) -> ReadCertificate? {
        do throws(TokenError) {
            let facts = try file.examine()
            if file.sendsChain && facts.chainCount == 1 {
                part.reading.warn(
                    part["chain"],
                    "the certificate's file holds no authority above it, so that the chain is the certificate alone",
                    "add the issuing authority's certificate to the file, or remove \"chain\""
                )
            }
            return (file, facts.certificate.expiresAt)
        } catch {
            let isPassword = error.message == CryptographyError.lockedPKCS12(hasPassword: true).message
            let place = isPassword ? part["password"] : part.node
            part.reading.error(place, "\(part.name): \(bare(error.message))", bare(error.fix))
            return nil
        }
    }

    /// The bridge does not start with nothing but certificates that have ended.
    private static func warnOfEnded(
        _ certificates: [(ReadCertificate, Node)],
        _ node: Node,
        _ reading: SettingsReading
    ) {
        let now = Timestamp.now()
        let ended = certificates.filter { $0.0.endsAt.map { $0 <= now } ?? false }
        for ((_, endsAt), entry) in ended {
            let what = "the application's certificate ended on \(endsAt?.iso8601 ?? "")"
            let fix = "make a new one, upload it to the application, then put it here"
            if ended.count == certificates.count {
                reading.error(entry, what, fix)
            } else {
                reading.warn(entry, what, "remove it; the other one is used")
            }
        }
    }

    /// A sentence as part of a line of `check`.
    static func bare(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}

import Cryptography
package import Vocabulary

/// How the application proves who it is.
package enum EntraCredential: Sendable, Hashable {
    /// Secret values, newest first; a list is a rotation and is tried in order on `invalid_client`.
    case secrets([Secret])
    /// Certificates with their keys; a list is a rotation, the one that began last is tried first.
    case certificates([CertificateFile])
    /// The path of a file with a token of another issuer, read at every request.
    case federated(path: String)
    /// An identity that the platform gives to this machine or container.
    case managedIdentity(ManagedIdentity)

    /// One certificate with its key, as the content of a PEM or PKCS #12 file without password.
    package static func certificate(pem: Secret) -> EntraCredential {
        .certificates([CertificateFile(content: pem)])
    }

    /// Reads a federated token's file without asking anybody; one that has ended is not looked at here.
    ///
    /// - Throws: ``TokenError/credential(problem:fix:)`` if it cannot be read or holds no JSON web token.
    package static func examineFederated(path: String) throws(TokenError) {
        _ = try FederatedToken(path: path)
    }

    /// Its kind in words.
    package var kind: String {
        switch self {
        case .secrets: "secret"
        case .certificates: "certificate"
        case .federated: "federated token"
        case .managedIdentity(let identity): "managed identity (\(identity.kind.shown))"
        }
    }

    /// Everything in it that must never be shown.
    package var secrets: [Secret] {
        switch self {
        case .secrets(let secrets): secrets
        case .certificates(let files): files.flatMap { [$0.content] + ($0.password.map { [$0] } ?? []) }
        case .federated: []
        case .managedIdentity(let identity): identity.header.map { [$0] } ?? []
        }
    }
}

/// The content of a file with private key and certificate.
package struct CertificateFile: Sendable, Hashable {
    /// PEM text or the bytes of a PKCS #12 file; the first certificate of a PEM text is ours.
    package let content: Secret
    /// Opens a PKCS #12 file; nil for PEM and for a file without one.
    package let password: Secret?
    /// True sends the authorities above the certificate along, as far as the file has them.
    package let sendsChain: Bool

    package init(content: Secret, password: Secret? = nil, sendsChain: Bool = false) {
        self.content = content
        self.password = password
        self.sendsChain = sendsChain
    }

    /// True if the content is PKCS #12, not PEM.
    package var isPKCS12: Bool { content.withBytes { PKCS12.looksLike($0) } }

    /// What the file holds, for `check`.
    package struct Facts: Sendable, Equatable {
        package let certificate: TokenReport.HeldCertificate
        /// Certificates that are sent along as chain, the application's own included.
        package let chainCount: Int
    }

    /// Reads key and certificate without asking anybody.
    ///
    /// - Throws: ``TokenError/credential(problem:fix:)`` if they cannot be used at any time.
    package func examine() throws(TokenError) -> Facts {
        let read = try ClientCertificate(self)
        return Facts(certificate: read.held, chainCount: read.chain.count)
    }
}

package import Cryptography
package import Vocabulary

/// Every key and certificate of a simulated world: made afresh, worth nothing outside it.
package struct SimulatorKeys: Sendable {
    package let authority: Certificate
    package let serverKey: PrivateKey
    package let serverCertificate: Certificate
    /// The application's own pair, registered with the simulated Entra.
    package let clientKey: PrivateKey
    package let clientCertificate: Certificate
    /// The pair that follows the first one, registered as well, as during a rotation.
    package let nextKey: PrivateKey
    package let nextCertificate: Certificate
    /// Of another issuer, whose tokens the simulated Entra takes instead of a secret.
    package let issuerKey: PrivateKey
    /// What App Service wants in `X-IDENTITY-HEADER`.
    package let identityHeader: String
    /// What stands in the file that Arc's agent names.
    package let arcKey: String
    let tokenKey: PrivateKey
    let tokenCertificate: Certificate

    /// Makes five RSA keys, which takes a good part of a second.
    package init(now: Timestamp) throws(CryptographyError) {
        let authorityKey = try PrivateKey.makeRSA()
        let root = try Certificate.makeAuthority(
            commonName: "Bascule simulator",
            key: authorityKey,
            now: now,
            days: 30
        )
        func issue(
            _ name: String,
            _ hosts: [String],
            _ key: PrivateKey
        ) throws(CryptographyError) -> Certificate {
            try Certificate.issue(
                commonName: name,
                hosts: hosts,
                key: key,
                authority: root,
                authorityKey: authorityKey,
                now: now,
                days: 30
            )
        }
        authority = root
        serverKey = try PrivateKey.makeRSA()
        serverCertificate = try issue("localhost", ["localhost", "127.0.0.1"], serverKey)
        clientKey = try PrivateKey.makeRSA()
        clientCertificate = try issue("bascule", [], clientKey)
        nextKey = try PrivateKey.makeRSA()
        nextCertificate = try issue("bascule-next", [], nextKey)
        issuerKey = try PrivateKey.makeRSA()
        identityHeader = Hex.encode(randomBytes(16)).uppercased()
        arcKey = Base64.encodeURL(randomBytes(48))
        // Tokens are signed with the authority's key: one key less to make, and nobody checks its purpose.
        tokenKey = authorityKey
        tokenCertificate = root
    }

    /// Certificate and key of the application, as one PEM text.
    package var clientPEM: Secret {
        clientKey.pem().withBytes { Secret(clientCertificate.pem() + $0) }
    }

    /// The second pair with the authority above it, as one PEM text.
    package var nextPEM: Secret {
        nextKey.pem().withBytes { Secret(nextCertificate.pem() + authority.pem() + $0) }
    }

    /// The application's pair with the authority above it, as PKCS #12.
    package func clientPKCS12(password: Secret) throws(CryptographyError) -> Secret {
        try PKCS12.make(
            key: clientKey,
            certificate: clientCertificate,
            others: [authority],
            password: password
        )
    }
}

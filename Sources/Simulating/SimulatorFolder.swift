import Cryptography
import Foundation
package import Vocabulary

/// A private folder with the keys, certificates and tokens of a simulator, until it is removed.
package struct SimulatorFolder: Sendable {
    package let path: String

    /// The authority that a client has to trust.
    package var authorityPath: String { path + "/ca.pem" }
    /// The application's certificate and key.
    package var certificatePath: String { path + "/app.pem" }
    /// Its second certificate, with key and authority, registered as well.
    package var nextCertificatePath: String { path + "/app-next.pem" }
    /// The first one as PKCS #12, and what opens it.
    package var pkcs12Path: String { path + "/app.pfx" }
    package var pkcs12PasswordPath: String { path + "/app.pfx.password" }
    /// The private key of the external issuer, to make federated tokens with.
    package var issuerKeyPath: String { path + "/issuer.pem" }
    /// A federated token, good for an hour from the beginning.
    package var federatedTokenPath: String { path + "/federated.jwt" }
    /// What App Service's `IDENTITY_HEADER` has to be.
    package var identityHeaderPath: String { path + "/identity-header" }
    /// Where Arc's agent keeps its keys, and the one there is.
    package var arcFolder: String { path + "/tokens" }
    package var arcKeyPath: String { arcFolder + "/arc.key" }

    /// Writes the files into a new folder that only this user may read.
    ///
    /// - Parameters:
    ///   - keys: What is written.
    ///   - federation: What the federated token says of itself.
    ///   - now: When the federated token begins.
    ///   - parent: An existing folder; nil takes the system's place for temporary files.
    /// - Throws: What the file system says; then nothing is left behind.
    package init(
        _ keys: SimulatorKeys,
        federation: FederationScript = FederationScript(),
        now: Timestamp = .now(),
        parent: String? = nil
    ) throws {
        let place = parent ?? FileManager.default.temporaryDirectory.path
        path = place + "/bascule-simulator-" + UUID().uuidString.lowercased()
        for folder in [path, arcFolder] {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        }
        do {
            try fill(keys, federation, now)
        } catch {
            remove()
            throw error
        }
    }

    private func fill(_ keys: SimulatorKeys, _ federation: FederationScript, _ now: Timestamp) throws {
        let password = Base64.encodeURL(randomBytes(12))
        let token = try keys.federatedToken(federation, now: now)
        try Self.write(keys.authority.pem(), authorityPath)
        try keys.clientPEM.withBytes { try Self.write($0, certificatePath) }
        try keys.nextPEM.withBytes { try Self.write($0, nextCertificatePath) }
        try keys.clientPKCS12(password: Secret(password)).withBytes { try Self.write($0, pkcs12Path) }
        try Self.write(Array(password.utf8), pkcs12PasswordPath)
        try keys.issuerKey.pem().withBytes { try Self.write($0, issuerKeyPath) }
        // Without a line end, as platforms write it: Microsoft's own libraries would send it along.
        try Self.write(Array(token.utf8), federatedTokenPath)
        try Self.write(Array(keys.identityHeader.utf8), identityHeaderPath)
        try Self.write(Array(keys.arcKey.utf8), arcKeyPath)
    }

    /// Removes folder and files; a folder that is gone already is fine.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        let isMade = FileManager.default.createFile(
            atPath: path,
            contents: Data(bytes),
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw CocoaError(.fileWriteUnknown) }
    }
}

import Foundation
import NIOSSL
import Synchronization
package import Vocabulary

/// The listener's certificate and key, read again when told to.
///
/// A connection keeps what it began with; the next one gets the newest. New files that cannot be used are reported and the
/// old pair stays.
package final class ListenerCertificate: Sendable {
    private struct Loaded {
        let context: NIOSSLContext
        let expiresAt: Timestamp
    }

    private let certificateFile: String
    private let keyFile: String
    private let loaded: Mutex<Loaded>

    /// - Parameters:
    ///   - certificateFile: PEM, the server's certificate first, its chain after it.
    ///   - keyFile: PEM, no passphrase.
    /// - Throws: ``AcceptingError``; nothing is served then.
    package init(certificateFile: String, keyFile: String) throws(AcceptingError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        loaded = Mutex(try Self.load(certificateFile, keyFile))
    }

    /// Reads both files again, on SIGHUP.
    ///
    /// - Throws: ``AcceptingError``; the pair in use stays in use.
    package func reload() throws(AcceptingError) {
        let fresh = try Self.load(certificateFile, keyFile)
        loaded.withLock { $0 = fresh }
    }

    /// When the certificate in use ends.
    package var expiresAt: Timestamp {
        loaded.withLock { $0.expiresAt }
    }

    /// For the next connection.
    var context: NIOSSLContext {
        loaded.withLock { $0.context }
    }

    private static func load(_ certificateFile: String, _ keyFile: String) throws(AcceptingError) -> Loaded {
        let certificateBytes = try read(certificateFile)
        let keyBytes = try read(keyFile)
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificateBytes), let first = chain.first
        else {
            throw .badCertificate(path: certificateFile)
        }
        guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw .badKey(path: keyFile)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw .unusablePair(certificate: certificateFile, key: keyFile)
        }
        return Loaded(context: context, expiresAt: Timestamp(seconds: Int64(first.notValidAfter)))
    }

    private static func read(_ path: String) throws(AcceptingError) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            let reason = (error as? CocoaError)?.code == .fileReadNoSuchFile ? "no such file" : "no access"
            throw .unreadableFile(path: path, reason: reason)
        }
    }
}

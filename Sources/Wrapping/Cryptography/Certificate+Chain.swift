import COpenSSL
import Vocabulary

extension Certificate {
    /// Every certificate of a PEM text, in its order.
    ///
    /// - Throws: ``CryptographyError`` if there is none, one cannot be read, or there are more than `countMax`.
    package static func all(pem: [UInt8], countMax: Int = 16) throws(CryptographyError) -> [Certificate] {
        let buffer = try MemoryBuffer(pem)
        var found: [Certificate] = []
        while let made = unsafe copenssl_read_certificate(buffer.pointer) {
            found.append(try Certificate(unsafe CertificateHandle(owned: made)))
            guard found.count <= countMax else {
                ERR_clear_error()
                throw .failed(operation: "read the certificates", detail: "more than \(countMax)")
            }
        }
        // After the last one comes "no start line"; anything else is a certificate that cannot be read.
        let isEnd = copenssl_is_end_of_pem(ERR_peek_last_error()) == 1
        let words = OpenSSLQueue.takeWords()
        guard isEnd, !found.isEmpty else { throw .noCertificate(detail: words) }
        return found
    }

    /// True if `other` names this certificate as its issuer and may be signed by it.
    package func hasIssued(_ other: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return unsafe X509_check_issued(handle.pointer, other.handle.pointer) == X509_V_OK
    }

    /// `leaf` first, then out of `others` each that issued the one before it, as far as they go.
    package static func chain(from leaf: Certificate, among others: [Certificate]) -> [Certificate] {
        var chain = [leaf]
        var rest = others.filter { $0.der != leaf.der }
        while let last = chain.last, let next = rest.firstIndex(where: { $0.hasIssued(last) }) {
            let issuer = rest.remove(at: next)
            rest.removeAll { $0.der == issuer.der }
            chain.append(issuer)
        }
        return chain
    }
}

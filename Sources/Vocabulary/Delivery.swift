/// One HTTP request to a hook as it came in: nothing decoded, nothing trimmed, nothing believed.
package struct RawDelivery: Sendable, Equatable {
    /// One header line.
    ///
    /// Names keep the sender's case; a name that came twice is here twice.
    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let source: SourceName
    package let headers: [Header]
    /// The body byte for byte, at most the listener's limit.
    package let body: [UInt8]
    package let receivedAt: Timestamp
    /// The client's address as text, after `trusted-proxies`.
    package let remoteAddress: String
    /// What the path holds after the source's name; nil for nothing.
    ///
    /// A credential, whoever reads it.
    package let pathSecret: Secret?

    package init(
        source: SourceName,
        headers: [Header],
        body: [UInt8],
        receivedAt: Timestamp,
        remoteAddress: String,
        pathSecret: Secret? = nil
    ) {
        self.source = source
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        self.remoteAddress = remoteAddress
        self.pathSecret = pathSecret
    }

    /// The values of a header, compared without regard to case, in order.
    package func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}

/// A delivery whose sender is proven.
///
/// Only code under `Authenticating` makes one; `LayeringTests` looks.
package struct VerifiedDelivery: Sendable, Equatable {
    package let source: SourceName
    package let kind: SourceKind
    package let headers: [RawDelivery.Header]
    package let body: [UInt8]
    package let receivedAt: Timestamp
    /// Lower-case hex SHA-256 of the signed input: the key that a replay cannot change.
    package let signedKey: String
    /// The sender's own delivery id, often outside the signature; it only ever adds refusals.
    package let senderKey: String?
    /// Which of the configured secrets matched, from 0, so that a rotation can be watched.
    package let secretIndex: Int

    package init(
        of raw: RawDelivery,
        kind: SourceKind,
        signedKey: String,
        senderKey: String?,
        secretIndex: Int
    ) {
        source = raw.source
        self.kind = kind
        headers = raw.headers
        body = raw.body
        receivedAt = raw.receivedAt
        self.signedKey = signedKey
        self.senderKey = senderKey
        self.secretIndex = secretIndex
    }

    /// The values of a header, compared without regard to case, in order.
    package func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}

/// What a hook answers.
///
/// The body is what the sender sees; strangers get no reason.
package struct HookAnswer: Sendable, Hashable, Codable {
    package let status: Int
    package let contentType: String
    package let body: String
    /// Seconds for a `Retry-After` header, or none.
    package let retryAfterSeconds: Int?

    package init(status: Int, contentType: String, body: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The one answer to an unknown source and to every failed verification.
    package static let unauthorized = HookAnswer(
        status: 401,
        contentType: "application/json",
        body: #"{"error":"unauthorized"}"#
    )

    /// Not recorded; the sender should come again.
    package static let unavailable = HookAnswer(
        status: 503,
        contentType: "application/json",
        body: #"{"error":"unavailable"}"#,
        retryAfterSeconds: 5
    )
}

package import Vocabulary

/// One HTTP call to make.
package struct OutgoingRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// A header line; the value may be a secret and is then shown nowhere.
    package struct Header: Sendable {
        package let name: String
        package let value: Secret

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = Secret(value)
        }

        package init(_ name: String, secret: Secret) {
            self.name = name
            value = secret
        }
    }

    package var method: Method
    /// The whole address.
    ///
    /// It may hold a credential (a package URI, a `response_url`): shown nowhere.
    package var url: Secret
    package var headers: [Header]
    package var body: Secret?
    /// Only an idempotent call may reuse a connection: libcurl repeats a request by itself when a reused
    /// HTTP/1.1 connection dies before a byte of answer.
    package var isIdempotent: Bool
    /// From the call to the last byte of the answer.
    package var deadline: Duration
    /// Ends the call as ``TransferFailure/Kind/timeout`` if for this long less than 1,000 bytes a second moved;
    /// for long downloads.
    ///
    /// Default none; whole seconds.
    package var stallMax: Duration?
    package var responseBytesMax: Int
    /// A longer answer is cut there and is an answer all the same; else it ends the call.
    package var cutsLongAnswer: Bool
    /// Which addresses may be connected to; ``AddressRule/any`` unless the address came in a delivery.
    package var addressRule: AddressRule
    /// The path of a Unix socket to connect to instead of the address's host; plain http is permitted then.
    package var unixSocket: String?
    /// The answer says who signed the server's certificate.
    package var namesIssuer = false
    /// Told of a success's length as its head says it, before the first byte; not called where none is said.
    package var onLength: (@Sendable (Int64) -> Void)?

    package init(
        _ method: Method,
        _ url: Secret,
        headers: [Header] = [],
        body: Secret? = nil,
        isIdempotent: Bool,
        deadline: Duration = .seconds(30),
        stallMax: Duration? = nil,
        responseBytesMax: Int = 8 << 20,
        cutsLongAnswer: Bool = false,
        addressRule: AddressRule = .any,
        unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent
        self.deadline = deadline
        self.stallMax = stallMax
        self.responseBytesMax = responseBytesMax
        self.cutsLongAnswer = cutsLongAnswer
        self.addressRule = addressRule
        self.unixSocket = unixSocket
    }
}

/// A whole answer.
package struct IncomingResponse: Sendable {
    package let status: Int
    /// In order of arrival, trailers not included.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Who signed the server's certificate, where the request asked for it and a new connection was made.
    package let issuer: String?

    package init(
        status: Int,
        headers: [(name: String, value: String)],
        body: [UInt8],
        issuer: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.issuer = issuer
    }

    /// The first value of a header, compared without regard to case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// What a download wrote.
package struct DownloadedFile: Sendable, Equatable {
    package let status: Int
    package let bytes: Int64

    package init(status: Int, bytes: Int64) {
        self.status = status
        self.bytes = bytes
    }
}

/// Why a call has no answer.
///
/// ``mayHaveBeenExecuted`` is what callers decide on.
package struct TransferFailure: Explained, Equatable {
    package enum Kind: String, Sendable, Equatable {
        case badAddress = "bad-address"
        case notPermitted = "not-permitted"
        case resolve
        case connect
        case tls
        case proxy
        case timeout
        case reset
        case protocolError = "protocol"
        case tooLarge = "too-large"
        case file
        case cancelled
        case other
    }

    package let kind: Kind
    /// False only if no byte of the request can have reached the server's application.
    package let mayHaveBeenExecuted: Bool
    /// The library's own words, without the address.
    package let detail: String

    package init(kind: Kind, mayHaveBeenExecuted: Bool, detail: String) {
        self.kind = kind
        self.mayHaveBeenExecuted = mayHaveBeenExecuted
        self.detail = detail
    }

    package var code: String { "transfer.\(kind.rawValue)" }

    package var message: String {
        switch kind {
        case .badAddress: "The address is not one that can be called: \(detail)."
        case .notPermitted: "The address may not be called: \(detail)."
        case .resolve: "The host's name was not resolved: \(detail)."
        case .connect: "No connection was made: \(detail)."
        case .tls: "The TLS handshake failed: \(detail)."
        case .proxy: "The proxy refused: \(detail)."
        case .timeout: "No answer came in time: \(detail)."
        case .reset: "The connection ended before the answer was complete: \(detail)."
        case .protocolError: "The answer broke the protocol: \(detail)."
        case .tooLarge: "The answer is larger than allowed: \(detail)."
        case .file: "The file could not be written: \(detail)."
        case .cancelled: "The call was cancelled."
        case .other: "The call failed: \(detail)."
        }
    }

    package var fix: String {
        switch kind {
        case .badAddress, .notPermitted: "Correct the address in the settings: https, without user name."
        case .resolve: "Check the host name and the machine's DNS."
        case .connect: "Check that the host is reachable from here, firewall and proxy included."
        case .tls: "Check the certificate, the clock and `trust: { file }` in the settings."
        case .proxy: "Check the proxy's address and what it permits."
        case .timeout, .reset, .protocolError, .other: "It is tried again where that is safe; see the job."
        case .tooLarge: "Raise the limit if the answer is expected to be this large."
        case .file: "Check the folder's permissions and free space."
        case .cancelled: "Nothing to do."
        }
    }
}

/// Makes HTTP calls.
///
/// `CurlClient` is the real one; tests hand in others.
package protocol HTTPSending: Sendable {
    /// - Throws: ``TransferFailure``; an HTTP error status is an answer, not a failure.
    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse

    /// Streams a 2xx answer's body into a file that must not exist yet; other bodies are dropped.
    ///
    /// - Parameters:
    ///   - request: The call; its `responseBytesMax` bounds a body that is dropped.
    ///   - path: The file to make, mode 0600; removed again if the call fails.
    ///   - bytesMax: More than this ends the transfer as ``TransferFailure/Kind/tooLarge``.
    ///   - onBytes: Called with each piece as it is written, in order, for a running digest.
    /// - Returns: The status, and how much was written.
    /// - Throws: ``TransferFailure``; an HTTP error status is an answer, not a failure.
    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile
}

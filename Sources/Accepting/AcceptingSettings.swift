/// Where the hook listener listens, and every limit it holds a stranger to (design §11).
///
/// Hummingbird sets none of these limits by itself. Times are real time; sizes are bytes on the wire after TLS.
package struct AcceptingSettings: Sendable, Equatable {
    /// A host name or an address.
    package var host: String
    /// 0 lets the system choose; ``HookListener`` reports the one it got.
    package var port: Int
    /// The largest body that is read; a larger one is answered 413.
    package var bodyBytesMax: Int
    /// Request line, names and values of all headers together; more is answered 431.
    package var headerBytesMax: Int
    /// Header lines of one request; more is answered 431.
    package var headerCountMax: Int
    /// From the first byte of a request, a TLS handshake before it included, to its last; then 408.
    package var requestDeadline: Duration
    /// From the last byte of a request to its answer; then 503.
    package var answerDeadline: Duration
    /// How long a connection may stay open without a request.
    package var idleTimeout: Duration
    /// Connections served at a time.
    ///
    /// Up to as many again are told 503; the next wait in the backlog.
    package var connectionsMax: Int
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or ranges.
    package var trustedProxies: [AddressRange]

    package init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        bodyBytesMax: Int = 1_048_576,
        headerBytesMax: Int = 32_768,
        headerCountMax: Int = 100,
        requestDeadline: Duration = .seconds(10),
        answerDeadline: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(30),
        connectionsMax: Int = 256,
        trustedProxies: [AddressRange] = []
    ) {
        self.host = host
        self.port = port
        self.bodyBytesMax = bodyBytesMax
        self.headerBytesMax = headerBytesMax
        self.headerCountMax = headerCountMax
        self.requestDeadline = requestDeadline
        self.answerDeadline = answerDeadline
        self.idleTimeout = idleTimeout
        self.connectionsMax = connectionsMax
        self.trustedProxies = trustedProxies
    }
}

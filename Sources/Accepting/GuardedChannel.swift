import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Hummingbird's HTTP/1.1 connection with our limits around it and, if there is a certificate, TLS before it.
///
/// The order is socket, ``ByteWatch``, TLS, HTTP decoder, ``RequestGate``, Hummingbird. Hummingbird's own `TLSChannel`
/// is not used because it keeps one TLS context for ever; here every connection takes the newest.
struct GuardedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let settings: AcceptingSettings
    let certificate: ListenerCertificate?
    let onRefusal: @Sendable (Refusal) -> Void
    private let open = OpenConnections()

    init(
        base: HTTP1Channel,
        settings: AcceptingSettings,
        certificate: ListenerCertificate?,
        onRefusal: @escaping @Sendable (Refusal) -> Void
    ) {
        self.base = base
        self.settings = settings
        self.certificate = certificate
        self.onRefusal = onRefusal
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let isOverloaded = open.begin() > settings.connectionsMax
        channel.closeFuture.whenComplete { _ in open.end() }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(ByteWatch())
            guard let certificate else { return }
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }.flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let gate = RequestGate(settings: settings, isOverloaded: isOverloaded, onRefusal: onRefusal)
            try pipeline.addHandler(gate, position: .after(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Counts the connections that are open.
private final class OpenConnections: Sendable {
    private let count = Atomic<Int>(0)

    /// - Returns: How many are open, this one included.
    func begin() -> Int {
        count.add(1, ordering: .relaxed).newValue
    }

    func end() {
        count.subtract(1, ordering: .relaxed)
    }
}

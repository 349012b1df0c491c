import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import Vocabulary

/// How a connection is cut below TLS and HTTP.
enum Cut: Sendable {
    /// With a TCP reset.
    case reset
    /// Closed without a word of TLS or HTTP.
    case close
}

/// Hummingbird's HTTP/1.1 connection, with TLS if wanted, that can be cut at the socket.
struct SeverableChannel: ServerChildChannel {
    let base: HTTP1Channel
    let tls: NIOSSLContext?
    let connections: OpenChannels
    /// What answers are dated by; nil for the machine's clock.
    var dates: (@Sendable () -> Timestamp)?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        connections.add(channel)
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(CutHandler())
            guard let tls else { return }
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }.flatMapThrowing { value in
            if let dates {
                let pipeline = channel.pipeline.syncOperations
                let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
                try pipeline.addHandler(ScriptedDate(now: dates), position: .after(encoder))
            }
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Sits next to the socket and cuts it when told to by a ``Cut``.
private final class CutHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        guard let cut = event as? Cut else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        if cut == .reset, let options = context.channel as? any SocketOptionProvider {
            // Closing with a linger of zero seconds makes the kernel send a reset. Refused, it is a plain close.
            _ = options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: promise)
    }
}

/// The connections of a simulator, so that none outlives it.
final class OpenChannels: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isClosed
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        if isClosed { channel.close(promise: nil) }
    }

    /// Cuts what is open and whatever comes later.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.triggerUserOutboundEvent(Cut.close, promise: nil) }
    }
}

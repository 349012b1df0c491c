import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Vocabulary

@testable import Accepting

/// Runs a listener on a free port for the length of a closure.
struct LiveListener {
    let settings: AcceptingSettings
    let certificate: ListenerCertificate?
    let refused: RefusalLog
    let answer: @Sendable (RawDelivery) async -> HookAnswer

    func serve<Result: Sendable>(
        _ use: @escaping @Sendable (_ port: Int, _ group: ServiceGroup) async throws -> Result
    ) async throws -> Result {
        let ports = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let listener = HookListener(
            settings: settings,
            certificate: certificate,
            logger: logger,
            onListening: { ports.continuation.yield($0) },
            onRefusal: { [refused] in refused.add($0) },
            answer: answer
        )
        let group = ServiceGroup(configuration: .init(services: [listener], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port = 0
            for await bound in ports.stream {
                port = bound
                break
            }
            let result = try await use(port, group)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }
}

/// Writes bytes to a port and reads until the other side closes.
enum RawClient {
    static func exchange(
        port: Int,
        _ chunks: [String],
        closesOutput: Bool = false,
        tls: NIOSSLContext? = nil
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: "localhost")
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            isOutboundHalfClosureEnabled: true,
                            inboundType: ByteBuffer.self,
                            outboundType: ByteBuffer.self
                        )
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for chunk in chunks { try await outbound.write(ByteBuffer(string: chunk)) }
            if closesOutput { outbound.finish() }
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }
}

import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Accepting

/// The deadlines, with a clock that the test moves.
struct RequestGateTests {
    private static let settings = AcceptingSettings(
        bodyBytesMax: 1000,
        headerBytesMax: 500,
        headerCountMax: 5
    )

    @Test func `one byte of headers a second ends at the deadline`() throws {
        let connection = try Connection(Self.settings)
        for (second, byte) in "POST /hooks/a HTTP/1.1\r\n".utf8.enumerated() {
            try connection.send([byte])
            connection.advance(.seconds(1))
            if second == 8 { #expect(try connection.received().isEmpty) }
        }
        #expect(try connection.received().hasPrefix("HTTP/1.1 408 "))
        #expect(connection.refusals == [.tooSlow])
    }

    @Test func `one byte of the body a second ends at the same deadline`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n")
        for second in 1...10 {
            #expect(try connection.received().isEmpty, "after \(second - 1) s")
            connection.advance(.seconds(1))
            try connection.send("x")
        }
        #expect(try connection.received().hasPrefix("HTTP/1.1 408 "))
        #expect(connection.handedOn == 0)
    }

    @Test func `headers and body share one deadline`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("POST /hooks/a HTTP/1.1\r\n")
        connection.advance(.seconds(6))
        try connection.send("Content-Length: 2\r\n\r\n")
        connection.advance(.seconds(3))
        #expect(try connection.received().isEmpty)
        connection.advance(.seconds(1))
        #expect(try connection.received().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `what a refused sender goes on sending is thrown away`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("POST /hooks/a HTTP/1.1\r\nContent-Length: 1001\r\n\r\n")
        #expect(try connection.received().hasPrefix("HTTP/1.1 413 "))
        try connection.send(String(repeating: "x", count: 5000))
        #expect(connection.handedOn == 0)
        #expect(connection.refusals == [.tooLarge])
        #expect(try connection.received().isEmpty)
    }

    @Test func `an idle connection is closed without a word, before and after a request`() throws {
        let fresh = try Connection(Self.settings)
        fresh.advance(.seconds(30))
        #expect(!fresh.isOpen)
        let used = try Connection(Self.settings)
        try used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try used.answer()
        #expect(try used.received().hasPrefix("HTTP/1.1 200 "))
        used.advance(.seconds(29))
        #expect(used.isOpen)
        used.advance(.seconds(1))
        #expect(!used.isOpen)
        #expect(used.refusals == [])
    }

    @Test func `a request that nobody answers gets 503 and a time to come again`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(connection.handedOn == 1)
        connection.advance(.seconds(10))
        let answer = try connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.lowercased().contains("retry-after: 5"))
        #expect(throws: ChannelError.ioOnClosedChannel) { try connection.answer() }
        #expect(try connection.received().isEmpty)
    }

    @Test func `a second request on the connection has a deadline of its own`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try connection.answer()
        _ = try connection.received()
        connection.advance(.seconds(9))
        try connection.send("GET / HT")
        connection.advance(.seconds(9))
        #expect(try connection.received().isEmpty)
        connection.advance(.seconds(1))
        #expect(try connection.received().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `a sender that asks first is invited to send its body`() throws {
        let connection = try Connection(Self.settings)
        try connection.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        #expect(try connection.received().hasPrefix("HTTP/1.1 100 "))
        try connection.send("x")
        #expect(connection.handedOn == 1)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 600))\r\n\r\n", "431"),
        ("GET / HTTP/1.1\r\n\((1...6).map { "H\($0): x\r\n" }.joined())\r\n", "431"),
        ("GET / HTTP/1.1\r\n\(String(repeating: "A", count: 600))", "431"),
        ("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400"),
        ("POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\nabc", "400"),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\nabc", "400"),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
        ("\u{16}\u{3}\u{1} hello\r\n\r\n", "400"),
    ])
    func `what is no HTTP or breaks a limit is answered before the front half sees it`(
        bytes: String,
        status: String
    ) throws {
        let connection = try Connection(Self.settings)
        try connection.send(bytes)
        #expect(try connection.received().hasPrefix("HTTP/1.1 \(status) "))
        #expect(connection.handedOn == 0)
    }
}

/// The gate between a real HTTP decoder and a recorder of what it hands on, over an embedded channel.
private final class Connection {
    private let channel = EmbeddedChannel()
    private let log = RefusalLog()
    private let handed = HandedOn()

    init(_ settings: AcceptingSettings) throws {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = settings.headerBytesMax
        limits.maxHeaderFieldSize = settings.headerBytesMax
        limits.maxHeaderFieldCount = settings.headerCountMax
        try pipeline.addHandler(ByteWatch())
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits
        )
        let gate = RequestGate(settings: settings, isOverloaded: false) { [log] in log.add($0) }
        try pipeline.addHandlers([gate, handed])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var refusals: [Refusal] { log.all }
    var handedOn: Int { handed.count }
    var isOpen: Bool { channel.isActive }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        channel.pipeline.fireChannelReadComplete()
        try channel.throwIfErrorCaught()
    }

    func advance(_ time: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(time))
    }

    /// Everything written since the last call.
    func received() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    func answer() throws {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
        let first = channel.write(HTTPServerResponsePart.head(head))
        let last = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        try first.wait()
        try last.wait()
    }
}

private final class HandedOn: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    private(set) var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { count += 1 }
    }
}

/// Collects refusals from any thread.
final class RefusalLog: Sendable {
    private let refusals = Mutex<[Refusal]>([])

    var all: [Refusal] { refusals.withLock { $0 } }

    func add(_ refusal: Refusal) {
        refusals.withLock { $0.append(refusal) }
    }
}

import NIOCore
import NIOHTTP1
import Vocabulary

/// Lets only whole requests through that kept every limit, and answers the others itself.
///
/// Sits right after the HTTP decoder and gathers the body, so that behind it there is no half-read request to be
/// slow, too long or cut off. Decides nothing: ``RequestProgress`` does.
final class RequestGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a refused sender may go on sending before the connection is cut.
    ///
    /// Closing at once would reset the connection, and the sender might never see the answer.
    static let lingerTime = Duration.seconds(1)

    private let settings: AcceptingSettings
    private let onRefusal: @Sendable (Refusal) -> Void
    private var progress: RequestProgress
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var timer: Scheduled<Void>?

    init(settings: AcceptingSettings, isOverloaded: Bool, onRefusal: @escaping @Sendable (Refusal) -> Void) {
        self.settings = settings
        self.onRefusal = onRefusal
        progress = RequestProgress(bodyBytesMax: settings.bodyBytesMax, isOverloaded: isOverloaded)
    }

    // MARK: Events

    func channelActive(context: ChannelHandlerContext) {
        set(.nextRequest, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let step = progress.headArrived(
                contentLength: Self.contentLength(of: head),
                expectsInvitation: head.headers.first(name: "expect")?.lowercased() == "100-continue"
            )
            if case .receiving = progress.phase { self.head = head }
            take(step, context)
        case .body(var part):
            let step = progress.bodyArrived(bytes: part.readableBytes)
            if step == .keep { body.writeBuffer(&part) }
            take(step, context)
        case .end:
            take(progress.requestEnded(), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: take(progress.decodingFailed(.headersTooLarge), context)
        case is HTTPParserError, is ByteToMessageDecoderError:
            take(progress.decodingFailed(.malformed), context)
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is BytesArrived: take(progress.bytesArrived(), context)
        case is ChannelShouldQuiesceEvent: take(progress.drainBegan(), context)
        case ChannelEvent.inputClosed: take(progress.inputClosed(), context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard progress.phase == .answering else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head) where progress.endsAfterAnswer:
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            context.writeAndFlush(data, promise: promise)
            take(progress.answerWritten(), context)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    // MARK: Steps

    private func take(_ step: RequestProgress.Step, _ context: ChannelHandlerContext) {
        switch step {
        case .nothing, .keep: break
        case .set(let wait): set(wait, context)
        case .invite:
            let invitation = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(invitation)), promise: nil)
        case .handOn: handOn(context)
        case .refuse(let refusal):
            onRefusal(refusal)
            write(refusal, context)
            end(context)
        case .end: end(context)
        case .close: context.close(promise: nil)
        }
    }

    private func handOn(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let body = self.body
        self.head = nil
        self.body = ByteBuffer()
        set(.answer, context)
        context.fireChannelRead(wrapInboundOut(.head(head)))
        if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }

    private func write(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        head = nil
        body = ByteBuffer()
        let answer = refusal.answer
        var headers = HTTPHeaders([
            ("connection", "close"), ("content-type", answer.contentType),
            ("content-length", String(answer.body.utf8.count)),
        ])
        if let seconds = answer.retryAfterSeconds { headers.add(name: "retry-after", value: String(seconds)) }
        let status = HTTPResponseStatus(statusCode: answer.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        set(.end, context)
        context.close(mode: .output, promise: nil)
    }

    private func set(_ wait: RequestProgress.Wait, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let time =
            switch wait {
            case .nextRequest: settings.idleTimeout
            case .request: settings.requestDeadline
            case .answer: settings.answerDeadline
            case .end: Self.lingerTime
            }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { [self] in
            take(progress.timePassed(), context)
        }
    }

    /// What `Content-Length` claims; a number too long to count is as large as a number can be.
    private static func contentLength(of head: HTTPRequestHead) -> Int? {
        guard let text = head.headers.first(name: "content-length") else { return nil }
        return Int(text) ?? .max
    }
}

/// Says that bytes came in, before anybody knows what they mean.
struct BytesArrived: Sendable {}

/// Sits at the socket, before TLS, and announces each arrival of bytes to ``RequestGate``.
final class ByteWatch: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(BytesArrived())
        context.fireChannelRead(data)
    }
}

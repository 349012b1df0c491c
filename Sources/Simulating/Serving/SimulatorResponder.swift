import HTTPTypes
import Hummingbird
import NIOCore
import Vocabulary

/// Takes requests off the wire, lets the world act, and spoils the answer where the script says so.
struct SimulatorResponder: HTTPResponder {
    typealias Context = SimulatorContext

    /// Larger bodies are answered 413.
    static let bodyBytesMax = 24 << 20

    let world: World
    let scheme: String
    let now: @Sendable () -> Timestamp
    let pause: @Sendable (Duration) async throws -> Void

    /// The connection was cut on purpose; Hummingbird has nothing to answer on.
    struct Severed: Error {}

    func respond(to request: Request, context: SimulatorContext) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.bodyBytesMax)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let opened = world.begin(call(request, Array(body.readableBytesView)))
        guard let fault = opened.fault else {
            let answer = world.act(on: opened)
            world.end(opened, status: answer.status, executed: answer.executed)
            return response(answer)
        }
        return try await answer(opened, fault, context)
    }

    private func answer(
        _ opened: World.Opened,
        _ fault: ScriptedFault,
        _ context: SimulatorContext
    ) async throws -> Response {
        if case .status(let code) = fault.kind {
            world.end(opened, status: code, executed: false)
            return response(FaultAnswer.make(code, fault, opened.call))
        }
        let answer = fault.kind.actsFirst ? world.act(on: opened) : SimulatedAnswer(status: 0)
        switch fault.kind {
        case .slow, .truncate: world.end(opened, status: answer.status, executed: answer.executed)
        case .hang, .hangAfter, .resetBefore, .resetAfter, .status:
            world.end(opened, status: nil, executed: answer.executed)
        }
        switch fault.kind {
        case .hang, .hangAfter:
            try await context.channel.closeFuture.get()
            throw Severed()
        case .resetBefore, .resetAfter, .status:
            try await cut(.reset, context.channel)
            throw Severed()
        case .slow: return slow(answer)
        case .truncate: return truncated(answer, context.channel)
        }
    }

    private func cut(_ cut: Cut, _ channel: any Channel) async throws {
        channel.triggerUserOutboundEvent(cut, promise: nil)
        try await channel.closeFuture.get()
    }

    private func response(_ answer: SimulatedAnswer) -> Response {
        Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: Self.fields(answer.headers),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    private func slow(_ answer: SimulatedAnswer) -> Response {
        let body = ResponseBody(contentLength: answer.body.count) { [pause] writer in
            for byte in answer.body {
                try await pause(.seconds(1))
                try await writer.write(ByteBuffer(bytes: [byte]))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: Self.fields(answer.headers),
            body: body
        )
    }

    private func truncated(_ answer: SimulatedAnswer, _ channel: any Channel) -> Response {
        let kept = answer.body.prefix(answer.body.count / 2)
        let body = ResponseBody(contentLength: answer.body.count + 1) { writer in
            try await writer.write(ByteBuffer(bytes: kept))
            channel.triggerUserOutboundEvent(Cut.close, promise: nil)
            try await channel.closeFuture.get()
            throw Severed()
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: Self.fields(answer.headers),
            body: body
        )
    }

    private func call(_ request: Request, _ body: [UInt8]) -> SimulatedCall {
        let host = request.head.authority ?? "localhost"
        var headers = ["host": [host]]
        for field in request.headers {
            headers[field.name.rawName.lowercased(), default: []].append(field.value)
        }
        let target = request.head.path ?? "/"
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return SimulatedCall(
            method: request.method.rawValue,
            path: String(halves[0]),
            query: halves.count > 1 ? String(halves[1]) : "",
            headers: headers,
            body: body,
            at: now(),
            base: "\(scheme)://\(host)"
        )
    }

    private static func fields(_ headers: [(name: String, value: String)]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }
}

/// What a request carries besides itself: its connection.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

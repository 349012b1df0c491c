import HTTPTypes
import Hummingbird
import NIOCore
import Vocabulary

/// Turns one whole request into a ``RawDelivery`` and the answer to it into a response.
///
/// Knows one route, `POST /hooks/<source>`, and `POST /hooks/<source>/<secret>` for senders that can prove themselves in no
/// other way. Whether the source exists is not its business: an unknown one and one whose signature fails must look
/// the same. What stands after the source's name is written down nowhere.
struct HookResponder: HTTPResponder {
    typealias Context = HookContext

    let settings: AcceptingSettings
    let now: @Sendable () -> Timestamp
    let onRefusal: @Sendable (Refusal) -> Void
    let answer: @Sendable (RawDelivery) async -> HookAnswer

    func respond(to request: Request, context: HookContext) async throws -> Response {
        guard let place = Self.place(in: request.uri.path) else { return refuse(.notFound) }
        guard request.method == .post else {
            let response = refuse(.methodNotAllowed)
            return request.method == .head ? response.createHeadResponse() : response
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: settings.bodyBytesMax)
        } catch is NIOTooManyBytesError {
            return refuse(.tooLarge)
        }
        let headers = Self.headers(of: request)
        let delivery = RawDelivery(
            source: place.source,
            headers: headers,
            body: Array(body.readableBytesView),
            receivedAt: now(),
            remoteAddress: ClientAddress.find(
                peer: context.peerAddress,
                forwarded: headers.filter { $0.name.lowercased() == "x-forwarded-for" }.map(\.value),
                trusted: settings.trustedProxies
            ),
            pathSecret: place.secret
        )
        return Self.response(await answer(delivery))
    }

    /// The `<source>` of `/hooks/<source>`, and what may follow it, with one slash at the end forgiven; nil for
    /// every other path.
    private static func place(in path: String) -> (source: SourceName, secret: Secret?)? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 3, parts.last == "" { parts.removeLast() }
        guard (3...4).contains(parts.count), parts[0] == "", parts[1] == "hooks",
            parts[2...].allSatisfy({ !$0.isEmpty })
        else { return nil }
        return (SourceName(String(parts[2])), parts.count == 4 ? Secret(String(parts[3])) : nil)
    }

    /// Every header line in order; `Host`, which the HTTP types keep apart, comes first.
    private static func headers(of request: Request) -> [RawDelivery.Header] {
        var headers = request.head.authority.map { [RawDelivery.Header("Host", $0)] } ?? []
        for field in request.headers {
            headers.append(RawDelivery.Header(field.name.rawName, field.value))
        }
        return headers
    }

    private func refuse(_ refusal: Refusal) -> Response {
        onRefusal(refusal)
        var response = Self.response(refusal.answer)
        if refusal == .methodNotAllowed { response.headers[.allow] = "POST" }
        return response
    }

    private static func response(_ answer: HookAnswer) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body))
        )
    }
}

/// What a request carries besides itself: the other end of its connection.
struct HookContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peerAddress: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peerAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}

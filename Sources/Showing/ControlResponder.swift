import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PeerCredentials

/// Turns an HTTP request on the control socket into a ``ControlRequest`` with the user the kernel names.
struct ControlResponder: HTTPResponder {
    typealias Context = ControlContext

    let answer: @Sendable (ControlRequest) async -> ControlAnswer

    func respond(to request: Request, context: ControlContext) async throws -> Response {
        let userID: UInt32
        do {
            userID = try await PeerCredentials.userID(of: context.channel).get()
        } catch {
            return Self.response(ControlAnswer(status: 403, json: #"{"error":"nobody"}"#))
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: ControlSocket.bodyBytesMax)
        } catch is NIOTooManyBytesError {
            return Self.response(ControlAnswer(status: 413, json: #"{"error":"too-large"}"#))
        }
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        let answer = await answer(
            ControlRequest(
                user: await PeerCredentials.userName(of: userID),
                userID: userID,
                method: request.method.rawValue,
                path: request.uri.path.removingPercentEncoding ?? request.uri.path,
                query: query,
                body: Array(body.readableBytesView)
            )
        )
        return Self.response(answer)
    }

    private static func response(_ answer: ControlAnswer) -> Response {
        .plain(HTTPResponse.Status(code: answer.status), answer.json, type: "application/json")
    }
}

/// What a request carries besides itself: the connection that the kernel can be asked about.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

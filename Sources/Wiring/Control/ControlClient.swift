import CurlClient
import Foundation
import JSONReader
import Vocabulary

/// Speaks to the running bridge over its control socket.
struct ControlClient: Sendable {
    /// The largest answer taken: a page of audit rows.
    static let answerBytesMax = 32 << 20
    static let deadline = Duration.seconds(30)

    let path: String
    let http: any HTTPSending

    /// Asks, and changes nothing.
    func get(_ path: String, query: [String: String] = [:]) async throws(ControlFailure) -> JSONValue {
        try await send(.get, path, query: query, body: nil)
    }

    /// Has something done.
    func post(_ path: String, body: JSONValue? = nil) async throws(ControlFailure) -> JSONValue {
        try await send(.post, path, query: [:], body: body.map { ("application/json", $0.encoded()) })
    }

    /// Hands over bytes as they are.
    func post(_ path: String, bytes: [UInt8]) async throws(ControlFailure) -> JSONValue {
        try await send(.post, path, query: [:], body: ("application/octet-stream", bytes))
    }

    private func send(
        _ method: OutgoingRequest.Method,
        _ target: String,
        query: [String: String],
        body: (type: String, bytes: [UInt8])?
    ) async throws(ControlFailure) -> JSONValue {
        let request = OutgoingRequest(
            method,
            Secret(Self.address(target, query)),
            headers: body.map { [.init("Content-Type", $0.type)] } ?? [],
            body: body.map { Secret($0.bytes) },
            isIdempotent: method == .get,
            deadline: Self.deadline,
            responseBytesMax: Self.answerBytesMax,
            unixSocket: path
        )
        let response: IncomingResponse
        do throws(TransferFailure) {
            response = try await http.send(request)
        } catch {
            throw error.kind == .connect ? .noBridge(path: path) : .failed(path: path, error)
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONReader.read(response.body, root: .object, bytesMax: Self.answerBytesMax)
        } catch {
            throw .notUnderstood(path: path, status: response.status)
        }
        guard (200..<300).contains(response.status) else {
            throw .refused(ControlRefusal(status: response.status, json: json))
        }
        return json
    }

    private static func address(_ path: String, _ query: [String: String]) -> String {
        let unreserved = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
        func encoded(_ text: some StringProtocol) -> String {
            // Latin letters and digits alone: `alphanumerics` has those of every script.
            String(text).addingPercentEncoding(withAllowedCharacters: unreserved.intersection(.ascii)) ?? ""
        }
        let steps = path.split(separator: "/").map(encoded).joined(separator: "/")
        guard !query.isEmpty else { return "http://bascule/\(steps)" }
        let pairs = query.sorted { $0.key < $1.key }.map { "\(encoded($0.key))=\(encoded($0.value))" }
        return "http://bascule/\(steps)?\(pairs.joined(separator: "&"))"
    }
}

extension CharacterSet {
    fileprivate static let ascii = CharacterSet(charactersIn: Unicode.Scalar(0)...Unicode.Scalar(127))
}

/// Why a command got nothing from the bridge.
enum ControlFailure: Explained, Equatable {
    /// The settings name no control socket.
    case noSocket
    /// Nobody answers there.
    case noBridge(path: String)
    case failed(path: String, TransferFailure)
    case notUnderstood(path: String, status: Int)
    case refused(ControlRefusal)

    var code: String {
        switch self {
        case .noSocket: "control.no-socket"
        case .noBridge: "control.no-bridge"
        case .failed(_, let failure): failure.code
        case .notUnderstood: "control.not-understood"
        case .refused(let refusal): refusal.code
        }
    }

    var message: String {
        switch self {
        case .noSocket: "The settings name no control socket."
        case .noBridge(let path): "No bridge answers at \(path)."
        case .failed(let path, let failure): "The bridge at \(path) was not reached. \(failure.message)"
        case .notUnderstood(let path, let status):
            "What answers at \(path) is no bridge (status \(status))."
        case .refused(let refusal): refusal.message
        }
    }

    var fix: String {
        switch self {
        case .noSocket: "Add `control: PATH` to the settings and start the bridge again."
        case .noBridge: "Start it with `serve`; if it runs, you may not be in the socket's group."
        case .failed(_, let failure): failure.fix
        case .notUnderstood: "Check `control` in the settings."
        case .refused(let refusal): refusal.fix
        }
    }
}

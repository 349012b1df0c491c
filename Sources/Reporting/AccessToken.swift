import CurlClient
import JSONReader
import Synchronization
import Vocabulary

/// Asks an authorization server for a token, and keeps it until shortly before it ends.
///
/// Two that ask at once may both call: asking twice does no harm.
final class AccessToken: Sendable {
    /// So long before its end a token is not used any more.
    private static let reserve = Duration.seconds(300)
    private static let lifeMax: Int64 = 86_400

    /// Why there is none.
    enum Failure: Error {
        case failed(Delivery.Trouble)
        case impossible(String)

        var delivery: Delivery {
            switch self {
            case .failed(let trouble): .failed(trouble)
            case .impossible(let trouble): .impossible(trouble: trouble)
            }
        }
    }

    private struct Held {
        let bearer: Secret
        let until: Timestamp
    }

    private let provider: String
    private let held = Mutex<Held?>(nil)

    /// `provider` begins the codes of its troubles.
    init(provider: String) {
        self.provider = provider
    }

    /// The value of an `Authorization` header.
    ///
    /// - Parameters:
    ///   - errand: What to call with, and the time.
    ///   - order: The call that gets a new one, should it be needed.
    /// - Returns: `Bearer` and the token.
    /// - Throws: ``Failure`` if there is none now, or never will be.
    func bearer(_ errand: Errand, _ order: () throws(Failure) -> Order) async throws(Failure) -> Secret {
        if let kept = held.withLock({ $0 }), errand.now < kept.until { return kept.bearer }
        let order = try order()
        let answer: IncomingResponse
        do throws(TransferFailure) {
            answer = try await errand.http.send(order.request(within: errand.deadline))
        } catch {
            guard var trouble = Delivery.Trouble(error) else { throw .impossible(error.code) }
            // What was to be told has not been sent.
            trouble.mayHaveArrived = false
            throw .failed(trouble)
        }
        if var trouble = Delivery.Trouble(answer, provider: "\(provider).token", now: errand.now) {
            trouble.mayHaveArrived = false
            throw .failed(trouble)
        }
        guard answer.status == 200, let body = try? JSONReader.read(answer.body, root: .object),
            let token = body["access_token"]?.string, (1...16_384).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
        else { throw .impossible("\(provider).token-http-\(answer.status)") }
        let bearer = Secret("Bearer \(token)")
        let life = min(max(0, body["expires_in"]?.integer ?? 0), Self.lifeMax)
        held.withLock { $0 = Held(bearer: bearer, until: errand.now + .seconds(life) - Self.reserve) }
        return bearer
    }

    /// The server would not take it any more.
    func forget() {
        held.withLock { $0 = nil }
    }

    /// A form for an authorization server.
    struct Order {
        var url: String
        var fields: [(name: String, value: Secret)]
        var rule = AddressRule.any

        func request(within deadline: Duration) -> OutgoingRequest {
            let form = fields.map { field in
                field.value.withBytes { "\(field.name)=\(Self.encoded($0))" }
            }
            return OutgoingRequest(
                .post,
                Secret(url),
                headers: [
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                    .init("Accept", "application/json"),
                ],
                body: Secret(form.joined(separator: "&")),
                isIdempotent: true,
                deadline: deadline,
                responseBytesMax: 256 << 10,
                addressRule: rule
            )
        }

        /// All but the unreserved characters, so that a `+` in a secret arrives as it is.
        private static func encoded(_ bytes: [UInt8]) -> String {
            let digits = Array("0123456789ABCDEF")
            var text = ""
            for byte in bytes {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                default: text += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
                }
            }
            return text
        }
    }
}

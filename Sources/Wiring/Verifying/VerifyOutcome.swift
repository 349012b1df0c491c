import Authenticating
import JSONReader
import Vocabulary

/// What `verify` says of one request.
struct VerifyOutcome {
    private let title: String
    private let secretCount: Int
    private let result: Result<VerifiedDelivery, VerificationFailure>
    /// How the body was changed on the way, where that could be found out.
    private var change: String?

    init(_ source: CheckedSource, _ request: RecordedRequest, at now: Timestamp) {
        title = source.title
        secretCount = source.secretCount
        let raw = request.delivery(at: source.name, receivedAt: now)
        result = Result { () throws(VerificationFailure) in try source.verify(raw, now: now) }
        if case .failure(.signatureMismatch) = result {
            change = ChangedBody.explanation(of: raw) { other throws(VerificationFailure) in
                try source.verify(other, now: now)
            }
        }
    }

    var isAccepted: Bool {
        if case .success = result { true } else { false }
    }

    /// `accept …` or `reject: <reason>`, then what to do.
    var text: String {
        switch result {
        case .success(let delivery):
            var text = "accept: \(title)"
            if secretCount > 1 { text += ", secret \(delivery.secretIndex + 1) of \(secretCount)" }
            if let id = delivery.senderKey { text += ", the sender's id is \(id)" }
            return text
        case .failure(let failure):
            return "reject: \(failure.reason)\n  \(title): \(failure.message)\n  \(change ?? failure.fix)"
        }
    }

    /// The same keys in both cases.
    var json: JSONValue {
        switch result {
        case .success(let delivery):
            [
                "verdict": "accept",
                "reason": .null,
                "message": .null,
                "fix": .null,
                "secret": .integer(Int64(delivery.secretIndex) + 1),
                "id": delivery.senderKey.map { .string($0) } ?? .null,
            ]
        case .failure(let failure):
            [
                "verdict": "reject",
                "reason": .string(failure.reason),
                "message": .string(failure.message),
                "fix": .string(change ?? failure.fix),
                "secret": .null,
                "id": .null,
            ]
        }
    }
}

import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// How one vendor's tickets are told by comments; one file a vendor, and ``TicketReplies`` does the rest.
protocol TicketVendor: ReplyChannel {
    /// The word before the code of every trouble, such as `github`.
    static var provider: String { get }
    /// On every call: the credential, and what the vendor wants besides.
    var headers: [OutgoingRequest.Header] { get }
    /// What the settings answer for besides the ticket; nil if `place` is none of this vendor's.
    func thread(at place: ReplyPlace) -> String?
    /// Lists the newest comments, those since the moment at least.
    func list(_ thread: String, since moment: Timestamp) -> VendorCall
    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall
    /// The comments in the answer to ``list(_:since:)``; nil if it holds none of their kind.
    func comments(in answer: JSONValue) -> JSONValue?
    /// A 2xx answer may be ignored by the vendor: the comment is told once the list holds it.
    static var readsBack: Bool { get }
    /// What an answer means that is not what its status says; nil for the rest.
    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery?
}

/// One call to a vendor.
struct VendorCall {
    var method: OutgoingRequest.Method
    var url: String
    var body: JSONValue?
    /// Changes nothing there.
    var isLookUp = false
}

extension TicketVendor {
    func comments(in answer: JSONValue) -> JSONValue? { answer }
    static var readsBack: Bool { false }
    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery? { nil }

    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let place: ReplyPlace
        switch (batch.audience, batch.conversation?.address) {
        case (.conversation, .at(let found)?), (.place(_, .at(let found)), _): place = found
        default: return .impossible(trouble: "reply.wrong-kind")
        }
        guard let thread = thread(at: place) else {
            return .impossible(trouble: "\(Self.provider).no-ticket")
        }
        return await TicketReplies(vendor: self, errand: errand).tell(batch, on: thread)
    }
}

/// Tells a ticket by comments, whatever the vendor.
///
/// A try whose outcome was never learnt is looked up by its marker before it is made again.
struct TicketReplies<Vendor: TicketVendor> {
    let vendor: Vendor
    let errand: Errand

    /// A comment may bear a time a little before ours.
    private static var clockLag: Duration { .seconds(600) }

    func tell(_ batch: Batch, on thread: String) async -> Delivery {
        do throws(TransferFailure) {
            var entries = batch.entries
            if let oldest = entries.filter(\.mayHaveBeenSent).map(\.createdAt).min() {
                switch try await markers(on: thread, since: oldest) {
                case .missing(let delivery): return delivery
                case .found(let text):
                    entries.removeAll { $0.mayHaveBeenSent && text.contains(CommentText.marker(of: $0)) }
                }
            }
            // A look-up that found none says that it is no repeat.
            for index in entries.indices { entries[index].mayHaveBeenSent = false }
            guard !entries.isEmpty else { return .told(messageID: nil, usesResponseURL: false) }
            let delivery = read(try await call(vendor.comment(entries, on: thread)))
            guard Vendor.readsBack, case .told = delivery else { return delivery }
            return try await confirm(entries, on: thread)
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
    }

    private enum LookUp {
        case found(String)
        case missing(Delivery)
    }

    /// The text of all comments since then.
    private func markers(on thread: String, since moment: Timestamp) async throws(TransferFailure) -> LookUp {
        let answer = try await call(vendor.list(thread, since: moment - Self.clockLag))
        if answer.status == 200, vendor.reading(of: answer, now: errand.now) == nil,
            let value = try? JSONReader.read(answer.body), let comments = vendor.comments(in: value)
        {
            return .found(comments.encodedText)
        }
        switch read(answer) {
        case .failed(var trouble):
            trouble.mayHaveArrived = false
            return .missing(.failed(trouble))
        case .told: return .missing(.impossible(trouble: "\(Vendor.provider).no-comments"))
        case let other: return .missing(other)
        }
    }

    /// What was taken and is not there was ignored: an access rule, a business rule.
    private func confirm(
        _ entries: [OutboxEntry],
        on thread: String
    ) async throws(TransferFailure) -> Delivery {
        let lookUp: LookUp
        do throws(TransferFailure) {
            lookUp = try await markers(on: thread, since: errand.now)
        } catch {
            guard var trouble = Delivery.Trouble(error) else { return .impossible(trouble: error.code) }
            trouble.mayHaveArrived = true
            return .failed(trouble)
        }
        switch lookUp {
        case .missing(.failed(var trouble)):
            trouble.mayHaveArrived = true
            return .failed(trouble)
        case .missing(let delivery): return delivery
        case .found(let text):
            guard entries.allSatisfy({ text.contains(CommentText.marker(of: $0)) }) else {
                return .impossible(trouble: "\(Vendor.provider).not-kept")
            }
            return .told(messageID: nil, usesResponseURL: false)
        }
    }

    private func read(_ answer: IncomingResponse) -> Delivery {
        if let delivery = vendor.reading(of: answer, now: errand.now) { return delivery }
        if (200...299).contains(answer.status) { return .told(messageID: nil, usesResponseURL: false) }
        if let trouble = Delivery.Trouble(answer, provider: Vendor.provider, now: errand.now) {
            return .failed(trouble)
        }
        return .impossible(trouble: "\(Vendor.provider).http-\(answer.status)")
    }

    private func call(_ call: VendorCall) async throws(TransferFailure) -> IncomingResponse {
        var headers = vendor.headers
        if call.body != nil { headers.append(OutgoingRequest.Header("Content-Type", "application/json")) }
        return try await errand.http.send(
            OutgoingRequest(
                call.method,
                Secret(call.url),
                headers: headers,
                body: call.body.map { Secret($0.encoded()) },
                isIdempotent: call.isLookUp,
                deadline: errand.deadline
            )
        )
    }
}

extension Secret {
    /// The secret with a word before it, such as `Bearer `.
    func prefixed(_ words: String) -> Secret {
        withBytes { Secret(Array(words.utf8) + $0) }
    }
}

extension Delivery {
    /// The vendor asks to be left alone for a while; nothing was done.
    static func paused(_ provider: String, for wait: Duration) -> Delivery {
        let most = Duration.seconds(3_600)
        return .failed(
            Trouble(
                code: "\(provider).rate-limited",
                retryAfter: min(max(wait, .seconds(1)), most),
                mayHaveArrived: false
            )
        )
    }
}

extension IncomingResponse {
    /// A header that holds a whole number.
    func number(_ header: String) -> Int64? {
        self.header(header).flatMap { Int64($0.trimmingPrefix(" ")) }
    }

    /// What `Retry-After` asks for, an hour at most.
    func retryAfter(now: Timestamp) -> Duration? {
        RetryAfter.wait(
            header("retry-after"),
            serverTime: header("date").flatMap { Timestamp(httpDate: $0) },
            now: now,
            atMost: .seconds(3_600)
        )
    }
}

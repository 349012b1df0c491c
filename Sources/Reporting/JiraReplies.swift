import Cryptography
import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// Tells a Jira issue by comments.
///
/// A try whose outcome was never learnt is looked up by its marker before it is made again.
struct JiraReplies: Sendable {
    /// The newest comments that are looked through for a marker.
    static let lookedThrough = 50

    let settings: JiraSite
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    func tell(_ batch: Batch, issue: String) async -> Delivery {
        let isKey =
            issue.utf8.count <= 64
            && issue.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isKey, !issue.isEmpty else { return .impossible(trouble: "jira.issue-key") }
        let path = "\(settings.base)/rest/api/\(settings.version == .cloud ? 3 : 2)/issue/\(issue)/comment"
        do throws(TransferFailure) {
            var entries = batch.entries
            if entries.contains(where: \.mayHaveBeenSent) {
                let query = "?orderBy=-created&maxResults=\(Self.lookedThrough)"
                let answer = try await call(.get, path + query, body: nil)
                guard answer.status == 200, let comments = try? JSONReader.read(answer.body, root: .object)
                else {
                    return read(answer, isLookUp: true)
                }
                let text = comments.encodedText
                entries.removeAll { $0.mayHaveBeenSent && text.contains(CommentText.marker(of: $0)) }
            }
            // A look-up that found none says that it is no repeat.
            for index in entries.indices { entries[index].mayHaveBeenSent = false }
            guard !entries.isEmpty else { return .told(messageID: nil, usesResponseURL: false) }
            let comment = comment(of: entries)
            return read(try await call(.post, path, body: comment), isLookUp: false)
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
    }

    private func comment(of entries: [OutboxEntry]) -> JSONValue {
        let text =
            settings.version == .cloud ? JiraComment.document(entries) : JiraComment.wikiMarkup(entries)
        guard settings.readers == .agents, var members = text.object else { return text }
        // Without it a service desk mails the comment to whoever asked for help.
        members["properties"] = [["key": "sd.public.comment", "value": ["internal": true]]]
        return .object(members)
    }

    private func read(_ answer: IncomingResponse, isLookUp: Bool) -> Delivery {
        if !isLookUp, (200...299).contains(answer.status) {
            return .told(messageID: nil, usesResponseURL: false)
        }
        if var trouble = Delivery.Trouble(answer, provider: "jira", now: now) {
            if isLookUp { trouble.mayHaveArrived = false }
            return .failed(trouble)
        }
        return .impossible(trouble: "jira.http-\(answer.status)")
    }

    private func call(
        _ method: OutgoingRequest.Method,
        _ url: String,
        body: JSONValue?
    ) async throws(TransferFailure) -> IncomingResponse {
        var headers = [
            OutgoingRequest.Header("Accept", "application/json"),
            OutgoingRequest.Header("Authorization", secret: credential),
        ]
        if body != nil { headers.append(OutgoingRequest.Header("Content-Type", "application/json")) }
        return try await http.send(
            OutgoingRequest(
                method,
                Secret(url),
                headers: headers,
                body: body.map { Secret($0.encoded()) },
                isIdempotent: method == .get,
                deadline: deadline,
                responseBytesMax: 4 << 20
            )
        )
    }

    private var credential: Secret {
        settings.token.withBytes { token in
            guard let user = settings.user else { return Secret(Array("Bearer ".utf8) + token) }
            return Secret("Basic " + Base64.encode(Array("\(user):".utf8) + token))
        }
    }
}

extension JiraSite: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = JiraReplies(
            settings: self,
            http: errand.http,
            deadline: errand.deadline,
            now: errand.now
        )
        switch (batch.audience, batch.conversation?.address) {
        case (.conversation, .jira(let issue)), (.place(_, .jira(let issue)), _):
            return await replies.tell(batch, issue: issue)
        default: return .impossible(trouble: "reply.wrong-kind")
        }
    }
}

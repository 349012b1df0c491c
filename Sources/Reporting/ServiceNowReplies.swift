import Cryptography
import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a ServiceNow record by work notes, which people who called in do not see.
///
/// An access rule or a business rule may ignore the field of a change that is answered 200: the journal is read
/// after every note.
///
/// - Source: `reference/webhook-replies.md` §4.
package struct ServiceNowInstance: TicketVendor {
    /// What the token is, where there is no user.
    package enum Credential: String, Sendable, CaseIterable {
        case oauth
        case apiKey = "api-key"
    }

    static let provider = "servicenow"
    static let readsBack = true
    /// The default length of the journal's column.
    private static let textMax = 4_000

    /// `https://INSTANCE.service-now.com`, without a slash at its end.
    let base: String
    /// The account for Basic authentication; nil for a token alone.
    let user: String?
    let token: Secret
    let credential: Credential
    /// The only tables whose records are written to.
    let tables: Set<String>

    package init(
        base: String,
        user: String?,
        token: Secret,
        credential: Credential = .oauth,
        tables: Set<String>
    ) {
        self.base = base
        self.user = user
        self.token = token
        self.credential = credential
        self.tables = tables
    }

    var headers: [OutgoingRequest.Header] {
        let accept = OutgoingRequest.Header("Accept", "application/json")
        if let user { return [accept, .init("Authorization", secret: .basic(user, token))] }
        switch credential {
        case .oauth: return [accept, .init("Authorization", secret: token.prefixed("Bearer "))]
        case .apiKey: return [accept, .init("x-sn-apikey", secret: token)]
        }
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let table = place["table"], tables.contains(table),
            table.wholeMatch(of: /[a-z][a-z0-9_]{0,79}/) != nil, let record = place["record"],
            record.wholeMatch(of: /[0-9a-f]{32}/) != nil
        else { return nil }
        return "\(base)/api/now/table/\(table)/\(record)"
    }

    /// The whole journal, which is one text.
    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        let query = "?sysparm_fields=number,work_notes&sysparm_display_value=true"
        return VendorCall(method: .get, url: thread + query, isLookUp: true)
    }

    /// Without the field, the account may not read what it writes, and nothing can be known.
    func comments(in answer: JSONValue) -> JSONValue? {
        guard let notes = answer.at("result.work_notes"), notes.string != nil else { return nil }
        return answer["result"]
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.plain(
            entries,
            unitsMax: Self.textMax,
            breaking: ["[code]", "[/code]", "[code "]
        )
        return VendorCall(
            method: .patch,
            url: thread + "?sysparm_fields=number,state",
            body: ["work_notes": .string(text)]
        )
    }
}

extension Secret {
    /// Basic authentication.
    static func basic(_ user: String, _ password: Secret) -> Secret {
        password.withBytes { Secret("Basic " + Base64.encode(Array("\(user):".utf8) + $0)) }
    }
}

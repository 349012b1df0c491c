import Authenticating
import Classifying
import JSONReader
import Vocabulary

/// Ticket systems whose workflows call a hook.
extension Kind {
    static let freshservice = Kind(
        reader: Freshservice.self,
        proof: .plainTokenOrHMAC,
        options: [Option("header")],
        scheme: { source throws(VerifierSetupError) in try tokenOrHMAC(source) },
        sample: { wish in
            .json([
                "freshservice_webhook": [
                    "ticket_id": .string(wish.ticket),
                    "ticket_subject": .string(wish.text ?? "made up by send"),
                    "ticket_status": .string(wish.status ?? "Contain"),
                    "ticket_tags": .string(wish.label ?? ""),
                    "ticket_cf_host_name": .string(wish.machine ?? "laptop-7"),
                    "ticket_updated_at": .string(wish.now.iso8601),
                ]
            ])
        }
    )

    static let thehive = Kind(
        reader: TheHive.self,
        proof: .plainTokenOrHMAC,
        options: [Option("header")],
        scheme: { source throws(VerifierSetupError) in try tokenOrHMAC(source) },
        sample: { wish in
            let status = JSONValue.string(wish.status ?? "InProgress")
            return .json([
                "operation": "Update", "objectType": "case", "objectId": "~122896536",
                "requestId": .string(wish.id), "startDate": .integer(wish.now.milliseconds),
                "organisation": "soc", "details": ["status": status],
                "object": [
                    "_id": "~122896536", "_type": "case", "caseId": .integer(number(in: wish.ticket)),
                    "title": .string(wish.text ?? "made up by send"), "status": status,
                    "updatedBy": .string(wish.identity),
                    "tags": .array(wish.label.map { [.string($0)] } ?? []),
                    "customFields": ["host": ["string": .string(wish.machine ?? "laptop-7")]],
                ],
            ])
        }
    )

    static let zammad = Kind(
        reader: Zammad.self,
        scheme: { _ in .zammad },
        sample: { wish in
            let now = JSONValue.string(wish.now.iso8601)
            let group: JSONValue = ["id": 3, "name": .string(wish.room ?? "SOC")]
            let actor: JSONValue = [
                "id": .integer(number(in: wish.identity)), "email": "sample@corp.example",
            ]
            let article: JSONValue = [
                "id": 104, "type": "note", "sender": "Agent", "internal": true,
                "created_by_id": .integer(Int64(wish.identity) ?? 8),
                "body": .string(wish.text ?? ""), "content_type": "text/plain", "created_at": now,
            ]
            return .json([
                "ticket": [
                    "id": .integer(number(in: wish.ticket)),
                    "number": .string(String(number(in: wish.ticket))),
                    "title": .string("made up by send, about \(wish.machine ?? "laptop-7")"),
                    "state": .string(wish.status ?? "open"), "group": group, "updated_by": actor,
                    "updated_at": now,
                ],
                "article": wish.text == nil ? [:] : article,
            ])
        }
    )

    /// The digits at the end of a ticket's or an account's name, where the system has numbers.
    static func number(in name: String) -> Int64 {
        Int64(String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed().suffix(15))) ?? 1
    }

    /// A header that holds the secret; or, where something on the way signs, what `hmac` says of any sender.
    static func tokenOrHMAC(_ source: Settings.Source) throws(VerifierSetupError) -> VerificationScheme {
        if let described = source.described { return .described(try described.scheme()) }
        let headers = source.options["header"] ?? ["Authorization"]
        guard headers.count == 1 else {
            throw .unusableSetting(name: "header", expected: "the name of one HTTP header")
        }
        return .sharedHeader(headers[0])
    }
}

extension SampleBody {
    static func json(_ value: JSONValue) -> SampleBody { SampleBody(body: value.encoded()) }
}

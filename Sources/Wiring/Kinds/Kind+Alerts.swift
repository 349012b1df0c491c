import Authenticating
import Classifying
import JSONReader
import Vocabulary

/// Systems that raise alerts.
extension Kind {
    static let sentinel = Kind(
        reader: Sentinel.self,
        proof: .plainTokenOrHMAC,
        options: [Option("header")],
        scheme: { source throws(VerifierSetupError) in try tokenOrHMAC(source) },
        sample: { wish in
            let labels = wish.label.map {
                [JSONValue.object(["labelName": .string($0), "labelType": "User"])]
            }
            return .json([
                "eventUniqueId": .string(wish.id), "objectSchemaType": "Incident",
                "objectEventType": "Create", "workspaceInfo": ["WorkspaceName": "law-soc"],
                "object": [
                    "type": "Microsoft.SecurityInsights/Incidents",
                    "properties": [
                        "title": .string(wish.text ?? "made up by send"), "severity": "High",
                        "status": .string(wish.status ?? "New"),
                        "incidentNumber": .integer(number(in: wish.ticket)),
                        "labels": .array(labels ?? []),
                        "createdTimeUtc": .string(wish.now.iso8601),
                        "relatedEntities": [
                            [
                                "kind": "Host",
                                "properties": ["hostName": .string(wish.machine ?? "laptop-7")],
                            ]
                        ],
                    ],
                ],
            ])
        }
    )

    static let opsgenie = Kind(
        reader: Opsgenie.self,
        proof: .plainTokenOrHMAC,
        options: [Option("header")],
        scheme: { source throws(VerifierSetupError) in try tokenOrHMAC(source) },
        sample: { wish in
            .json([
                "action": .string(wish.text == nil ? wish.status ?? "Create" : "AddNote"),
                "alert": [
                    "alertId": .string(wish.id), "tinyId": .string(String(number(in: wish.ticket))),
                    "message": "made up by send", "entity": .string(wish.machine ?? "laptop-7"),
                    "tags": .array(wish.label.map { [.string($0)] } ?? []), "team": "SOC",
                    "username": .string(wish.identity), "note": .string(wish.text ?? ""),
                    "updatedAt": .integer(wish.now.milliseconds * 1_000_000),
                ],
                "integrationName": "bascule",
            ])
        }
    )

    /// It can neither sign nor add a header, so that all it asks waits for a person.
    static let splunk = Kind(
        reader: Splunk.self,
        proof: .plainToken,
        onlyProposes: true,
        scheme: { _ in .pathSecret },
        sample: { wish in
            .json([
                "sid": .string("scheduler__admin__search__\(wish.id)_at_\(wish.now.seconds)_1"),
                "search_name": .string(wish.text ?? "made up by send"), "app": "search", "owner": "admin",
                "result": [
                    "host": .string(wish.machine ?? "laptop-7"), "_time": .string(String(wish.now.seconds)),
                ],
            ])
        }
    )
}

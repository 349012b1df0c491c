import Classifying
import Vocabulary

/// What the jq of the routes may come out with: requests that hold, or a refusal.
enum RouteAnswers {
    private static let kind = HMACReader.kind
    private static let classifier: Classifier = {
        let routes = [
            try? Route(
                name: "isolates",
                when: ".a",
                action: "isolate",
                machine: ".m",
                because: ".b",
                duration: .jq(".d"),
                parameters: ["type": .jq(".t")],
                ticket: ".k"
            ),
            try? Route(name: "tags", when: nil, action: "tag", machine: ".m", parameters: ["tag": .jq(".t")]),
        ]
        return Classifier(
            SourceReading(
                name: SourceName("source"),
                reader: HMACReader.self,
                askedForBy: ".who",
                routes: routes.compactMap(\.self)
            )
        )
    }()

    static func fuzz(_ input: [UInt8]) {
        let raw = RawDelivery(
            source: SourceName("source"),
            headers: [],
            body: Array("{}".utf8),
            receivedAt: Timestamp(seconds: 1_790_000_000),
            remoteAddress: "192.0.2.1"
        )
        let delivery = VerifiedDelivery(of: raw, kind: kind, signedKey: "00", senderKey: nil, secretIndex: 0)
        let found = wait { await classifier.classify(delivery) { _ in input } }
        guard case .intents(let intents) = found else { return }
        precondition(intents.count <= 2 * ChatGrammar.machinesMax, "more requests than may be")
        for intent in intents {
            guard case .action(let request) = intent.request else { preconditionFailure("no action") }
            precondition(["isolate", "tag"].contains(request.action), "an action that no route has")
        }
    }
}

import Classifying
import Vocabulary

/// Bodies of every kind: read, or refused in words.
///
/// An input is the kind's word, a line end, and the body.
enum Readers {
    /// Every reader; one that is added is added here.
    private static let readers: [any SourceReader.Type] = [
        Slack.self, Jira.self, StandardWebhooksReader.self, SvixReader.self, HMACReader.self,
        CallbackReader.self,
        JiraAutomation.self, ServiceNow.self, PagerDuty.self, GitHub.self, GitLab.self, Linear.self,
        Zendesk.self,
        Mattermost.self, Discord.self, Zulip.self, RocketChat.self, Teams.self, TeamsBot.self,
        GoogleChat.self,
        Sentinel.self, Freshservice.self, Zammad.self, TheHive.self, Opsgenie.self, Splunk.self,
    ]
    private static let now = Timestamp(milliseconds: 1_788_173_060_000)
    private static let classifiers: [String: (kind: SourceKind, classifier: Classifier)] = {
        var made: [String: (kind: SourceKind, classifier: Classifier)] = [:]
        for reader in readers {
            let reading = SourceReading(
                name: SourceName("source"),
                reader: reader,
                // Of the samples: what follows the look at them is reached as well.
                tenants: [
                    "T04ASTER01", "881fa8tb86fsudtkraghd1j91h", "1278000000000000003", "aster",
                    "5a1b2c3d-0000-4000-8000-1234567890ab", "https://rocket.aster.example",
                    "spaces/AAAAEXAMPLE",
                ],
                replyHosts: ["hooks.slack.example"],
                callback: reader.kind.isChat
                    ? nil : CallbackPlace(name: SourceName("portal"), hosts: ["portal.aster.example"]),
                routes: routes(reader),
                commands: ["/contain", "!contain", "mention"]
            )
            made[reader.kind.word] = (reader.kind, Classifier(reading))
        }
        return made
    }()

    private static func routes(_ reader: any SourceReader.Type) -> [Route] {
        let commands = Route(name: "notes", commentCommand: "bascule")
        let action = try? Route(name: "contain", when: nil, action: "isolate", machine: ".m")
        return reader.kind.isChat ? [] : [commands] + [action].compactMap(\.self)
    }

    static func fuzz(_ input: [UInt8]) {
        guard let end = input.firstIndex(of: 0x0A),
            let (kind, classifier) = classifiers[String(decoding: input[..<end], as: UTF8.self)]
        else { return }
        let body = Array(input[(end + 1)...])
        let raw = RawDelivery(
            source: SourceName("source"),
            headers: [],
            body: body,
            receivedAt: now,
            remoteAddress: "192.0.2.1"
        )
        let delivery = VerifiedDelivery(of: raw, kind: kind, signedKey: "00", senderKey: nil, secretIndex: 0)
        let key = classifier.senderKey(of: delivery)
        precondition((key?.utf8.count ?? 0) <= 2_048, "a key without a bound")
        let jq: Classifier.Filter = { _ in
            Array(#"[{"asked":[],"routes":[{"route":0,"machine":["ws-1"]}]}]"#.utf8)
        }
        let first = wait { await classifier.classify(delivery, jq: jq) }
        let second = wait { await classifier.classify(delivery, jq: jq) }
        precondition(first == second, "the reading changes by itself")
    }
}

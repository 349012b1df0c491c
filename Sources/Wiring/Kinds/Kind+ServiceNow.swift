import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let serviceNow = Kind(
        reader: ServiceNow.self,
        options: [
            Option("tables", required: "list the tables whose records ask, such as [sn_si_incident]"),
            Option("header"), Option("encoding"), Option("prefix"),
        ],
        tenants: "tables",
        replyOptions: [Option("token-type")],
        replyNeeds: ["url"],
        untold: (
            "has no token: nothing can be told on the record",
            "add `reply: { url: …, user: …, token: … }`"
        ),
        scheme: { source throws(VerifierSetupError) in try serviceNowScheme(source) },
        channel: { source in
            guard let base = source.reply.url, let token = source.reply.token else { return nil }
            return ServiceNowInstance(
                base: base,
                user: source.reply.user,
                token: token,
                credential: source.reply.chosen("token-type") ?? .oauth,
                tables: Set(source.tenants)
            )
        },
        check: { source in
            var mistakes = [source.choice("token-type", of: ServiceNowInstance.Credential.allCases)]
            if source.options["header"] != nil {
                mistakes.append(
                    .warning(
                        "header",
                        "signs no time",
                        "let the script sign as Standard Webhooks; see deploy/sources/servicenow.md"
                    )
                )
            }
            for table in source.tenants where table.wholeMatch(of: /[a-z][a-z0-9_]{0,79}/) == nil {
                mistakes.append(
                    .error("tables", "\"\(table)\" is no table", "write its name, such as sn_si_incident")
                )
            }
            return mistakes.compactMap { $0 }
        },
        sample: { wish in
            SampleBody(
                body: JSONValue.object([
                    "event_id": .string(wish.id), "event": "incident.state_changed", "instance": "sample",
                    "table": .string(wish.tenant ?? "sn_si_incident"),
                    "sys_id": "a1dacaae379f4ddf820aef0f8c85f7ee", "number": .string(wish.ticket),
                    "short_description": "Sample",
                    "state": [
                        "previous": ["value": "10", "display_value": "Draft"],
                        "current": wish.status.map { ["value": "18", "display_value": .string($0)] }
                            ?? ["value": "10", "display_value": "Draft"],
                    ],
                    "comment": wish.text.map(JSONValue.string) ?? .null,
                    "updated_by": .string(wish.identity),
                    "updated_on": .string(SampleTime.plain(wish.now)),
                    "cmdb_ci": ["name": wish.machine.map(JSONValue.string) ?? .null],
                ]).encoded()
            )
        }
    )

    /// Standard Webhooks, or the header of a script that signs the body alone.
    private static func serviceNowScheme(
        _ source: Settings.Source
    ) throws(VerifierSetupError) -> VerificationScheme {
        guard let header = source.options["header"]?.first else {
            for key in ["encoding", "prefix"] where source.options[key] != nil {
                throw .unusableSetting(name: key, expected: "of use without a header")
            }
            return .standardWebhooks
        }
        guard let encoding = DescribedScheme.Encoding(rawValue: source.options["encoding"]?.first ?? "base64")
        else { throw .unusableSetting(name: "encoding", expected: "hex or base64") }
        let prefix = source.options["prefix"]?.first ?? ""
        return .described(DescribedScheme(header: header, encoding: encoding, prefix: prefix))
    }
}

/// Times as samples have them.
enum SampleTime {
    /// `2026-08-31 10:44:12`, in UTC.
    static func plain(_ moment: Timestamp) -> String {
        let whole = Timestamp(seconds: moment.seconds).iso8601
        return String(whole.dropLast()).replacing("T", with: " ")
    }
}

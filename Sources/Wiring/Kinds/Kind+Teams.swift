import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    /// The outgoing webhook of one team.
    static let teams = Kind(
        reader: Teams.self,
        voice: TeamsMessage.self,
        options: [
            Option("tenants", required: "list the ids of your Entra tenants, such as 7f1c0f5e-…")
        ],
        tenants: "tenants",
        hearsMentionsOnly: true,
        telling: .always,
        untold: (
            "has no workflow: after the first answer nothing can be told there",
            "add `reply: { address: { file: … } }` with the address of a Workflows webhook; `jobs` shows what stayed untold"
        ),
        scheme: { _ in .teamsOutgoing },
        channel: { source in
            source.reply.address.map { TeamsWorkflow(address: $0, hosts: source.reply.hosts) }
        },
        mistake: { source in
            guard let address = source.reply.address,
                !TeamsWorkflow.permits(address, hosts: source.reply.hosts)
            else { return nil }
            return (
                "reply", "the reply address of \(source.name) is on no host of Microsoft's workflows",
                "copy the whole https address; for another host name it under `hosts`"
            )
        },
        sample: { TeamsSample.message($0) }
    )
}

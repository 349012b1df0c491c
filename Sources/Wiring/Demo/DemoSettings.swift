import JSONReader

/// The settings of the demonstration: a small policy, and the simulator in the place of Microsoft and the rest.
enum DemoSettings {
    static let chat = "soc-chat"
    static let tickets = "tickets"
    static let channel = "C05SOCOPS7"
    static let machineField = "customfield_10050"
    /// Files with secrets of ours; the application's own is the simulator's.
    static let secretFiles = ["slack.key", "slack.token", "jira.key", "jira.token"]
    static let applicationSecretFile = "app.secret"

    /// - Parameter simulator: What `simulate` said.
    /// - Returns: The YAML.
    /// - Throws: ``DemoFailure/notUnderstood(what:)`` if it did not say everything.
    static func text(_ simulator: JSONValue) throws(DemoFailure) -> String {
        func said(_ key: String) throws(DemoFailure) -> String {
            guard let text = simulator[key]?.string else { throw .notUnderstood(what: "`bascule simulate`") }
            return text
        }
        let chatURL = try said("chat")
        let chatHost = chatURL.split(separator: "/").last.map(String.init) ?? ""
        return """
            listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
            control:  control.sock
            ledger:   sqlite:ledger.db
            tell:     { source: \(chat), channel: \(channel) }
            trust:    { file: "\(try said("ca"))" }
            defender:
              cloud: { api: "\(try said("defender"))", login: "\(try said("entra"))", \
            scope: https://api.securitycenter.microsoft.com/.default }
              tenant: \(try said("tenant"))
              application: { client: \(try said("client")), secret: { file: \(applicationSecretFile) } }
            sources:
              \(chat):
                kind: slack
                workspaces: [T024]
                secret: { file: slack.key }
                reply: { token: { file: slack.token }, url: "\(chatURL)/api", hosts: ["\(chatHost)"] }
              \(tickets):
                kind: jira
                secret: { file: jira.key }
                own: 5b10a2844c20165700edeb07
                reply: { url: "\(chatURL)", user: bascule@corp.example, token: { file: jira.token } }
            routes:
              - { from: \(chat), command: /mde }
              - name: contain-on-ticket
                from: \(tickets)
                when: any(.changelog.items[]?; .field == "status" and .toString == "Contain")
                do: isolate
                machine: .issue.fields.\(machineField)
                because: '"\\(.issue.key): \\(.issue.fields.summary)"'
                for: 5s
            people:
              mia:  { \(chat): T024/U2147 }
              ines: { \(chat): T024/U2290, \(tickets): 5b10a2844c20165700ede22h }
              omar: { \(chat): T024/U3001 }
            groups: { soc: [mia], leads: [ines], helpers: [omar] }
            grants:
              - { allow: [isolate, scan, release], to: [soc], machines: { os: client } }
              - { allow: [isolate], to: [leads], machines: any, mode: rehearse }
              - { allow: [isolate], to: [leads], from: [\(tickets)], machines: { os: client } }
              - { allow: [status], to: [helpers], machines: any }
            protect:
              - { group: Tier-0 }
            watch: { every: 1s, sweep: 5m }

            """
    }
}

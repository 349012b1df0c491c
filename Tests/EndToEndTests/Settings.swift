import TestKit

/// The settings files of these tests: chat, tickets and a SIEM against one simulator.
struct Settings {
    static let slackKey = "8f742231b10e8888abcd99yyyzzz85a5"
    static let jiraKey = "jira-signing-key-of-the-tests"
    static let siemKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let botToken = "xoxb-2147-tests-of-the-whole"
    static let jiraToken = "ATATT-tests-of-the-whole"

    /// Values of `key: value` at the top of the file that replace or join the usual ones.
    var top: [String] = []
    var watch = "{ every: 1s, sweep: 5m }"
    var log = "{ format: json, level: info }"
    var slackSecret = "{ file: slack.key }"
    var siemRoute = "do: scan, machine: .data.host, because: .data.rule"
    var jiraFor = "8h"
    /// Further keys of the route from tickets, such as `confirm: chat`.
    var jiraMore = ""
    /// The actions that mia may ask for.
    var allowed = "isolate, scan, collect, release, cancel, status, unfreeze"
    /// Further people, such as `ines: { soc-chat: T024/U2290 }`.
    var people: [String] = []
    /// Further groups, such as `leads: [ines]`.
    var groups: [String] = []
    /// Further grants, each in braces.
    var grants: [String] = []

    /// Writes secrets and settings into the folder.
    func write(to folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
        for (name, value) in [
            ("slack.key", Self.slackKey), ("jira.key", Self.jiraKey), ("siem.key", Self.siemKey),
            ("bot.token", Self.botToken), ("jira.token", Self.jiraToken),
            ("app.secret", simulator.word("secret")),
        ] {
            try folder.write(value + "\n", to: name)
        }
        try folder.write(text(simulator), to: "bascule.yaml")
    }

    func text(_ simulator: SimulatorProcess) -> String {
        let defender = simulator.word("defender")
        let chat = simulator.word("chat")
        let host = simulator.chatHost
        return """
            listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
            control:  control.sock
            ledger:   sqlite:ledger.db
            tell:     { source: soc-chat, channel: C05TELL }
            trust:    { file: \(simulator.word("ca")) }
            evidence: { folder: evidence, max-total: 20MB }
            log:      \(log)
            defender:
              cloud: { api: "\(defender)", login: "\(simulator.word("entra"))", scope: "https://api.securitycenter.microsoft.com/.default" }
              tenant: \(simulator.word("tenant"))
              application: { client: \(simulator.word("client")), secret: { file: app.secret } }
            sources:
              soc-chat: { kind: slack, workspaces: [T024], secret: \(slackSecret), reply: { token: { file: bot.token }, url: "\(chat)/api", hosts: ["\(host)"] } }
              tickets:  { kind: jira, secret: { file: jira.key }, reply: { url: "\(chat)", user: bot, token: { file: jira.token }, hosts: ["\(host)"] } }
              siem:     { kind: standard-webhooks, secret: { file: siem.key } }
            routes:
              - { from: soc-chat, command: /mde }
              - name: contain-on-ticket
                from: tickets
                when: any(.changelog.items[]?; .field == "status" and .toString == "Contain")
                do: isolate
                machine: .issue.fields.customfield_10050
                because: '"\\(.issue.key): \\(.issue.fields.summary)"'
                for: \(jiraFor)
                \(jiraMore)
              - { name: on-alert, from: siem, when: .type == "alert.raised", \(siemRoute) }
            people:
            \(Self.lines(["mia: { soc-chat: T024/U2147, tickets: 5b10a2844c20165700ede21g }", "omar: { soc-chat: T024/U9 }"] + people))
            services: { sentinel: { source: siem } }
            groups:
            \(Self.lines(["soc: [mia]", "rest: [omar]"] + groups))
            grants:
              - { allow: [\(allowed)], to: [soc], machines: { os: client } }
              - { allow: [scan], to: [sentinel], machines: { os: client } }
            \(Self.lines(grants.map { "- \($0)" }))
            watch:    \(watch)
            \(top.joined(separator: "\n"))
            """
    }

    private static func lines(_ texts: [String]) -> String {
        texts.map { "  \($0)" }.joined(separator: "\n")
    }

    /// A machine of the simulator's script: its name, and an id made of its number.
    static func machine(
        _ number: Int,
        _ name: String,
        _ more: String = "",
        platform: String = "Windows11"
    ) -> String {
        "  - { id: \"\(id(number))\", computerDnsName: \(name), osPlatform: \(platform)\(more) }"
    }

    static func server(_ number: Int, _ name: String, _ more: String = "") -> String {
        machine(number, name, more, platform: "WindowsServer2022")
    }

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "a", count: 40 - digits.count) + digits
    }
}

import Enqueuing
import JSONReader
import Vocabulary

/// Tells the story, scene by scene; whatever it says of a job was read from the running processes.
struct DemoStory: Sendable {
    /// How long a job, or a message, may take.
    static let patience = Duration.seconds(20)
    static let glance = Duration.milliseconds(50)

    let stage: DemoStage
    let cast: DemoCast
    let page: DemoPage

    func tell() async throws {
        try rules()
        let first = try await command(
            "1  A signed Slack command isolates a workstation",
            by: "mia",
            "isolate \(cast.laptop.host) for 6s because \(cast.ticket) beacon every 60 s"
        )
        try page.say("note", "\(cast.neighbour.host) was not touched: names are compared whole.", .faint)
        try await ticketContains()
        _ = try await command(
            "3  A second wish joins the first: nothing is posted again",
            by: "mia",
            "isolate \(cast.mac.host) for 3s because \(cast.ticket) seen there as well"
        )
        _ = try await command(
            "4  A rehearsal: everything but the POST",
            by: "ines",
            "isolate \(cast.server.host) because trying the new grant"
        )
        try page.heading("5  What is not certain is not done")
        try await command(by: "mia", "isolate \(cast.shared[0].host) because \(cast.ticket)")
        try page.heading("6  What is not allowed is not done")
        try await command(by: "ines", "isolate \(cast.guarded.host) because \(cast.ticket)")
        try await command(by: "omar", "isolate \(cast.laptop.host) because lunch")
        try await timeIsUp(since: first.sentAt)
        try await books()
    }

    private func rules() throws {
        try page.heading("The rules, from bascule.yaml")
        let wanted = ["  - { allow:", "protect:", "  - { group:"]
        for (index, line) in stage.settingsLines.enumerated()
        where wanted.contains(where: { line.hasPrefix($0) }) {
            try page.say("line \(index + 1)", line.trimmingBlanks)
        }
    }

    // MARK: What comes in

    /// A delivery and the job that came of it.
    struct Scene: Sendable {
        let sentAt: Timestamp
        let job: String
    }

    private func command(_ heading: String, by person: String, _ text: String) async throws -> Scene {
        try page.heading(heading)
        return try await command(by: person, text)
    }

    @discardableResult
    private func command(by person: String, _ text: String) async throws -> Scene {
        let identity = try stage.identity(of: person, at: DemoSettings.chat).split(separator: "/")
        let typed = SlackCommand(
            team: String(identity.first ?? ""),
            user: String(identity.last ?? ""),
            channel: DemoSettings.channel,
            command: "/mde",
            text: text
        )
        try page.say("\(person) types", "/mde \(text)", .bold)
        let answer = try await stage.deliver(.command(typed), to: DemoSettings.chat)
        try arrived(answer, at: DemoSettings.chat)
        try page.quote("in chat", Told(answer: answer.json).text)
        guard let job = Told.job(of: answer.json) else {
            throw DemoFailure.notUnderstood(what: "the bridge to \(person)")
        }
        let end = try await follow(job, from: answer.sentAt)
        let before = Told(answer: answer.json)
        // What was refused at once has been said already.
        if end["delivery"]?.string != nil, before.text.contains(": recorded.") {
            try await told(end, "in chat")
        }
        return Scene(sentAt: answer.sentAt, job: job)
    }

    private func ticketContains() async throws {
        try page.heading("2  A Jira issue moves to Contain, and a Mac is contained")
        let change = JiraStatusChange(
            issue: cast.ticket,
            summary: "beacon every 60 s",
            machineField: DemoSettings.machineField,
            machine: cast.mac.host,
            from: "To Do",
            to: "Contain",
            account: try stage.identity(of: "ines", at: DemoSettings.tickets),
            displayName: "Ines"
        )
        try page.say(
            "ines moves",
            "\(change.issue) from \(change.from) to \(change.to); its field names \(change.machine)",
            .bold
        )
        let answer = try await stage.deliver(.body(change.body(at: .now())), to: DemoSettings.tickets)
        try arrived(answer, at: DemoSettings.tickets)
        try page.quote("to Jira", answer.json.encodedText)
        let delivery = answer.json["delivery"]?.string
        let row = try await stage.jobs().first { $0["delivery"]?.string == delivery }
        guard let job = row?["job"]?.string else {
            throw DemoFailure.notUnderstood(what: "the bridge to Jira")
        }
        let end = try await follow(job, from: answer.sentAt)
        try await told(end, "on ticket")
    }

    private func arrived(_ answer: DemoStage.Answer, at source: String) throws {
        try page.say(
            "arrives",
            "POST /hooks/\(source), \(answer.bytes) bytes, \(answer.signature); "
                + "answered \(answer.status) in \(answer.took.wholeMilliseconds) ms",
            .faint
        )
    }

    // MARK: What becomes of it

    /// Shows each state as it is reached, until the last; then why.
    @discardableResult
    func follow(_ job: String, from start: Timestamp, word: String = "states") async throws -> JSONValue {
        let end = ContinuousClock.now + Self.patience
        var shown: Int64 = 0
        var isFirst = true
        while ContinuousClock.now < end {
            let now = try await stage.job(job)
            for row in now["audit"]?.array ?? [] {
                guard let number = row["sequence"]?.integer, number > shown,
                    let kind = row["kind"]?.string, kind.hasPrefix("job."),
                    let at = row["at"]?.string.flatMap({ Timestamp(iso8601: $0) })
                else { continue }
                shown = number
                let state = String(kind.dropFirst(4))
                let text = words(of: state, row, now)
                try page.moment(isFirst ? word : "", after: at.since(start), state, text)
                isFirst = false
            }
            if JobState(rawValue: now["state"]?.string ?? "")?.isEnd == true {
                try reasons(now)
                return now
            }
            try await Task.sleep(for: Self.glance)
        }
        throw DemoFailure.late(what: "the end of job \(job)")
    }

    private func words(of state: String, _ row: JSONValue, _ job: JSONValue) -> String {
        switch state {
        case "recorded": row.at("detail.reason")?.string.map { "because \($0)" } ?? ""
        case "located":
            "\(job["machine"]?.string ?? "") is \(job["machine_id"]?.string.map { $0.prefix(8) + "…" } ?? "")"
        case "decided":
            job.at("decision.grant.number")?.integer.map { number in
                "by grant \(number), line \(job.at("decision.grant.line")?.integer ?? 0)"
            } ?? ""
        case "ready" where job["origin"]?.string != "asked": "waits for its time"
        case "submitting": "written down before it is posted"
        case "watching":
            if let action = row.at("detail.defender-action")?.string {
                "Defender: action \(action)"
            } else {
                "what is under way or done already"
            }
        case "succeeded":
            if let joined = job["joined"]?.string {
                "joined \(joined)"
            } else if let status = job.at("machine_action.status")?.string {
                "Defender says: \(status)"
            } else {
                job.at("outcome.message")?.string ?? ""
            }
        default: (row.at("detail.outcome")?.string ?? "").replacing("-", with: " ")
        }
    }

    private func reasons(_ job: JSONValue) throws {
        guard job["origin"]?.string == "asked" else { return }
        for (index, line) in (job.at("decision.explanation")?.array ?? []).enumerated() {
            try page.say(index == 0 ? "why" : "", line.string ?? "")
        }
    }

    private func told(_ job: JSONValue, _ word: String) async throws {
        let id = job["job"]?.string ?? ""
        let state = job["state"]?.string ?? ""
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            if let told = Told(of: id, in: state, among: try await stage.messages()) {
                try page.quote(word, told.text)
                return
            }
            try await Task.sleep(for: Self.glance)
        }
        throw DemoFailure.late(what: "the message about job \(id)")
    }
}

import JSONReader

/// Jobs as people read them in a terminal.
enum JobText {
    static func list(_ answer: JSONValue) -> String {
        var table = TextTable(["JOB", "STATE", "SINCE", "ACTION", "MACHINE", "BY", "SOURCE"])
        var untold: [String] = []
        for row in answer["jobs"]?.array ?? [] {
            table.add(
                ["job", "state", "since", "action", "machine", "by", "source"].map { row[$0]?.string ?? "" }
            )
            for notice in row["untold"]?.array ?? [] {
                untold.append("\(row["job"]?.string ?? ""): \(words(of: notice))")
            }
        }
        untold += (answer["untold"]?.array ?? []).map(words)
        var parts: [String] = []
        if let freeze = answer["freeze"], !freeze.isNull { parts.append(frozen(freeze)) }
        parts.append(table.isEmpty ? "There are no such jobs." : table.text)
        if !untold.isEmpty {
            parts.append("untold: what could not be told where it belongs")
            parts += untold.map { "  " + TerminalText.line($0) }
        }
        return parts.joined(separator: "\n")
    }

    static func frozen(_ freeze: JSONValue) -> String {
        let scope = freeze["all"]?.bool == true ? ", releases included" : ""
        return TerminalText.line(
            "FROZEN by \(freeze["by"]?.string ?? "") since \(freeze["at"]?.string ?? "")\(scope): "
                + (freeze["because"]?.string ?? "")
        )
    }

    static func detail(_ job: JSONValue) -> String {
        var lines: [String] = []
        func say(_ name: String, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            lines.append("\(name): \(TerminalText.lines(text).replacing("\n", with: "\n  "))")
        }
        say("job", job["job"]?.string)
        say(
            "state",
            [job["state"]?.string, job["since"]?.string].compactMap(\.self).joined(separator: " since ")
        )
        say("action", job["action"]?.string)
        say("machine", job["machine"]?.string)
        say("machine id", job["machine_id"]?.string)
        say("by", job["by"]?.string)
        say("for somebody", job["asked_for_by"]?.string)
        say("in the name of", job["in_name_of"]?.string)
        say("source", job["source"]?.string)
        say("delivery", job["delivery"]?.string)
        say("ticket", job["ticket"]?.string)
        say("origin", job["origin"]?.string)
        say("with", parameters(job))
        say("for", job["for"]?.string)
        say("because", job["reason"]?.string)
        say("accepted", job["accepted"]?.string)
        say("valid until", job["valid_until"]?.string)
        if job["rehearsal"]?.bool == true { say("rehearsal", "yes, nothing is posted") }
        say("break-glass", job["break_glass"]?.string)
        say("beyond limits by", job["limits_waived_by"]?.string)
        say("approval", approval(job))
        say("to be seen", job["approval"]?["digest"]?.string.map { "--seen \($0)" })
        say("joined", job["joined"]?.string)
        say("at Defender", action(job))
        say("being cancelled", job["cancel"]?.string)
        say("waits because", job.at("waits_because.message")?.string)
        say("next look", job["next_look"]?.string)
        say("outcome", outcome(job))
        say("evidence", evidence(job))
        say("claim", claim(job))
        return (lines + decision(job) + notices(job) + history(job)).joined(separator: "\n")
    }

    // MARK: Parts

    private static func parameters(_ job: JSONValue) -> String {
        (job["parameters"]?.object ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: " ")
    }

    private static func approval(_ job: JSONValue) -> String? {
        guard let asked = job["approval"], !asked.isNull else { return nil }
        let given = (asked["given"]?.array ?? []).map { approval in
            "\(approval["by"]?.string ?? "") at \(approval["source"]?.string ?? "") "
                + (approval["at"]?.string ?? "")
        }
        let of = (asked["of"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let had = given.isEmpty ? "none yet" : given.joined(separator: "; ")
        return "\(asked["count"]?.integer ?? 0) of \(of) until \(asked["until"]?.string ?? ""): \(had)"
    }

    private static func action(_ job: JSONValue) -> String? {
        guard let action = job["machine_action"], !action.isNull else { return nil }
        let whose = action["ours"]?.bool == false ? ", not ours" : ""
        return "\(action["id"]?.string ?? "") \(action["status"]?.string ?? "")\(whose), "
            + "seen \(action["seen"]?.string ?? "")"
    }

    private static func outcome(_ job: JSONValue) -> String? {
        guard let outcome = job["outcome"], !outcome.isNull else { return nil }
        return [outcome["code"]?.string.map { "\($0):" }, outcome["message"]?.string, outcome["fix"]?.string]
            .compactMap(\.self).joined(separator: " ")
    }

    private static func evidence(_ job: JSONValue) -> String? {
        guard let evidence = job["evidence"], !evidence.isNull else { return nil }
        return "\(evidence["file"]?.string ?? ""), \(evidence["bytes"]?.integer ?? 0) bytes, "
            + "SHA-256 \(evidence["sha256"]?.string ?? "")"
    }

    private static func claim(_ job: JSONValue) -> String? {
        guard let claim = job["claim"], !claim.isNull else { return nil }
        if let closed = claim["closed"]?.string {
            return "closed \(closed) (\(claim["closed_code"]?.string ?? ""))"
        }
        let contained = claim["contained"]?.string.map { "contained since \($0)" } ?? "not contained yet"
        return "open, \(contained), " + (claim["ends"]?.string.map { "ends \($0)" } ?? "no end")
    }

    private static func decision(_ job: JSONValue) -> [String] {
        guard let decision = job["decision"], !decision.isNull else { return [] }
        let said = "decision: \(decision["verdict"]?.string ?? "") at \(decision["at"]?.string ?? "")"
        return [said]
            + (decision["explanation"]?.array ?? []).map { "  " + TerminalText.line($0.string ?? "") }
    }

    private static func notices(_ job: JSONValue) -> [String] {
        [("to be told", "notices"), ("untold", "untold")].flatMap { title, key -> [String] in
            let entries = job[key]?.array ?? []
            return entries.isEmpty
                ? [] : ["\(title):"] + entries.map { "  " + TerminalText.line(words(of: $0)) }
        }
    }

    private static func history(_ job: JSONValue) -> [String] {
        let rows = job["audit"]?.array ?? []
        return rows.isEmpty ? [] : ["audit:"] + rows.map { "  " + AuditText.line($0) }
    }

    private static func words(of notice: JSONValue) -> String {
        let why = notice["trouble"]?.string.map { " (\($0))" } ?? ""
        return "\(notice["at"]?.string ?? "") \(notice["text"]?.string ?? "")\(why)"
    }
}

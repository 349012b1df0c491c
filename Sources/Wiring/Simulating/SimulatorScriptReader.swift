import Foundation
import JSONReader
package import Simulating
import Vocabulary
import Yams

/// Reads the YAML script of `simulate`, strictly: an unknown key is an error with its place.
package struct SimulatorScriptReader {
    let reading: SettingsReading
    private static let keys = [
        "machines", "alerts", "records", "indicators-max", "unknown-reports", "actions", "faults",
        "duplicates", "stuck-duplicates",
        "reorder-duplicates",
        "visibility-lag", "rate", "package-rate", "package", "unknown-properties", "empty-estate",
        "page-rows", "live-response",
        "expired-secret", "clock-ahead",
        "tenant", "tenant-domain", "client", "secret", "roles", "graph-roles", "token-lifetime", "audiences",
        "federated", "managed-identity", "chat", "user",
    ]

    /// Reads a whole file.
    ///
    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    package static func read(file: String) throws -> SimulatorScript {
        let reading = SettingsReading(file: file, environment: [:], secrets: .unread)
        let script = SimulatorScriptReader(reading: reading).script()
        guard let script, !reading.hasErrors else {
            throw SettingsProblems(reading.problems.filter { $0.severity == .error })
        }
        return script
    }

    private func script() -> SimulatorScript? {
        guard let root = reading.root(),
            let fields = Fields(root, "the script", known: Self.keys, in: reading)
        else { return nil }
        var script = SimulatorScript()
        readDirectory(fields, &script)
        readProofs(fields, &script)
        readCourses(fields, &script)
        readLimits(fields, &script)
        if let node = fields["chat"] { script.chat = chat(node) }
        if let node = fields["user"] { UserScriptReader(reading: reading).read(node, into: &script.user) }
        if let node = fields["live-response"] { script.liveResponse = liveResponse(node) }
        script.machines = items("machines", fields).compactMap(machine)
        script.faults = items("faults", fields).compactMap(fault)
        readAlerts(fields, &script)
        readRecords(fields, &script)
        return script
    }

    private func readDirectory(_ fields: Fields, _ script: inout SimulatorScript) {
        if let text = fields.text("tenant") { script.tenant = text }
        if let text = fields.text("tenant-domain") { script.tenantDomain = text }
        if let text = fields.text("client") { script.client = text }
        if let text = fields.text("secret") { script.secret = text }
        if let text = fields.text("expired-secret") { script.expiredSecret = text }
        if let number = whole("clock-ahead", fields, -86_400...86_400) { script.clockAheadSeconds = number }
        if let texts = fields.texts("roles") { script.roles = texts }
        if let texts = fields.texts("graph-roles") { script.graphRoles = texts }
        if let texts = fields.texts("audiences") { script.audiences = texts }
        if let number = whole("token-lifetime", fields, 1...86_400) { script.tokenLifetimeSeconds = number }
    }

    private func readProofs(_ fields: Fields, _ script: inout SimulatorScript) {
        if let node = fields["federated"],
            let part = Fields(node, "federated", known: ["issuer", "subject", "audience"], in: reading)
        {
            if let text = part.text("issuer") { script.federation.issuer = text }
            if let text = part.text("subject") { script.federation.subject = text }
            if let text = part.text("audience") { script.federation.audience = text }
        }
        let known = ["client", "object", "resource", "echo", "expires"]
        guard let node = fields["managed-identity"],
            let part = Fields(node, "managed-identity", known: known, in: reading)
        else { return }
        if let text = part.text("client") { script.identities.client = text }
        if let text = part.text("object") { script.identities.object = text }
        if let text = part.text("resource") { script.identities.resource = text }
        if let flag = part.flag("echo") { script.identities.echoes = flag }
        let words = IdentityScript.Expiry.allCases.map(\.rawValue)
        if let word = part.word("expires", of: words), let expiry = IdentityScript.Expiry(rawValue: word) {
            script.identities.expiry = expiry
        }
    }

    private func readCourses(_ fields: Fields, _ script: inout SimulatorScript) {
        if let node = fields["actions"],
            let inner = Fields(node, "actions", known: ["delay", "end"], in: reading)
        {
            script.actions = course(inner, script.actions) ?? script.actions
        }
        let words = DuplicateAnswer.allCases.map(\.rawValue)
        if let word = fields.word("duplicates", of: words), let answer = DuplicateAnswer(rawValue: word) {
            script.duplicates = answer
        }
        if let flag = fields.flag("stuck-duplicates") { script.leavesRepeatedIsolatePending = flag }
        if let flag = fields.flag("reorder-duplicates") { script.reordersRepeatedIsolate = flag }
        if let flag = fields.flag("unknown-properties") { script.addsUnknownProperties = flag }
        if let seconds = seconds("visibility-lag", fields) { script.visibilityLagSeconds = seconds }
        if let word = fields.word("empty-estate", of: ["not-found", "empty"]) {
            script.answersEmptyEstateNotFound = word == "not-found"
        }
    }

    private func readLimits(_ fields: Fields, _ script: inout SimulatorScript) {
        if let node = fields["rate"] { script.rate = rate(node, "rate", script.rate) }
        if let node = fields["package-rate"] {
            script.packageRate = rate(node, "package-rate", script.packageRate)
        }
        if let number = whole("page-rows", fields, 1...10_000) { script.pageRows = number }
        if let number = whole("indicators-max", fields, 0...15_000) { script.indicatorsMax = number }
        if let texts = fields.texts("unknown-reports") { script.unknownReports = Set(texts) }
        guard let node = fields["package"],
            let inner = Fields(node, "package", known: ["quoted", "lifetime", "size"], in: reading)
        else { return }
        if let flag = inner.flag("quoted") { script.quotesPackageAddress = flag }
        if let seconds = seconds("lifetime", inner) { script.packageLifetimeSeconds = seconds }
        if let number = whole("size", inner, 0...67_108_864) { script.packageBytes = number }
    }

    func rate(_ node: Node, _ name: String, _ rate: CallRate) -> CallRate {
        guard let fields = Fields(node, name, known: ["per-minute", "per-hour"], in: reading) else {
            return rate
        }
        var rate = rate
        if let number = whole("per-minute", fields, 1...1_000_000) { rate.perMinute = number }
        if let number = whole("per-hour", fields, 1...1_000_000) { rate.perHour = number }
        return rate
    }

    private func chat(_ node: Node) -> ChatScript {
        let known = [
            "slack-token", "channels", "jira-credential", "issues", "credentials", "callback-secrets",
            "teams-secret", "teams-strangers",
        ]
        guard let fields = Fields(node, "chat", known: known, in: reading) else { return ChatScript() }
        var credentials: [String: String] = [:]
        if let node = fields["credentials"] {
            let vendors = node.mapping?.compactMap { $0.key.scalar?.string } ?? []
            let part = Fields(node, "credentials", known: vendors, in: reading)
            for vendor in vendors { credentials[vendor] = part?.text(vendor) }
        }
        var script = ChatScript(
            slackToken: fields.text("slack-token"),
            channels: fields.texts("channels") ?? [],
            jiraCredential: fields.text("jira-credential"),
            issues: fields.texts("issues") ?? [],
            credentials: credentials,
            callbackSecrets: fields.texts("callback-secrets") ?? []
        )
        script.teamsSecret = fields.text("teams-secret")
        script.teamsStrangers = fields.texts("teams-strangers") ?? []
        return script
    }

    /// Defender's fields, and three of ours: `offline`, `delay` and `end`.
    private func machine(_ node: Node) -> SimulatedMachine? {
        guard let mapping = node.mapping else {
            reading.error(
                node,
                "a machine is not a mapping",
                "write Defender's fields, such as { id: …, computerDnsName: … }"
            )
            return nil
        }
        let known = mapping.compactMap { $0.key.scalar?.string }
        guard let fields = Fields(node, "the machine", known: known, in: reading) else { return nil }
        var shown: [String: JSONValue] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, !["offline", "delay", "end"].contains(name) else { continue }
            shown[name] = json(value, depth: 0)
        }
        guard shown["id"]?.string != nil || shown["computerDnsName"]?.string != nil else {
            reading.error(node, "the machine has neither id nor computerDnsName", "write both, as texts")
            return nil
        }
        if let id = shown["id"], id.string.flatMap({ MachineID($0) }) == nil {
            reading.error(
                fields["id"],
                "the id is not 40 hex digits",
                "write 40 hex digits, in quotes if there are only digits"
            )
        }
        let hasCourse = fields["delay"] != nil || fields["end"] != nil
        return SimulatedMachine(
            fields: shown,
            isOffline: fields.flag("offline") ?? false,
            course: hasCourse ? course(fields, ActionCourse()) : nil
        )
    }

    private func course(_ fields: Fields, _ course: ActionCourse) -> ActionCourse? {
        var course = course
        if let seconds = seconds("delay", fields) { course.delaySeconds = seconds }
        if let end = fields.text("end") { course.end = end }
        return course
    }

    private func fault(_ node: Node) -> ScriptedFault? {
        let known = ["request", "nth", "kind", "retry-after"]
        guard let fields = Fields(node, "the fault", known: known, in: reading) else { return nil }
        let request = fields.text("request", isRequired: true)
        guard let word = fields.text("kind", isRequired: true) else { return nil }
        guard let kind = FaultKind(word: word) else {
            let nearest = nearestWord(to: word, among: FaultKind.words).map { "did you mean \"\($0)\"?" }
            reading.error(
                fields["kind"],
                "there is no fault \"\(word)\"",
                nearest ?? "write one of: \(FaultKind.words.joined(separator: ", "))"
            )
            return nil
        }
        return request.map { request in
            ScriptedFault(
                request: request,
                nth: whole("nth", fields, 1...1_000_000),
                kind: kind,
                retryAfterSeconds: whole("retry-after", fields, 0...1_000_000)
            )
        }
    }

    /// `records: { software: [ { id: … } ] }`: Defender's own fields.
    private func readRecords(_ fields: Fields, _ script: inout SimulatorScript) {
        guard let node = fields["records"] else { return }
        for (key, list) in node.mapping ?? [:] {
            guard let name = key.scalar?.string, let rows = list.sequence else {
                reading.error(key, "a collection is not a list", "write NAME: [ { id: … } ]")
                continue
            }
            script.records[name] = rows.compactMap { json($0, depth: 0).object }
        }
        if node.mapping == nil {
            reading.error(node, "records is not a mapping", "write NAME: [ { id: … } ]")
        }
    }

    private func readAlerts(_ fields: Fields, _ script: inout SimulatorScript) {
        guard let node = fields["alerts"] else { return }
        guard let mapping = node.mapping else {
            reading.error(node, "alerts is not a mapping", "write ALERT-ID: MACHINE-ID")
            return
        }
        for (key, value) in mapping {
            guard let alert = key.scalar?.string, let machine = value.scalar?.string else {
                reading.error(key, "an alert is not a pair of texts", "write ALERT-ID: MACHINE-ID")
                continue
            }
            script.alerts[alert] = machine
        }
    }
}

/// Values of the script.
extension SimulatorScriptReader {
    private func items(_ key: String, _ fields: Fields) -> [Node] {
        guard let node = fields[key] else { return [] }
        guard let items = node.sequence else {
            reading.error(node, "\"\(key)\" is not a list", "write a list of mappings")
            return []
        }
        return Array(items)
    }

    func whole(_ key: String, _ fields: Fields, _ range: ClosedRange<Int>) -> Int? {
        guard let text = fields.text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            reading.error(
                fields[key],
                "\"\(key)\" is \"\(text)\"",
                "write a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return number
    }

    func seconds(_ key: String, _ fields: Fields) -> Double? {
        guard let text = fields.text(key) else { return nil }
        guard let number = Double(text), number >= 0, number <= 1_000_000 else {
            reading.error(fields[key], "\"\(key)\" is \"\(text)\"", "write seconds, from 0 to 1000000")
            return nil
        }
        return number
    }

    /// A YAML value as JSON: quoted scalars are texts, plain ones what YAML's core schema says.
    private func json(_ node: Node, depth: Int) -> JSONValue {
        guard depth < 32 else {
            reading.error(node, "the value is nested too deep", "nest at most 32 levels")
            return .null
        }
        if let items = node.sequence { return .array(items.map { json($0, depth: depth + 1) }) }
        if let mapping = node.mapping {
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                members[key.scalar?.string ?? ""] = json(value, depth: depth + 1)
            }
            return .object(members)
        }
        guard let scalar = node.scalar else { return .null }
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "true": return true
        case "false": return false
        case "null", "~", "": return .null
        default:
            if let number = Int64(scalar.string) { return .integer(number) }
            if scalar.string.contains("."), let number = Double(scalar.string), number.isFinite {
                return .number(number)
            }
            return .string(scalar.string)
        }
    }
}

import Simulating
import Yams

/// The part of a script about live response.
extension SimulatorScriptReader {
    private static let liveKeys = [
        "enabled", "without-automation", "sessions", "rate", "link-lifetime", "result-lifetime", "gzip",
        "library",
        "files",
    ]
    private static let scriptKeys = ["content", "exit", "output", "errors", "failure", "end"]

    func liveResponse(_ node: Node) -> LiveResponseScript {
        var live = LiveResponseScript()
        guard let fields = Fields(node, "live-response", known: Self.liveKeys, in: reading) else {
            return live
        }
        if let flag = fields.flag("enabled") { live.isEnabled = flag }
        if let flag = fields.flag("gzip") { live.packsFiles = flag }
        if let texts = fields.texts("without-automation") { live.withoutAutomation = Set(texts) }
        if let number = whole("sessions", fields, 1...1_000) { live.sessionsMax = number }
        if let node = fields["rate"] { live.rate = rate(node, "rate", live.rate) }
        if let seconds = seconds("link-lifetime", fields) { live.linkLifetimeSeconds = seconds }
        if let seconds = seconds("result-lifetime", fields) { live.resultLifetimeSeconds = seconds }
        for (name, value) in pairs("library", fields) { live.library[name] = libraryScript(name, value) }
        for (path, value) in pairs("files", fields) {
            guard let content = value.scalar?.string else {
                reading.error(value, "the file is no text", "write PATH: CONTENT")
                continue
            }
            live.files[path] = content
        }
        return live
    }

    private func libraryScript(_ name: String, _ node: Node) -> LibraryScript {
        var script = LibraryScript()
        guard let fields = Fields(node, "the library file \(name)", known: Self.scriptKeys, in: reading)
        else {
            return script
        }
        if let text = fields.text("content") { script.content = text }
        if let number = whole("exit", fields, -2_147_483_648...2_147_483_647) { script.exitCode = number }
        if let text = fields.text("output") { script.output = text }
        if let text = fields.text("errors") { script.errors = text }
        if let text = fields.text("failure") { script.failure = text }
        if let word = fields.word("end", of: ["Failed", "Succeeded"]) { script.endAfterFailure = word }
        return script
    }

    private func pairs(_ key: String, _ fields: Fields) -> [(String, Node)] {
        guard let node = fields[key] else { return [] }
        guard let mapping = node.mapping else {
            reading.error(node, "\"\(key)\" is not a mapping", "write NAME: …")
            return []
        }
        return mapping.compactMap { pair in pair.key.scalar.map { ($0.string, pair.value) } }
    }
}

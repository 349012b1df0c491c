import JSONReader

/// A message as its reader sees it, taken from what the simulated chat and tickets got.
struct Told: Sendable, Equatable {
    let text: String
    /// How often it was changed after it was posted.
    let updates: Int64

    /// What a slash command is answered at once.
    init(answer: JSONValue) {
        text = Self.sections(of: answer)
        updates = 0
    }

    /// The newest message about a job in that state; nil if there is none yet.
    init?(of job: String, in state: String, among messages: [JSONValue]) {
        let wanted = ["job: \(job)", "state: \(state)"]
        let found = messages.last { message in
            let fields = Self.fields(of: message)
            return wanted.allSatisfy { line in fields.contains { $0 == line } }
        }
        guard let found else { return nil }
        let isComment = found["kind"]?.string == "comment"
        let comment = (found["text"]?.string ?? "").split(separator: "\n").filter {
            // The fields say again what stands above.
            !Self.isField($0)
        }
        text = isComment ? comment.joined(separator: "\n") : Self.sections(of: found["body"] ?? .null)
        updates = found["updates"]?.integer ?? 0
    }

    /// The id of the job that an answer is about; nil if it names none.
    static func job(of answer: JSONValue) -> String? {
        fields(of: ["body": answer]).first { $0.hasPrefix("job: ") }.map { String($0.dropFirst(5)) }
    }

    private static func sections(of body: JSONValue) -> String {
        (body["blocks"]?.array ?? []).compactMap { $0.at("text.text")?.string }.joined(separator: "\n")
    }

    private static func fields(of message: JSONValue) -> [String] {
        let shown = (message.at("body.blocks")?.array ?? []).flatMap { $0["fields"]?.array ?? [] }
            .compactMap { $0["text"]?.string }
        let lines = (message["text"]?.string ?? "").split(separator: "\n").map(String.init)
        return shown + lines
    }

    private static func isField(_ line: Substring) -> Bool {
        let name = line.prefix { $0 != ":" }
        return ["action", "machine", "asked by", "job", "state", "ticket", "reason", "for"]
            .contains(String(name))
    }
}

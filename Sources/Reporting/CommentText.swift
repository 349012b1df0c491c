package import Enqueuing
import Vocabulary

/// Writes notices as the text of a ticket's comment, with a marker by which each is found again.
///
/// - Source: `reference/webhook-replies.md` §§0, 9.
package enum CommentText {
    /// The longest text of one notice; a whole batch stays below Jira's 32,767 characters.
    static let textMax = 4_000
    static let fieldMax = 1_000
    static let fieldsMax = 10

    private static let invisible = "\u{200B}"

    /// What recognises one notice: job, stage and place in the outbox.
    package static func marker(of entry: OutboxEntry) -> String {
        "[bascule:\(entry.job?.text ?? "bridge")/\(entry.notice.code)/\(entry.sequence)]"
    }

    /// One notice's sentence.
    static func shown(_ entry: OutboxEntry) -> String {
        ReplyText.marked(
            foreign(entry.notice.text, to: textMax),
            isRepeated: entry.mayHaveBeenSent
        )
    }

    /// What a comment says: each notice's sentence, and the newest one's fields.
    ///
    /// Of several machines there are no fields: they would be read as all of theirs. Each sentence names its machine
    /// and job instead.
    static func told(_ entries: [OutboxEntry]) -> (sentences: [String], fields: [Notice.Field]) {
        let machines = Set(entries.map { machine(of: $0) })
        // A machine may be called otherwise once it is found, and is still the job's one.
        let isOneJob = entries.allSatisfy { $0.job != nil && $0.job == entries.first?.job }
        guard machines.count > 1, !isOneJob else {
            return (entries.map(shown), Array((entries.last?.notice.fields ?? []).prefix(fieldsMax)))
        }
        let sentences = entries.map { entry in
            guard let machine = machine(of: entry) else { return shown(entry) }
            return "\(machine)\(entry.job.map { " (\($0))" } ?? ""): \(shown(entry))"
        }
        return (sentences, [])
    }

    private static func machine(of entry: OutboxEntry) -> String? {
        entry.notice.fields.first { $0.name == "machine" }.map { oneLine($0.value) }
    }

    /// A value has one line, so that it cannot look like a further one of ours.
    private static func oneLine(_ value: String) -> String {
        foreign(value, to: fieldMax).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Cut, and with anything that looks like a marker of ours broken up, so that none can be planted.
    static func foreign(_ text: String, to unitsMax: Int) -> String {
        ReplyText.cut(text, to: unitsMax).replacing("[bascule:", with: "[bascule\(invisible):")
    }

    /// The sentences, the fields and the markers, in lines; for a medium without any markup.
    ///
    /// - Parameters:
    ///   - entries: What is told, oldest first.
    ///   - unitsMax: The medium's limit; the markers are never cut.
    ///   - marks: What the medium would read as markup, in any case of its letters; each is broken up.
    /// - Returns: At most `unitsMax` UTF-16 units.
    static func plain(_ entries: [OutboxEntry], unitsMax: Int, breaking marks: [String] = []) -> String {
        let markers = entries.map(marker).joined(separator: "\n")
        let told = told(entries)
        let lines = told.sentences + told.fields.map { "\($0.name): \(oneLine($0.value))" }
        let text = broken(lines.joined(separator: "\n"), at: marks)
        return ReplyText.cut(text, to: unitsMax - markers.utf16.count - 1) + "\n" + markers
    }

    /// The same as one block of code in Markdown, in which nothing is drawn, nobody is mentioned and nothing is
    /// a command.
    ///
    /// - Parameters:
    ///   - entries: What is told, oldest first.
    ///   - unitsMax: The medium's limit.
    ///   - marks: What the medium reads even in code.
    /// - Returns: At most `unitsMax` UTF-16 units.
    static func fenced(_ entries: [OutboxEntry], unitsMax: Int, breaking marks: [String] = []) -> String {
        let text = plain(entries, unitsMax: unitsMax / 2, breaking: ["@"] + marks)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.unicodeScalars.first { $0 != " " } == "/" ? invisible + line : String(line)
        }
        let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
        return fence + "\n" + lines.joined(separator: "\n") + "\n" + fence
    }

    /// A space without width behind the first character of each mark.
    ///
    /// Looked at by scalars: an accent behind a mark does not hide it from whoever reads bytes.
    private static func broken(_ text: String, at marks: [String]) -> String {
        let scalars = Array(text.unicodeScalars)
        let wanted = marks.map { Array($0.lowercased().unicodeScalars) }
        var whole = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            whole.append(scalar)
            let isMark = wanted.contains { mark in
                let found = scalars[index...].prefix(mark.count)
                return found.count == mark.count
                    && zip(found, mark).allSatisfy { $0.properties.lowercaseMapping == String($1) }
            }
            if isMark { whole.append(contentsOf: invisible.unicodeScalars) }
        }
        return String(whole)
    }

    private static func longestRun(of mark: Unicode.Scalar, in text: String) -> Int {
        var longest = 0
        var run = 0
        for scalar in text.unicodeScalars {
            run = scalar == mark ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}

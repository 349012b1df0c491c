package import Vocabulary

/// The mark in Defender's `Comment` by which we know our own action again (design §9).
package enum ActionMarker {
    private static let prefix = "bascule:"
    private static let lengthMax = 500

    /// `bascule:<job id> <person>: <reason>`, at most 500 characters.
    ///
    /// A `bascule:` inside the foreign parts is broken up and control characters become blanks, so that no
    /// reason can look like a mark.
    package static func comment(job: JobID, person: String, reason: String?) -> String {
        let mark = "\(prefix)\(job.text)"
        let words = defused("\(person): \(reason ?? "no reason given")")
        return String("\(mark) \(words)".prefix(lengthMax))
    }

    /// Whether a comment begins with the mark of this job.
    package static func isMark(of job: JobID, in comment: String?) -> Bool {
        jobID(in: comment) == job
    }

    /// The job that a comment names at its very beginning; nil for anybody else's comment.
    package static func jobID(in comment: String?) -> JobID? {
        guard let comment, comment.hasPrefix(prefix) else { return nil }
        let id = comment.dropFirst(prefix.count).prefix { $0 != " " }
        guard id.hasPrefix("j-"), id.count > 2 else { return nil }
        return JobID(String(id))
    }

    private static func defused(_ text: String) -> String {
        var out = ""
        var rest = Substring(
            String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
        )
        while let first = rest.first {
            if rest.prefix(prefix.count).lowercased() == prefix {
                out += "\(rest.prefix(prefix.count - 1)) :"
                rest = rest.dropFirst(prefix.count)
            } else {
                out.append(first)
                rest = rest.dropFirst()
            }
        }
        return out
    }
}

/// What a pressed button says, in one text, for chats that send back no more than a hundred characters.
///
///     approve.01j9zk7q4n8t2v6w0xabcdefgh.9f86d081…
///     extend.01j9zk7q4n8t2v6w0xabcdefgh.for=14400
extension Press {
    /// Characters of a short text.
    package static let shortMax = 100
    private static let durationMark = "for="

    /// Nil where it would be too long, or is not read as it was written.
    package var short: String? {
        var parts = [word.rawValue, ShortJob.text(job)]
        if let seen { parts.append(seen) }
        if let duration { parts.append("\(Self.durationMark)\(duration.seconds)") }
        let text = parts.joined(separator: ".")
        return Press(short: text) == self ? text : nil
    }

    /// Reads what ``short`` writes; nil for anything else.
    package init?(short text: String) {
        guard text.utf8.count <= Self.shortMax else { return nil }
        var parts = text.split(separator: ".", omittingEmptySubsequences: false)[...]
        guard let name = parts.popFirst(), let word = Button.Word(rawValue: String(name)),
            let job = parts.popFirst().flatMap({ ShortJob.read($0) })
        else { return nil }
        var duration: TimeBox?
        if let last = parts.last, last.hasPrefix(Self.durationMark) {
            let digits = last.dropFirst(Self.durationMark.count)
            guard let seconds = Int64(digits), String(seconds) == digits, let box = TimeBox(seconds: seconds)
            else { return nil }
            duration = box
            parts.removeLast()
        }
        let seen = parts.popFirst().map(String.init)
        guard parts.isEmpty, seen.map(ShortJob.isDigest) ?? true, (word == .extend) == (duration != nil)
        else {
            return nil
        }
        self.init(word, job: job, seen: seen, duration: duration)
    }
}

extension DenialForm {
    private static let shortWord = "why"

    /// The same in one text, without the room, which such a chat says itself; nil where it would be too long.
    package var short: String? {
        let text = ([Self.shortWord, ShortJob.text(job)] + [seen].compactMap(\.self)).joined(separator: ".")
        return DenialForm(short: text, room: room) == self ? text : nil
    }

    /// Reads what ``short`` writes; nil for anything else.
    package init?(short text: String, room: String) {
        guard text.utf8.count <= Press.shortMax else { return nil }
        var parts = text.split(separator: ".", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == Self.shortWord[...],
            let job = parts.popFirst().flatMap({ ShortJob.read($0) })
        else { return nil }
        let seen = parts.popFirst().map(String.init)
        guard parts.isEmpty, seen.map(ShortJob.isDigest) ?? true else { return nil }
        self.init(job: job, seen: seen, room: room)
    }
}

/// A job's id without the two characters that all of them begin with.
private enum ShortJob {
    private static let prefix = "j-"

    static func text(_ job: JobID) -> String { String(job.text.dropFirst(prefix.count)) }
    static func read(_ text: Substring) -> JobID? { JobID(spelled: prefix + text) }

    static func isDigest(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9A-Za-z_-]{1,128}/) != nil
    }
}

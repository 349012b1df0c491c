import Vocabulary

/// What `send` makes of the options for buttons and forms.
extension Send {
    func press(_ word: String) throws(SendError) -> Press {
        guard let button = Button.Word(rawValue: word) else {
            let nearest = nearestWord(to: word, among: Button.Word.allCases.map(\.rawValue))
            throw .unknownButton(word, nearest: nearest)
        }
        guard let job else { throw .noJob }
        let box = duration.flatMap { TimeBox($0) }
        guard (button == .extend) == (box != nil), (duration == nil) == (box == nil) else {
            throw .durationOfButton(word)
        }
        return Press(button, job: try Self.identifier(job), seen: try digest(), duration: box)
    }

    func submitted(_ job: String, in room: String) throws(SendError) -> SlackInteraction.Deed {
        guard let because else { throw .noReason }
        let form = DenialForm(job: try Self.identifier(job), seen: try digest(), room: room)
        return .denial(form, because: because)
    }

    /// An option that would be ignored is a mistake.
    func refuseMisplaced() throws(SendError) {
        if job != nil, press == nil { throw .misplaced("--job", needs: "--press") }
        if duration != nil, press == nil { throw .misplaced("--for", needs: "--press extend") }
        if because != nil, denial == nil { throw .misplaced("--because", needs: "--submit-denial") }
        if seen != nil, press == nil, denial == nil { throw .misplaced("--seen", needs: "--press") }
    }

    private static func identifier(_ text: String) throws(SendError) -> JobID {
        guard let id = JobID(spelled: text) else { throw .badJob(text) }
        return id
    }

    private func digest() throws(SendError) -> String? {
        guard let seen else { return nil }
        guard seen.wholeMatch(of: /[0-9A-Za-z_-]{1,128}/) != nil else { throw .badDigest(seen) }
        return seen
    }
}

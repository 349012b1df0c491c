/// What a look-up found, or what an order that is done at once was answered: rows for programs and lines for people.
///
/// It is kept with the job, so it is bounded: what goes beyond is counted, and kept as evidence where that is asked for.
package struct Answer: Sendable, Hashable, Codable {
    /// Bytes of ``json`` at most.
    package static let bytesMax = 128 << 10
    /// Lines for people at most; a chat is no place for more.
    package static let linesMax = 10

    /// What to show of each row and in which order: paths of members, such as `machine.computerDnsName`.
    package var columns: [String]
    /// A JSON array of the first rows as Defender sent them.
    package var json: String
    /// The first rows in words, foreign text.
    package var lines: [String]
    /// Rows that were found, those that were left out as well.
    package var count: Int
    /// True if ``json`` lacks rows that were found.
    package var isCut: Bool
    /// True if there may be more than was found: the list ended at a bound.
    package var mayBeMore: Bool
    /// All rows as a JSON array, where ``json`` lacks some: to be kept as evidence, not with the job.
    package var whole: [UInt8]?
    /// Of an order about many things, how many of ``count`` were not done; ``lines`` names the first of those.
    package var failures: Int?

    private enum CodingKeys: String, CodingKey {
        case columns
        case json
        case lines
        case count
        case isCut
        case mayBeMore
        case failures
    }

    package init(
        columns: [String],
        json: String,
        lines: [String],
        count: Int,
        isCut: Bool = false,
        mayBeMore: Bool = false,
        whole: [UInt8]? = nil,
        failures: Int? = nil
    ) {
        self.columns = columns
        self.json = json
        self.lines = lines
        self.count = count
        self.isCut = isCut
        self.mayBeMore = mayBeMore
        self.whole = whole
        self.failures = failures
    }

    /// In words: how many, and the first of them.
    package var words: String {
        if let failures { return words(failures: failures) }
        guard count > 0 else { return "Nothing was found." }
        if count == 1, !mayBeMore { return lines.first ?? "Found." }
        let more = mayBeMore ? "At least \(count)" : "\(count)"
        let rest = count > lines.count ? " The first \(lines.count):" : ":"
        return "\(more) found\(count > lines.count ? "." : "")\(rest)" + lines.map { "\n• \($0)" }.joined()
    }

    /// `480 of 500 done. 20 failed. The first 10:` and what Defender says of those.
    private func words(failures: Int) -> String {
        let done = "\(count - failures) of \(count) done."
        guard failures > 0 else { return done }
        let more = failures > lines.count
        let head = "\(done) \(failures) failed\(more ? ". The first \(lines.count)" : ""):"
        return head + lines.map { "\n• \($0)" }.joined()
    }
}

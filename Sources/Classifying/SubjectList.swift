import Catalogue
import Foundation
import Vocabulary

/// Reads a list of things, one a line, such as the indicators of a file.
enum SubjectList {
    /// Why a list is none, with the number of the line.
    struct Fault: Error, Equatable {
        let words: String
    }

    /// Lines of one list that are named as wrong.
    private static let faultsMax = 5

    /// The things in canonical spelling, one a line, in the order of the list.
    ///
    /// A `#` at the beginning of a line or behind a blank begins a comment; blank lines and repetitions fall away.
    ///
    /// - Throws: ``Fault`` that names the first lines that are wrong; half of a list is never taken.
    static func canonical(_ text: String, of kind: SubjectKind) throws(Fault) -> String {
        var things: [String] = []
        var seen: Set<String> = []
        var faults: [String] = []
        var wrong = 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let value = withoutComment(line)
            guard !value.isEmpty else { continue }
            guard let thing = Subject.parse(value, as: kind)?.thing else {
                wrong += 1
                let shown = ChatGrammar.shortened(value)
                if faults.count < faultsMax { faults.append("line \(index + 1) (\"\(shown)\")") }
                continue
            }
            if seen.insert(thing).inserted { things.append(thing) }
        }
        guard wrong == 0 else {
            let more = wrong > faults.count ? " and \(wrong - faults.count) more" : ""
            throw Fault(
                words: "Nothing is done: \(faults.joined(separator: ", "))\(more) "
                    + "\(wrong == 1 ? "is" : "are") no \(kind.label): \(kind.expectation)."
            )
        }
        guard !things.isEmpty else { throw Fault(words: "The list names nothing.") }
        guard things.count <= Catalogue.indicatorsMax else {
            throw Fault(
                words: "The list names \(things.count); at most \(Catalogue.indicatorsMax) go at once."
            )
        }
        return things.joined(separator: "\n")
    }

    /// What stands on a line, without blanks around it.
    private static func withoutComment(_ line: Substring) -> String {
        var last: Character = " "
        var end = line.endIndex
        for index in line.indices {
            if line[index] == "#", last.isWhitespace {
                end = index
                break
            }
            last = line[index]
        }
        return line[..<end].trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

import JSONReader
import Vocabulary

/// Orders about the library that are sent again because nobody knows whether they arrived: what is so already is done.
extension DefenderClient {
    /// The answer to a repeated order that was refused because the first one had its effect; nil if it had not.
    func alreadyDone(_ request: DefenderRequest, _ error: DefenderError) async -> Answer? {
        guard request.isRepeat, let name = request.subject else { return nil }
        switch (request.action, error.kind) {
        case ("library-delete", .notFound):
            return Answer(columns: [], json: "[]", lines: ["It is out of the library."], count: 1)
        case ("library-upload", .refused):
            guard let digest = request.parameters["sha256"],
                let list = try? await ask(DefenderRequest(action: "library")),
                let rows = try? JSONReader.read(list.json, root: .array),
                let row = rows.array?.first(where: {
                    $0["fileName"]?.string == name && $0["sha256"]?.string?.lowercased() == digest
                })
            else { return nil }
            return AnswerMaking.entity(row, columns: ["fileName", "sha256", "description"])
        default: return nil
        }
    }
}

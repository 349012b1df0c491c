import Catalogue
import Deciding
import JSONReader
import Showing
import Vocabulary

/// Files for the library, handed over in pieces before their upload is asked for.
///
///     POST /staged/SHA256/OFFSET/TOTAL    the piece itself as the body
extension ControlDesk {
    /// Takes a piece from whoever may upload at all; what becomes of the file is decided with its job.
    func stage(_ steps: [String], _ request: ControlRequest) async throws -> JSONValue {
        guard let staging else {
            throw ControlRefusal(
                409,
                "staging.no-folder",
                "There is no evidence folder where the file could wait.",
                fix: "Add `evidence: { folder: … }` to the settings and start the bridge again."
            )
        }
        let parameters = [Catalogue.digestParameter: steps[1], "override": "no"]
        let wish = ActionRequest(
            action: Catalogue.libraryUpload.word,
            subject: .thing("staged"),
            parameters: parameters
        )
        let intent = Intent(source: Self.source, asker: .local(request.user), request: .action(wish))
        let decision = policy().decide(Question(intent, wants: wish, now: wallClock()))
        guard decision.verdict != .refuse else {
            let code = decision.reasons.first?.code.rawValue ?? "refused"
            throw ControlRefusal(403, code, decision.answer)
        }
        guard let offset = Int(steps[2]), let total = Int(steps[3]) else { throw LedgerReading.noSuchPath }
        do throws(StagingError) {
            let count = try await staging.take(request.body, of: steps[1], at: offset, total: total)
            return ["bytes": .integer(Int64(count))]
        } catch {
            throw ControlRefusal(error == .folder ? 503 : 400, error.code, error.message, fix: error.fix)
        }
    }
}

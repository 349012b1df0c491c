import Catalogue
import Defender
import Enqueuing
import Vocabulary

/// Uploads: the job holds a name and a digest, the bytes lie aside until it is carried out.
extension Executor {
    /// Puts into a request what is not kept with the job.
    ///
    /// - Returns: Why it cannot be sent; nil if it can.
    func complete(_ request: inout DefenderRequest, of job: Job) async -> Outcome? {
        request.isRepeat = job.submission?.mayHaveBeenDone == true
        guard job.action == Catalogue.libraryUpload.word else { return nil }
        let digest = job.parameters[Catalogue.digestParameter] ?? ""
        guard let file = await staged(digest) else {
            return Outcome(
                code: "not-staged",
                message: "No file of SHA-256 \(digest) was handed over, or its time is over.",
                fix: "At the bridge's host: `bascule run library-upload NAME --file PATH`."
            )
        }
        request.file = file
        return nil
    }
}

import CurlClient
package import Vocabulary

extension DefenderClient {
    package func liveResponseAddress(
        actionID: String,
        index: Int
    ) async throws(DefenderError) -> Secret {
        guard let path = DefenderPath.action(actionID), index >= 0 else {
            throw .badIdentifier("action", actionID)
        }
        let answer = try await call(
            DefenderCall(
                .get,
                path + "/GetLiveResponseResultDownloadLink(index=\(index))",
                purpose: "the address of a live-response result",
                priority: .watching
            )
        )
        return try passingAddress(in: answer, of: "result")
    }
}

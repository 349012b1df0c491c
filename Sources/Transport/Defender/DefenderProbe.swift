package import CurlClient
package import Vocabulary

/// One harmless question to Defender, for `doctor`: is it there, does it take the token, what time is it there.
///
/// Unlike ``DefenderClient`` it waits for no budget, drops no token and asks once.
package struct DefenderProbe: Sendable {
    /// What came back.
    package struct Answer: Sendable, Equatable {
        package let status: Int
        /// Why it is no success; nil for one.
        package let refusal: DefenderError?
        /// Defender's clock, from the answer's `Date`.
        package let serverTime: Timestamp?
        /// Who signed the server's certificate; nil on a connection that was there before.
        package let issuer: String?
    }

    private let base: String
    private let sender: any HTTPSending
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - base: Such as `https://api.security.microsoft.com`, without path.
    ///   - sender: Makes the call.
    ///   - now: The wall clock.
    package init(base: String, sender: any HTTPSending, now: @escaping @Sendable () -> Timestamp) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.sender = sender
        self.now = now
    }

    /// Asks for one machine; without a token for nothing but to be refused.
    package func ask(_ bearer: Secret?, deadline: Duration) async throws(TransferFailure) -> Answer {
        let call = DefenderCall(
            .get,
            "/api/machines?$top=1",
            purpose: "a list of one machine",
            priority: .question
        )
        var request = call.outgoing(base: base, bearer: bearer ?? Secret(""), deadline: deadline)
        if bearer == nil { request.headers.removeAll { $0.name == "Authorization" } }
        request.namesIssuer = true
        let response = try await sender.send(request)
        let answer = DefenderAnswer(response: response, purpose: call.purpose, isChange: false, now: now())
        var refusal: DefenderError?
        do throws(DefenderError) {
            try answer.check()
        } catch {
            refusal = error
        }
        return Answer(
            status: response.status,
            refusal: refusal,
            serverTime: answer.serverTime,
            issuer: response.issuer
        )
    }
}

import JSONReader

/// The body of a scripted `status-NNN`, in the shape of the service that was called.
enum FaultAnswer {
    static func make(_ status: Int, _ fault: ScriptedFault, _ call: SimulatedCall) -> SimulatedAnswer {
        var answer = plain(status, call) ?? .json(status, body(status, call))
        if let seconds = fault.retryAfterSeconds { answer.headers.append(("Retry-After", String(seconds))) }
        return answer
    }

    /// What does not come from the service itself: a gateway's page, and Entra's text at a 429.
    private static func plain(_ status: Int, _ call: SimulatedCall) -> SimulatedAnswer? {
        let isPage = status == 502 || status == 504
        guard isPage || (status == 429 && call.path.lowercased().contains("/oauth2/")) else { return nil }
        return SimulatedAnswer(
            status: status,
            headers: [("Content-Type", isPage ? "text/html" : "text/plain")],
            body: Array((isPage ? "<html><body>Bad gateway</body></html>" : "Too Many Requests").utf8)
        )
    }

    private static func body(_ status: Int, _ call: SimulatedCall) -> JSONValue {
        let path = call.path.lowercased()
        if path.contains("/oauth2/") || path.contains("openid-configuration") || path.contains("/discovery/")
        {
            let text = "AADSTS90033: A transient error has occurred. Please try again."
            return [
                "error": "temporarily_unavailable", "error_description": .string(text),
                "error_codes": [90_033],
            ]
        }
        if path.hasPrefix("/api/chat.") || path.hasPrefix("/commands/") {
            return ["ok": false, "error": status == 429 ? "ratelimited" : "internal_error"]
        }
        if path.hasPrefix("/rest/") {
            return ["errorMessages": ["The request could not be served."], "errors": [:]]
        }
        let target: JSONValue = "6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b"
        return [
            "error": [
                "code": .string(code(status)), "message": "The request could not be served.",
                "target": target,
            ]
        ]
    }

    private static func code(_ status: Int) -> String {
        switch status {
        case 400: "BadRequest"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "NotFound"
        case 429: "429"
        case 503: "ServiceUnavailable"
        default: "InternalServerError"
        }
    }
}

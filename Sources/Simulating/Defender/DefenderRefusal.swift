import JSONReader

/// A request that Defender turns down, in the envelope of `reference/defender-api.md` §6.1.
struct DefenderRefusal: Error {
    let status: Int
    let code: String
    let text: String
    var target = "6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b"
    var retryAfterSeconds: Int?

    init(_ status: Int, _ code: String, _ text: String) {
        self.status = status
        self.code = code
        self.text = text
    }

    var answer: SimulatedAnswer {
        var answer = SimulatedAnswer.json(
            status,
            ["error": ["code": .string(code), "message": .string(text), "target": .string(target)]]
        )
        if let retryAfterSeconds { answer.headers.append(("Retry-After", String(retryAfterSeconds))) }
        if status == 401 { answer.headers.append(("WWW-Authenticate", "Bearer")) }
        return answer
    }

    static func noRoute(_ call: SimulatedCall) -> DefenderRefusal {
        let text = "No HTTP resource was found that matches the request URI '\(call.base)\(call.path)'."
        return DefenderRefusal(404, "NotFound", text)
    }

    static func noMachine(_ id: String) -> DefenderRefusal {
        DefenderRefusal(404, "ResourceNotFound", "Machine \(id) was not found")
    }

    static func noAction(_ id: String) -> DefenderRefusal {
        DefenderRefusal(404, "ResourceNotFound", "MachineAction \(id) was not found")
    }

    static func missingField(_ name: String) -> DefenderRefusal {
        DefenderRefusal(400, "MissingRequiredParameter", "Required parameter \(name) is missing.")
    }

    static let inProgress = DefenderRefusal(
        400,
        "ActiveRequestAlreadyExists",
        "Action is already in progress"
    )
}

import JSONReader
import Vocabulary

/// Comments of Linear's issues, below `/linear`: one address, two questions.
enum LinearEnd: ReplyEnd {
    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        guard call.segments.first == "linear" else { return nil }
        guard call.segments == ["linear", "graphql"], call.method == "POST" else {
            return SimulatedAnswer(status: 404)
        }
        // A key is sent as it is; only a token of OAuth has a word before it.
        let sent = call.header("authorization") ?? ""
        let token = sent.hasPrefix("Bearer ") ? String(sent.dropFirst("Bearer ".count)) : sent
        guard chat.isCredential(token, of: "linear") else {
            return refuse(401, "AUTHENTICATION_ERROR", "Authentication required, not authenticated")
        }
        guard let body = call.jsonBody, let query = body["query"]?.string else {
            return refuse(400, "GRAPHQL_PARSE_FAILED", "GraphQL operations must contain a query")
        }
        let variables = body["variables"] ?? .null
        if query.contains("commentCreate(") {
            guard let issue = variables.at("input.issueId")?.string, isUUID(issue),
                let text = variables.at("input.body")?.string, !text.isEmpty
            else { return refuse(400, "INVALID_INPUT", "Argument Validation Error") }
            let comment = chat.keep(.comment, issue, text, body, call)
            let made: JSONValue = ["success": true, "comment": ["id": .string(comment.id)]]
            return .json(200, ["data": ["commentCreate": made]])
        }
        guard query.contains("comments("), let issue = variables["id"]?.string, isUUID(issue) else {
            return refuse(400, "GRAPHQL_VALIDATION_FAILED", "Nothing is simulated for this query")
        }
        let nodes = chat.comments(at: issue).reversed().prefix(50).map {
            JSONValue.object(["body": .string($0.text)])
        }
        return .json(200, ["data": ["issue": ["comments": ["nodes": .array(Array(nodes))]]]])
    }

    private static func isUUID(_ text: String) -> Bool {
        text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0 == "-" || $0.isHexDigit }
    }

    private static func refuse(_ status: Int, _ code: String, _ message: String) -> SimulatedAnswer {
        .json(
            status,
            ["errors": [["message": .string(message), "extensions": ["code": .string(code)]]]]
        )
    }
}

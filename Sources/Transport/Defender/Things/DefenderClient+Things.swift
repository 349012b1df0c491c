import CurlClient
import JSONReader
package import Vocabulary

/// Look-ups, and orders that are carried out while they are answered.
extension DefenderClient {
    package func ask(_ request: DefenderRequest) async throws(DefenderError) -> Answer {
        try await send(request, priority: .question, deadline: DefenderCall.deadlineDefault)
    }

    package func order(_ request: DefenderRequest, deadline: Duration) async throws(DefenderError) -> Answer {
        try await send(request, priority: .action, deadline: deadline)
    }

    private func send(
        _ request: DefenderRequest,
        priority: CallPriority,
        deadline: Duration
    ) async throws(DefenderError) -> Answer {
        guard let route = ThingRoute.of(request.action), let path = route.path(request) else {
            throw .notSent(request.action)
        }
        let body = route.body.map { $0(request) }
        if let body, body == nil { throw .notSent(request.action) }
        let wanted = request.parameters["top"].flatMap { Int($0) }
        let answer = try await call(
            DefenderCall(
                route.method,
                path + route.query(request, top: wanted).text,
                purpose: request.action,
                kind: route.kind,
                priority: priority,
                body: body ?? nil,
                deadline: deadline
            )
        )
        return try route.read(answer, top: wanted)
    }
}

extension ThingRoute {
    func query(_ request: DefenderRequest, top: Int?) -> Query {
        var query = Query()
        if let filter = filter(request) { query.append("$filter", filter.text) }
        for (name, value) in options.sorted(by: { $0.key < $1.key }) { query.append(name, value) }
        if takesTop, let top { query.append("$top", String(top)) }
        return query
    }

    /// Reads a success; `top` is how many rows were asked for, nil for all there are.
    func read(_ answer: DefenderAnswer, top: Int?) throws(DefenderError) -> Answer {
        if case .empty(let words) = form {
            try answer.check()
            return Answer(columns: [], json: "[]", lines: [words], count: 1)
        }
        let body = try answer.object()
        guard form == .list else {
            return AnswerMaking.entity(body, columns: columns)
        }
        guard let rows = body["value"]?.array else { throw answer.unreadable("no list") }
        // With `$top` Defender names no next page: a full one may have more behind it.
        let mayBeMore =
            body["@odata.nextLink"]?.string != nil || (takesTop && top.map { rows.count >= $0 } ?? false)
        return AnswerMaking.list(rows, columns: columns, mayBeMore: mayBeMore)
    }
}

extension DefenderError {
    /// A word without a route, or with a subject or parameters that make no call; nothing was sent.
    static func notSent(_ word: String) -> DefenderError {
        DefenderError(
            kind: .refused,
            mayHaveBeenExecuted: false,
            message: "`\(word)` with these parameters cannot be asked of Defender.",
            fix: "See `actions` for the words and their parameters."
        )
    }
}

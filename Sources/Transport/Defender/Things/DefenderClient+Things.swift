import Catalogue
import CurlClient
import JSONReader
package import Vocabulary

/// Look-ups, and orders that are carried out while they are answered.
extension DefenderClient {
    package func ask(_ request: DefenderRequest) async throws(DefenderError) -> Answer {
        try await send(request, priority: .question, deadline: DefenderCall.deadlineDefault)
    }

    package func order(_ request: DefenderRequest, deadline: Duration) async throws(DefenderError) -> Answer {
        do throws(DefenderError) {
            return try await send(request, priority: .action, deadline: deadline)
        } catch {
            guard let answer = await alreadyDone(request, error) else { throw error }
            return answer
        }
    }

    private func send(
        _ request: DefenderRequest,
        priority: CallPriority,
        deadline: Duration
    ) async throws(DefenderError) -> Answer {
        let host = Catalogue.entry(request.action).map { backEnds.served($0).backEnd } ?? .defender
        guard let route = ThingRoute.of(request.action, at: host) else { throw .notSent(request.action) }
        var (request, deadline) = (request, deadline)
        if let resolution = route.resolution?(request) {
            // Two calls share the time of one.
            deadline /= 2
            request = try await resolve(request, by: resolution, priority, deadline)
        }
        guard let path = route.path(request) else {
            throw .notSent(request.action)
        }
        let body = route.body.map { $0(request) }
        if let body, body == nil { throw .notSent(request.action) }
        let content = route.content.map { $0(request) }
        if let content, content == nil { throw .notSent(request.action) }
        let wanted = request.parameters["top"].flatMap { Int($0) }
        var meant = DefenderCall(
            route.method,
            path + route.query(request, top: wanted).text,
            purpose: request.action,
            kind: route.kind,
            priority: priority,
            body: body ?? nil,
            deadline: route.deadline ?? deadline
        )
        meant.host = host
        meant.content = content ?? nil
        meant.responseBytesMax = route.responseBytesMax
        let answer = try await call(meant)
        if let making = route.making {
            guard let made = making(try answer.object(), request) else {
                throw answer.unreadable("no results")
            }
            return made
        }
        var found = try route.read(answer, top: wanted)
        if let (path, body) = route.then?(request) {
            var next = DefenderCall(
                .post,
                path,
                purpose: request.action,
                priority: priority,
                body: body,
                deadline: deadline
            )
            next.host = host
            do throws(DefenderError) {
                try await call(next).check()
            } catch {
                guard !error.mayHaveBeenExecuted, error.kind != .throttled else { throw error }
                // What was changed is changed: half of it is done, and said so.
                found.lines.append("The comment was not taken: \(error.message)")
                (found.count, found.failures) = (2, 1)
            }
        }
        return found
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
        let body = try answer.object(bytesMax: responseBytesMax)
        if form == .hunt { return try AnswerMaking.hunt(body, answer) }
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

import CurlClient
import JSONReader
import Vocabulary

/// How the id of an entity is found that is named by one of its values.
struct Resolution: Sendable {
    /// The list to look in.
    let path: String
    let filter: ODataFilter
    /// The property that must be the value, and the value: a filter only preselects.
    let property: String
    let value: String
    /// What tells several apart.
    let columns: [String]
    /// In words, such as `indicator evil.example`.
    let name: String

    /// More are not listed.
    static let rowsMax = 20
}

extension DefenderClient {
    /// The same request with the id of exactly one entity as its subject.
    ///
    /// - Throws: ``DefenderError/Kind/notFound`` for none, ``DefenderError/Kind/refused`` with all of them for
    ///   several; nothing was changed.
    func resolve(
        _ request: DefenderRequest,
        by resolution: Resolution,
        _ priority: CallPriority,
        _ deadline: Duration
    ) async throws(DefenderError) -> DefenderRequest {
        var query = Query()
        query.append("$filter", resolution.filter.text)
        query.append("$top", String(Resolution.rowsMax))
        let answer = try await call(
            DefenderCall(
                .get,
                resolution.path + query.text,
                purpose: request.action,
                priority: priority,
                deadline: deadline
            )
        )
        guard let listed = try answer.object()["value"]?.array else { throw answer.unreadable("no list") }
        guard listed.count < Resolution.rowsMax else { throw answer.unreadable("a list that may be cut") }
        let rows = listed.filter { isSameWord($0[resolution.property]?.string ?? "", resolution.value) }
        guard let first = rows.first else { throw .noEntity(resolution.name) }
        let ids = rows.compactMap(Self.id)
        guard ids.count == rows.count else { throw answer.unreadable("an entity without id") }
        guard rows.count == 1, let id = Self.id(first) else {
            throw .severalEntities(resolution, rows, request.action)
        }
        return DefenderRequest(
            action: request.action,
            subject: id,
            machine: request.machine,
            parameters: request.parameters,
            endsAt: request.endsAt,
            comment: request.comment
        )
    }

    /// Ids are texts; a number is taken as well.
    fileprivate static func id(_ row: JSONValue) -> String? {
        let id = row["id"]?.string ?? row["id"]?.integer.map(String.init)
        return id.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension DefenderError {
    fileprivate static func noEntity(_ name: String) -> DefenderError {
        DefenderError(
            kind: .notFound,
            mayHaveBeenExecuted: false,
            message: "Defender knows no \(name).",
            fix: "Values are compared whole; see what there is by `indicators`."
        )
    }

    fileprivate static func severalEntities(
        _ resolution: Resolution,
        _ rows: [JSONValue],
        _ word: String
    ) -> DefenderError {
        let lines = rows.map { row in
            let marks = resolution.columns.compactMap { AnswerMaking.text(row.at($0)) }
            return "\n• \(marks.joined(separator: ", ")): \(word) \(DefenderClient.id(row) ?? "")"
        }
        return DefenderError(
            kind: .refused,
            mayHaveBeenExecuted: false,
            message:
                "Defender knows \(rows.count) of \(resolution.name). Name one by its id:\(lines.joined())",
            fix: ""
        )
    }
}

import Catalogue
import CurlClient
import JSONReader
import Vocabulary

/// How a look-up or an order of the catalogue goes over the wire, and what its answer holds.
///
/// One value an entry, in the files beside this one. How actions on machines go is ``ActionRoute``'s.
struct ThingRoute: Sendable {
    /// The form of a success.
    enum Form: Sendable, Hashable {
        /// `{"value": […]}`.
        case list
        /// One entity.
        case entity
        /// Columns and rows of a hunting query.
        case hunt
        /// Nothing that would have to be read; said in these words.
        case empty(String)
    }

    var method = OutgoingRequest.Method.get
    /// Behind the base address; nil if what is asked cannot be called.
    let path: @Sendable (DefenderRequest) -> String?
    /// For lists.
    var filter: @Sendable (DefenderRequest) -> ODataFilter? = { _ in nil }
    /// Further options of the query, such as `$expand`.
    var options: [String: String] = [:]
    /// True if the list takes `$top`, so that it is asked for as many rows as are wanted.
    var takesTop = false
    /// Nil for a call without a body.
    var body: (@Sendable (DefenderRequest) -> JSONValue?)?
    /// Nil for a call whose body is JSON, if it has one.
    var content: (@Sendable (DefenderRequest) -> RequestContent?)?
    let form: Form
    /// What is shown of each row, in order: paths of members.
    let columns: [String]
    var kind = RateLedger.Kind.call
    var responseBytesMax = 8 << 20
    var deadline: Duration?
    /// A further call once this one has succeeded, such as the comment beside an update.
    var then: (@Sendable (DefenderRequest) -> (path: String, body: JSONValue)?)?
    /// For what is named by something else than its id: how that is found first; nil where the id is named.
    var resolution: (@Sendable (DefenderRequest) -> Resolution?)?
    /// Makes the answer where a success is neither a list nor an entity; nil for a body of another form.
    var making: (@Sendable (JSONValue, DefenderRequest) -> Answer?)?

    /// Nil for a word that has no route there.
    static func of(_ word: String, at backEnd: BackEnd = .defender) -> ThingRoute? {
        backEnd == .graph ? graph[word] : all[word]
    }

    static let all: [String: ThingRoute] = [alerts, facts, hunting, indicators, library]
        .reduce(into: [:]) { all, some in
            all.merge(some) { first, _ in first }
        }

    /// `/api/STEP/SUBJECT/REST`.
    static func about(_ collection: String, _ rest: String = "") -> @Sendable (DefenderRequest) -> String? {
        { request in request.subjectStep.map { "/api/\(collection)/\($0)\(rest)" } }
    }

    /// `/api/machines/ID/REST`.
    static func machine(_ rest: String) -> @Sendable (DefenderRequest) -> String? {
        { request in request.machine.map { "\(DefenderPath.machine($0))/\(rest)" } }
    }

    /// All conditions of parameters that say something: `severity eq 'High' and status eq 'New'`.
    static func equals(
        _ properties: [(parameter: String, property: String)]
    )
        -> @Sendable (DefenderRequest) ->
        ODataFilter?
    {
        { request in
            let conditions = properties.compactMap { pair in
                request.said(pair.parameter).map { ODataFilter.equals(pair.property, .text($0)) }
            }
            return conditions.isEmpty ? nil : .all(conditions)
        }
    }
}

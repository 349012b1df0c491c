import Catalogue
import JSONReader
import Vocabulary

/// All jq of a source as one program, and what its output means.
///
/// One program, because a hundred small ones take two seconds to compile and one large one 30 ms. Its one
/// output is an object: `asked` and, for each route that is about the delivery or failed, an entry of
/// `routes` with the outputs of each field as a list.
struct RouteProgram: Sendable {
    /// One route that is about a delivery, for one of its machines.
    struct Match: Equatable {
        let route: String
        let request: ActionRequest
        let askedForBy: String?
        let ticket: String?
        let confirmation: Confirmation?
    }

    /// Outputs of one expression that are looked at.
    private static let outputsMax = 50

    let text: String
    private let routes: [Route]

    /// Nil if no route has jq.
    init?(routes all: [Route], askedForBy: String?) {
        routes = all.filter { $0.action != nil }
        guard !routes.isEmpty else { return nil }
        let entries = routes.enumerated().map { Self.entry($0.offset, $0.element) }
        let asked = askedForBy.map { "(try \(Self.outputs($0)) catch [])" } ?? "[]"
        text = "{asked: \(asked), routes: [\(entries.joined(separator: ",\n"))]}"
    }

    /// The requests of all routes that are about the delivery; none is no error.
    ///
    /// A route whose `when` fails is not about the delivery as long as another one is; if none is, the
    /// failure is the answer, so that a mistake in a route does not look like silence.
    ///
    /// - Parameters:
    ///   - body: The JSON that the program reads.
    ///   - firing: The routes that may be about it, of ``firing(on:)``.
    ///   - jq: What runs the program.
    /// - Returns: A request for each route and machine, in the order of the settings.
    /// - Throws: ``Unreadable`` if a route is about the delivery and cannot be answered.
    func matches(
        _ body: [UInt8],
        firing: Set<Int>,
        jq: Classifier.Filter
    ) async throws(Unreadable) -> [Match] {
        let output = try await run(body, jq: jq)
        let asked = output["asked"]?[0].flatMap(Self.words)
        var matches: [Match] = []
        var failed: Unreadable?
        var answered: Set<Int64> = []
        for entry in output["routes"]?.array ?? [] {
            guard let index = entry["route"]?.integer, firing.contains(Int(index)) else { continue }
            // Each route answers once; what says more is no output of this program.
            guard answered.insert(index).inserted else {
                throw Unreadable("jq.failed", "The source's jq gave more than one answer of a route.")
            }
            let route = routes[Int(index)]
            if let part = entry["failed"]?.string {
                let isCondition = part == "\"when\""
                let failure = Unreadable(
                    "route.jq-failed",
                    "The \(part) of route \"\(route.name)\" failed on this delivery.",
                    isUnsure: isCondition
                )
                if !isCondition { throw failure }
                failed = failure
                continue
            }
            matches += try self.matches(route, entry, asked: asked)
        }
        if matches.isEmpty, let failed { throw failed }
        return matches
    }

    /// The routes without a trigger, and those whose trigger the event is.
    func firing(on event: TicketEvent?) -> Set<Int> {
        Set(
            routes.indices.filter { index in
                guard let trigger = routes[index].trigger else { return true }
                return event.map(trigger.fires) ?? false
            }
        )
    }

    private func run(_ body: [UInt8], jq: Classifier.Filter) async throws(Unreadable) -> JSONValue {
        let bytes: [UInt8]
        do {
            bytes = try await jq(body)
        } catch let error as any Explained {
            throw Unreadable(error.code, error.message)
        } catch {
            throw Unreadable("jq.failed", "The source's jq could not be run.")
        }
        let outputs = try Unreadable.reading(bytes, root: .array)
        guard let first = outputs[0], first.object != nil else {
            throw Unreadable("jq.failed", "The source's jq gave no output.")
        }
        return first
    }

    private func matches(
        _ route: Route,
        _ entry: JSONValue,
        asked: String?
    ) throws(Unreadable) -> [Match] {
        let request = try RouteAnswer(route: route, entry: entry)
        guard let action = route.action else { return [] }
        return request.machines.map { machine in
            Match(
                route: route.name,
                request: ActionRequest(
                    action: action,
                    subject: machine,
                    parameters: request.parameters,
                    duration: request.duration,
                    reason: request.reason
                ),
                askedForBy: asked,
                ticket: request.ticket,
                confirmation: route.confirmation
            )
        }
    }

    /// Text of a value that is shown or recorded: text, or a number as written.
    static func words(_ value: JSONValue) -> String? {
        let text: String?
        switch value {
        case .string(let string): text = string
        case .integer, .number: text = value.encodedText
        case .null, .bool, .array, .object: text = nil
        }
        guard let text else { return nil }
        let sentence = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return sentence.isEmpty ? nil : String(sentence.prefix(ChatGrammar.reasonCharactersMax))
    }

    private static func entry(_ index: Int, _ route: Route) -> String {
        var fields = ["machine: \(outputs(route.machine))"]
        if let because = route.because { fields.append("because: \(outputs(because))") }
        if let ticket = route.ticket { fields.append("ticket: \(outputs(ticket))") }
        if case .jq(let program) = route.duration { fields.append("for: \(outputs(program))") }
        for (key, value) in route.parameters.sorted(by: { $0.key < $1.key }) {
            if case .jq(let program) = value { fields.append("\"with.\(key)\": \(outputs(program))") }
        }
        let found =
            "(try {route: \(index), \(fields.joined(separator: ", "))}"
            + " catch {route: \(index), failed: \"fields\"})"
        guard let when = route.when else { return found }
        return "((try {is: any((\(when)\n); .)} catch {is: null}) as $bascule_when"
            + " | if $bascule_when.is == null then {route: \(index), failed: \"\\\"when\\\"\"}"
            + " elif $bascule_when.is then \(found) else empty end)"
    }

    /// The line end closes a comment at the end of the expression.
    private static func outputs(_ program: String) -> String {
        "[limit(\(outputsMax); (\(program)\n))]"
    }
}

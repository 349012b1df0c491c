import Catalogue
import JSONReader
import Vocabulary

/// What the fields of a matching route say of one delivery.
struct RouteAnswer: Equatable {
    let machines: [Subject]
    let parameters: [String: String]
    let duration: TimeBox?
    let reason: String?
    let ticket: String?

    /// Names of machines that are looked at in one delivery, repetitions among them.
    private static let namesMax = 200

    /// - Throws: ``Unreadable`` for a value that is none; a route never acts on half of what it says.
    init(route: Route, entry: JSONValue) throws(Unreadable) {
        let kind = route.action.flatMap { Catalogue.entry($0) }?.about ?? .machine
        machines = try Self.subjects(kind, entry["machine"]?.array ?? [], route: route.name)
        reason = entry["because"]?[0].flatMap(RouteProgram.words)
        ticket = entry["ticket"]?[0].flatMap(RouteProgram.words)
        duration = try Self.duration(route, entry)
        parameters = try Self.parameters(route, entry)
    }

    private static func subjects(
        _ kind: SubjectKind,
        _ outputs: [JSONValue],
        route: String
    ) throws(Unreadable) -> [Subject] {
        var machines: [Subject] = []
        var looked = 0
        for output in outputs {
            for value in output.array ?? [output] where !value.isNull {
                guard let text = value.string else {
                    throw Unreadable("route.no-machine", "The machine of route \"\(route)\" is not text.")
                }
                for part in text.split(separator: ",", maxSplits: namesMax)
                where part.contains(where: { !$0.isWhitespace }) {
                    looked += 1
                    guard looked <= namesMax else { throw tooMany(route) }
                    guard let machine = Subject.parse(String(part), as: kind) else {
                        throw Unreadable(
                            "route.no-machine",
                            kind == .machine
                                ? "What route \"\(route)\" finds as the machine is no name, address or id."
                                : "What route \"\(route)\" finds is no \(kind.label): \(kind.expectation)."
                        )
                    }
                    if !machines.contains(machine) { machines.append(machine) }
                }
            }
        }
        if machines.isEmpty {
            throw Unreadable("route.no-machine", "Route \"\(route)\" finds no machine in this delivery.")
        }
        guard machines.count <= ChatGrammar.machinesMax else { throw tooMany(route) }
        return machines
    }

    private static func tooMany(_ route: String) -> Unreadable {
        Unreadable(
            "route.too-many-machines",
            "Route \"\(route)\" finds more than \(ChatGrammar.machinesMax) machines in one delivery."
        )
    }

    private static func duration(_ route: Route, _ entry: JSONValue) throws(Unreadable) -> TimeBox? {
        guard let value = route.duration else { return nil }
        let text: String?
        switch value {
        case .word(let word): text = word
        case .jq: text = entry["for"]?[0]?.string
        }
        guard let box = text.flatMap(TimeBox.init) else {
            throw Unreadable(
                "route.no-duration",
                "What route \"\(route.name)\" finds for \"for\" is no duration such as 8h."
            )
        }
        return box
    }

    private static func parameters(_ route: Route, _ entry: JSONValue) throws(Unreadable) -> [String: String]
    {
        guard let action = route.action.flatMap({ Catalogue.entry($0) }) else { return [:] }
        var parameters: [String: String] = [:]
        for (key, value) in route.parameters {
            let text: String
            switch value {
            case .word(let word): text = word
            case .jq:
                let output = entry["with.\(key)"]?[0] ?? .null
                // Nothing found means nothing said: the default holds, where there is one.
                if output.isNull {
                    guard action.parameter(key)?.isRequired == true else { continue }
                    throw Unreadable(
                        "route.missing-value",
                        "Route \"\(route.name)\" finds no \"\(key)\" in this delivery."
                    )
                }
                text = output.string ?? ""
            }
            guard case .known(let name, let canonical) = ParameterSetting(name: key, value: text, of: action)
            else {
                throw Unreadable(
                    "route.unknown-value",
                    "What route \"\(route.name)\" finds for \"\(key)\" is none of its values."
                )
            }
            parameters[name] = canonical
        }
        return parameters
    }
}

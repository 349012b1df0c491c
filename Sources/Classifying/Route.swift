package import Catalogue
package import Vocabulary

/// A value of a route: a plain word, or jq that finds it in the delivery.
package enum RouteValue: Sendable, Hashable {
    case word(String)
    case jq(String)
}

/// One rule that turns deliveries of a source into requests of one action (design §5).
///
/// The action is always a plain word: a payload never chooses it.
package struct Route: Sendable, Hashable {
    /// The route's name, or `routes[3]` where it has none.
    package let name: String
    /// jq; the route is about a delivery if any of its outputs is true.
    ///
    /// Nil for every delivery.
    package let when: String?
    /// The ready condition that holds besides ``when``; nil for none.
    package let trigger: Trigger?
    /// The catalogue's word; nil for a route that reads commands out of comments.
    package let action: String?
    /// jq; text, a list of texts, or text with commas.
    package let machine: String
    /// jq; the reason.
    package let because: String?
    /// `for`: the time box.
    package let duration: RouteValue?
    /// `with`: names as the catalogue spells them.
    package let parameters: [String: RouteValue]
    /// jq; the ticket, for the record, where the source's kind does not say it itself.
    package let ticket: String?
    /// Where whoever asks must confirm it.
    package let confirmation: Confirmation?

    /// A route that reads commands out of comments: the grammar says all the rest.
    package init(name: String, commentCommand word: String, confirmation: Confirmation? = nil) {
        self.confirmation = confirmation
        self.name = name
        when = nil
        trigger = .commentCommand(word)
        action = nil
        machine = ""
        because = nil
        duration = nil
        parameters = [:]
        ticket = nil
    }

    /// Holds the route against the catalogue.
    package init(
        name: String,
        when: String?,
        trigger: Trigger? = nil,
        action: String,
        machine: String,
        because: String? = nil,
        duration: RouteValue? = nil,
        parameters: [String: RouteValue] = [:],
        ticket: String? = nil,
        confirmation: Confirmation? = nil
    ) throws(RouteError) {
        let actions = Catalogue.actions.filter(\.isRoutable)
        guard let entry = actions.first(where: { $0.word == action }) else {
            if let dead = Catalogue.deadAction(action) { throw .deadAction(dead) }
            throw .unknownAction(action, nearest: nearestWord(to: action, among: actions.map(\.word)))
        }
        if let duration {
            guard entry.takesTimeBox else { throw .takesNoDuration(action: action) }
            if case .word(let text) = duration, TimeBox(text) == nil { throw .noDuration(text) }
        }
        var canonical: [String: RouteValue] = [:]
        for (key, value) in parameters {
            canonical[key] = try Self.canonical(key, value, of: entry)
        }
        if let missing = entry.parameters.first(where: { $0.isRequired && canonical[$0.name] == nil }) {
            throw .missingParameter(missing.name, action: entry.word)
        }
        self.name = name
        self.when = when
        self.trigger = trigger
        self.action = action
        self.machine = machine
        self.because = because
        self.duration = duration
        self.parameters = canonical
        self.ticket = ticket
        self.confirmation = confirmation
    }

    /// Every jq expression of the route with the settings' key it stands under, to be checked one by one.
    package var expressions: [(key: String, program: String)] {
        guard action != nil else { return [] }
        var found: [(key: String, program: String)] = []
        for (key, program) in [
            ("when", when), ("machine", machine), ("because", because), ("ticket", ticket),
        ] {
            if let program { found.append((key, program)) }
        }
        if case .jq(let program) = duration { found.append(("for", program)) }
        for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
            if case .jq(let program) = value { found.append(("with.\(key)", program)) }
        }
        return found
    }

    private static func canonical(
        _ key: String,
        _ value: RouteValue,
        of entry: ActionEntry
    ) throws(RouteError) -> RouteValue {
        guard let parameter = entry.parameters.first(where: { $0.name == key }) else {
            throw .unknownParameter(
                key,
                action: entry.word,
                nearest: nearestWord(to: key, among: entry.parameters.map(\.name))
            )
        }
        guard case .word(let word) = value else { return value }
        guard case .known(_, let spelled) = ParameterSetting(name: key, value: word, of: entry) else {
            throw parameter.isFreeText
                ? .unusableText(parameter: key, expectation: parameter.expectation)
                : .unknownValue(word, parameter: key, values: parameter.values)
        }
        return .word(spelled)
    }
}

/// What is wrong with a route, apart from its jq.
package enum RouteError: Explained, Equatable {
    case unknownAction(String, nearest: String?)
    /// It could be done once.
    case deadAction(DeadAction)
    case takesNoDuration(action: String)
    case noDuration(String)
    case unknownParameter(String, action: String, nearest: String?)
    case unknownValue(String, parameter: String, values: [String])
    case unusableText(parameter: String, expectation: String)
    case missingParameter(String, action: String)

    package var code: String {
        switch self {
        case .unknownAction: "route.unknown-action"
        case .deadAction: "route.dead-action"
        case .takesNoDuration: "route.takes-no-duration"
        case .noDuration: "route.no-duration"
        case .unknownParameter: "route.unknown-parameter"
        case .unknownValue, .unusableText: "route.unknown-value"
        case .missingParameter: "route.missing-parameter"
        }
    }

    package var message: String {
        switch self {
        case .unknownAction(let word, _): "\"\(word)\" is no action that a route can start."
        case .deadAction(let dead): "\(dead.message)."
        case .takesNoDuration(let action): "\"\(action)\" takes no \"for\"."
        case .noDuration(let text): "\"\(text)\" is no duration."
        case .unknownParameter(let name, let action, _): "\"\(action)\" has no parameter \"\(name)\"."
        case .unknownValue(let value, let parameter, _): "\"\(value)\" is no value of \"\(parameter)\"."
        case .unusableText(let parameter, _): "The text for \"\(parameter)\" cannot be used."
        case .missingParameter(let name, let action): "\"\(action)\" needs \"with: { \(name): … }\"."
        }
    }

    package var fix: String {
        switch self {
        case .unknownAction(_, let nearest?), .unknownParameter(_, _, let nearest?):
            "Did you mean \"\(nearest)\"?"
        case .unknownAction:
            "Use one of \(Catalogue.actions.filter(\.isRoutable).map(\.word).joined(separator: ", "))."
        case .deadAction(let dead):
            "Write \"do: \(dead.instead.prefix { $0 != " " })\" and its parameters: \(dead.insteadInWords)."
        case .takesNoDuration: "Take \"for\" out; only a containment ends by time."
        case .noDuration: "Write a whole number and s, m, h or d, from 1s to 365d, such as 8h."
        case .unknownParameter: "See `actions` for the parameters of each action."
        case .unknownValue(_, _, let values): "Use \(values.joined(separator: " or "))."
        case .unusableText(_, let expectation): "Write \(expectation)."
        case .missingParameter: "Write it as a plain word, or as { jq: … }."
        }
    }
}

import JSONReader

/// Reads the part of OData's `$filter` that Defender documents.
struct ODataParser {
    static let depthMax = 64
    private static let operators: Set<String> = ["eq", "ne", "gt", "ge", "lt", "le"]

    private enum Token: Equatable {
        case word(String)
        case text(String)
        case mark(Character)
    }

    private var tokens: ArraySlice<Token>
    private let filterable: Set<String>
    private var depth = 0

    static func condition(
        _ text: String,
        filterable: Set<String>
    ) throws(ODataQuery.Refusal) -> ODataCondition {
        var parser = ODataParser(tokens: try scan(text)[...], filterable: filterable)
        let condition = try parser.disjunction()
        guard parser.tokens.isEmpty else { throw ODataQuery.Refusal(text: "Syntax error in '\(text)'.") }
        return condition
    }

    private static func scan(_ text: String) throws(ODataQuery.Refusal) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        while let character = rest.first {
            if character == " " {
                rest.removeFirst()
            } else if "(),".contains(character) {
                tokens.append(.mark(character))
                rest.removeFirst()
            } else if character == "'" {
                tokens.append(.text(try quoted(&rest)))
            } else {
                let word = rest.prefix { !" (),'".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    /// A quote inside is written twice.
    private static func quoted(_ rest: inout Substring) throws(ODataQuery.Refusal) -> String {
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst() {
            guard character == "'" else {
                value.append(character)
                continue
            }
            guard rest.first == "'" else { return value }
            value.append("'")
            rest.removeFirst()
        }
        throw ODataQuery.Refusal(text: "There is an unterminated string literal.")
    }

    private mutating func disjunction() throws(ODataQuery.Refusal) -> ODataCondition {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw ODataQuery.Refusal(text: "The filter is nested too deep.") }
        var left = try conjunction()
        while takeWord("or") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(ODataQuery.Refusal) -> ODataCondition {
        var left = try primary()
        while takeWord("and") { left = .and(left, try primary()) }
        return left
    }

    private mutating func primary() throws(ODataQuery.Refusal) -> ODataCondition {
        if take(.mark("(")) {
            let inner = try disjunction()
            try expect(.mark(")"))
            return inner
        }
        guard case .word(let word) = tokens.popFirst() else {
            throw ODataQuery.Refusal(text: "A property was expected.")
        }
        if take(.mark("(")) { return try function(word) }
        let name = try property(word)
        guard case .word(let operation) = tokens.popFirst() else {
            throw ODataQuery.Refusal(text: "An operator was expected after '\(name)'.")
        }
        if operation.lowercased() == "in" { return .within(property: name, values: try list()) }
        guard Self.operators.contains(operation.lowercased()) else {
            throw ODataQuery.Refusal(text: "'\(operation)' is no operator that is supported.")
        }
        return .compare(property: name, operation: operation.lowercased(), value: try literal())
    }

    private mutating func function(_ name: String) throws(ODataQuery.Refusal) -> ODataCondition {
        guard name.lowercased() == "startswith", case .word(let word) = tokens.popFirst() else {
            throw ODataQuery.Refusal(text: "The function '\(name)' is not supported.")
        }
        let property = try property(word)
        try expect(.mark(","))
        guard case .text(let start) = tokens.popFirst() else {
            throw ODataQuery.Refusal(text: "startswith needs a text.")
        }
        try expect(.mark(")"))
        return .startsWith(property: property, text: start.lowercased())
    }

    private mutating func list() throws(ODataQuery.Refusal) -> [ODataValue] {
        try expect(.mark("("))
        var values = [try literal()]
        while take(.mark(",")) { values.append(try literal()) }
        try expect(.mark(")"))
        return values
    }

    private mutating func literal() throws(ODataQuery.Refusal) -> ODataValue {
        switch tokens.popFirst() {
        case .text(let text): return ODataValue(.string(text))
        case .word("null"): return .none
        case .word("true"): return .flag(true)
        case .word("false"): return .flag(false)
        case .word(let word):
            if let number = Double(word) { return .number(number) }
            let value = ODataValue(.string(word))
            if case .moment = value { return value }
            // A GUID is written without quotes.
            if word.count == 36, word.allSatisfy({ $0.isHexDigit || $0 == "-" }) { return value }
            throw ODataQuery.Refusal(text: "Could not find a property named '\(word)'.")
        case .mark, nil: throw ODataQuery.Refusal(text: "A value was expected.")
        }
    }

    private func property(_ name: String) throws(ODataQuery.Refusal) -> String {
        guard filterable.contains(name) else {
            throw ODataQuery.Refusal(
                text: "The property '\(name)' cannot be used in the $filter query option."
            )
        }
        return name
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard case .word(let next) = tokens.first, next.lowercased() == word else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func take(_ token: Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func expect(_ token: Token) throws(ODataQuery.Refusal) {
        guard take(token) else { throw ODataQuery.Refusal(text: "Syntax error: \(token) was expected.") }
    }
}

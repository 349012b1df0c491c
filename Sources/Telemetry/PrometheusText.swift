/// Builds Prometheus' text form.
///
/// Source: Prometheus documentation, "Exposition formats", text-based format 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func begin(_ name: String, kind: String, help: String?) {
        if let help {
            text += "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        }
        text += "# TYPE \(name) \(kind)\n"
    }

    mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += "\(name)\(Self.written(labels)) \(Self.written(value))\n"
    }

    /// A histogram: one count a bound and one for what is above them all, not cumulative; the text's are.
    mutating func add(
        _ name: String,
        _ labels: [(String, String)],
        bounds: [Double],
        counts: [Int],
        sum: Double
    ) {
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Self.written(bounds[index]) : "+Inf"
            add("\(name)_bucket", labels + [("le", bound)], Double(total))
        }
        add("\(name)_sum", labels, sum)
        add("\(name)_count", labels, Double(total))
    }

    /// Letters, digits and underscores; anything else becomes an underscore.
    static func name(_ text: String) -> String {
        var result = ""
        for character in text {
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || character == "_")
            result.append(isPlain ? character : "_")
        }
        return result.first?.isNumber == true ? "_\(result)" : result
    }

    private static func written(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func written(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : (value < 0 ? "-Inf" : "+Inf") }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

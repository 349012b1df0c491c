/// A fault that the script asks for, on the socket itself.
package struct ScriptedFault: Sendable, Equatable {
    /// A pattern of method and path, such as `POST */isolate`.
    ///
    /// `*` stands for any run of characters; without a method any fits. Case counts for the method only.
    package var request: String
    /// Which matching request, from 1; nil means each.
    package var nth: Int?
    package var kind: FaultKind
    /// Seconds for a `Retry-After` header of a `status-NNN`.
    package var retryAfterSeconds: Int?

    package init(request: String, nth: Int? = nil, kind: FaultKind, retryAfterSeconds: Int? = nil) {
        self.request = request
        self.nth = nth
        self.kind = kind
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// The kinds of faults.
package enum FaultKind: Sendable, Equatable {
    /// Nothing is done and nothing is ever answered.
    case hang
    /// The call is carried out and never answered.
    case hangAfter
    /// The connection is reset and nothing is done.
    case resetBefore
    /// The call is carried out, then the connection is reset.
    case resetAfter
    /// Nothing is done; answered with this status.
    case status(Int)
    /// The call is carried out and answered one byte a second.
    case slow
    /// The call is carried out; the answer promises more than it holds.
    case truncate

    /// Reads `hang`, `hang-after`, `reset-before`, `reset-after`, `slow`, `truncate` and `status-NNN`.
    package init?(word: String) {
        switch word {
        case "hang": self = .hang
        case "hang-after": self = .hangAfter
        case "reset-before": self = .resetBefore
        case "reset-after": self = .resetAfter
        case "slow": self = .slow
        case "truncate": self = .truncate
        default:
            guard word.hasPrefix("status-"), let code = Int(word.dropFirst("status-".count)),
                (200...599).contains(code)
            else { return nil }
            self = .status(code)
        }
    }

    /// As the script and the journal write it.
    package var word: String {
        switch self {
        case .hang: "hang"
        case .hangAfter: "hang-after"
        case .resetBefore: "reset-before"
        case .resetAfter: "reset-after"
        case .status(let code): "status-\(code)"
        case .slow: "slow"
        case .truncate: "truncate"
        }
    }

    /// The words, for messages; `status-NNN` stands for every status.
    package static let words = [
        "hang", "hang-after", "reset-before", "reset-after", "status-NNN", "slow", "truncate",
    ]

    /// True if the call takes effect all the same.
    var actsFirst: Bool {
        switch self {
        case .hangAfter, .resetAfter, .slow, .truncate: true
        case .hang, .resetBefore, .status: false
        }
    }
}

/// Counts requests against the script's faults.
struct FaultPlan: Sendable {
    private let faults: [ScriptedFault]
    private var seen: [Int]

    init(_ faults: [ScriptedFault]) {
        self.faults = faults
        seen = Array(repeating: 0, count: faults.count)
    }

    /// The fault of this request: the first of the script that fits.
    ///
    /// Every fitting entry counts the request, also one that comes later.
    mutating func next(method: String, path: String) -> ScriptedFault? {
        var found: ScriptedFault?
        for (index, fault) in faults.enumerated() where Self.fits(fault.request, method, path) {
            seen[index] += 1
            if found == nil, fault.nth.map({ $0 == seen[index] }) ?? true { found = fault }
        }
        return found
    }

    private static func fits(_ pattern: String, _ method: String, _ path: String) -> Bool {
        let words = pattern.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return matches(Array(pattern.lowercased()), Array(path.lowercased())) }
        return matches(Array(words[0]), Array(method))
            && matches(Array(words[1].lowercased()), Array(path.lowercased()))
    }

    /// Greedy with one step back, so that the time is bounded by the product of the lengths.
    private static func matches(_ pattern: [Character], _ text: [Character]) -> Bool {
        var (at, position) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while position < text.count {
            if at < pattern.count, pattern[at] == "*" {
                star = (at, position)
                at += 1
            } else if at < pattern.count, pattern[at] == text[position] {
                at += 1
                position += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = last.pattern + 1
                position = last.text + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}

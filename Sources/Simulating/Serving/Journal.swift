package import JSONReader
package import Vocabulary

/// One call that reached the simulator.
package struct JournalEntry: Sendable, Equatable {
    /// Counts from 1 since the start or the last reset.
    package let number: Int
    package let at: Timestamp
    package let method: String
    package let path: String
    package let query: String
    /// Lower-case names.
    package let headers: [String: [String]]
    package let body: String
    /// Nil while nothing was answered, and for ever if nothing is.
    package internal(set) var status: Int?
    /// True only if this call created an action, or changed a tag or a value.
    package internal(set) var executed: Bool
    /// The scripted fault's word.
    package let fault: String?

    /// As `GET /simulator/journal` shows it.
    package var json: JSONValue {
        [
            "n": .integer(Int64(number)),
            "at": .number(Double(at.milliseconds) / 1000),
            "method": .string(method),
            "path": .string(path),
            "query": .string(query),
            "headers": .object(headers.mapValues { .array($0.map { .string($0) }) }),
            "body": .string(body),
            "status": status.map { .integer(Int64($0)) } ?? .null,
            "executed": .bool(executed),
            "fault": fault.map { .string($0) } ?? .null,
        ]
    }
}

/// Every call in order of arrival.
struct Journal: Sendable {
    /// Beyond this many the oldest are forgotten; the numbers go on.
    static let entriesMax = 100_000

    private(set) var entries: [JournalEntry] = []
    private var last = 0

    mutating func begin(_ call: SimulatedCall, fault: ScriptedFault?) -> Int {
        last += 1
        entries.append(
            JournalEntry(
                number: last,
                at: call.at,
                method: call.method,
                path: call.path,
                query: call.query,
                headers: call.headers,
                body: String(decoding: call.body, as: UTF8.self),
                status: nil,
                executed: false,
                fault: fault?.kind.word
            )
        )
        if entries.count > Self.entriesMax { entries.removeFirst(entries.count - Self.entriesMax * 9 / 10) }
        return last
    }

    /// Says how a call ended; the status is nil if the answer is withheld.
    mutating func end(_ number: Int, status: Int?, executed: Bool) {
        guard let first = entries.first?.number, entries.indices.contains(number - first) else { return }
        entries[number - first].status = status
        entries[number - first].executed = executed
    }
}

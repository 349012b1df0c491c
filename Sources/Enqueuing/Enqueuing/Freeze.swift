import Foundation
package import Vocabulary

/// The bridge is stopped by somebody: nothing that contains or changes a machine runs (design §9).
package struct Freeze: Sendable, Hashable, Codable {
    package var by: String
    package var because: String
    package var at: Timestamp
    /// `--all`: releases asked by a person wait as well.
    package var stopsReleases: Bool

    package init(by: String, because: String, at: Timestamp, stopsReleases: Bool) {
        self.by = by
        self.because = because
        self.at = at
        self.stopsReleases = stopsReleases
    }

    /// What every reply says while it is in force.
    package var field: Notice.Field { Notice.Field("frozen", "by \(by) since \(at.iso8601): \(because)") }

    private static let flag = "freeze"

    /// The freeze in force; nil if there is none.
    ///
    /// A flag that cannot be read counts as a freeze.
    package static func present(in transaction: any LedgerTransaction) throws -> Freeze? {
        guard let text = try transaction.flag(flag) else { return nil }
        if let freeze = try? JSONDecoder().decode(Freeze.self, from: Data(text.utf8)) { return freeze }
        return Freeze(by: "unknown", because: "unreadable flag", at: transaction.now, stopsReleases: true)
    }

    /// Stops the bridge, on the record, and tells the `tell` channel.
    ///
    /// One that stops releases as well goes on doing so: ending that takes `unfreeze`, not a further freeze.
    package static func begin(_ wanted: Freeze, in transaction: any LedgerTransaction) throws {
        var freeze = wanted
        if try present(in: transaction)?.stopsReleases == true { freeze.stopsReleases = true }
        let text = String(decoding: try JSONEncoder().encode(freeze), as: UTF8.self)
        try transaction.setFlag(flag, text)
        let detail = ["because": freeze.because, "all": String(freeze.stopsReleases)]
        try seal(
            AuditEntry(kind: "bridge.frozen", subject: "bridge", actor: freeze.by, detail: detail),
            in: transaction
        )
        let words = "\(freeze.by) froze Bascule: \(freeze.because)"
        try tell(
            .tell,
            Notice(code: "bridge.frozen", tone: .warning, text: words),
            about: nil,
            in: transaction
        )
    }

    /// Lifts the freeze.
    ///
    /// Held jobs stay held; time boxes whose end has passed run now.
    package static func end(by actor: String, in transaction: any LedgerTransaction) throws {
        try transaction.setFlag(flag, nil)
        try seal(AuditEntry(kind: "bridge.unfrozen", subject: "bridge", actor: actor), in: transaction)
        try tell(
            .tell,
            Notice(code: "bridge.unfrozen", tone: .progress, text: "\(actor) lifted the freeze."),
            about: nil,
            in: transaction
        )
        for var job in try transaction.jobs(JobQuery(states: [.ready])) where job.isAutomatic {
            guard case .timeBox(let isolate) = job.origin, job.lease == nil,
                let end = try transaction.claim(isolate)?.endsAt
            else { continue }
            job.due = max(transaction.now, end)
            _ = try transaction.update(job, fence: nil)
        }
    }
}

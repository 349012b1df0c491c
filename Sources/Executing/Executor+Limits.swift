import Deciding
import Defender
import Enqueuing
import Foundation
import Vocabulary

/// The budgets for damage, and the notice that a break-glass owes before it acts.
extension Executor {
    /// How long the number of machines is believed.
    private static let estateAgeMax = Duration.seconds(3_600)
    private static let estateFlag = "estate"

    /// The limits that hold for this job on this machine.
    func budgets(of job: Job) async throws(DefenderError) -> [Budget] {
        guard !job.isAutomatic else { return [] }
        let policy = policy()
        var budgets: [Budget] = []
        for limit in policy.limits(for: job.action, job.machine) {
            let bound: Budget.Bound
            switch limit.bound {
            case .per(let window, let most): bound = .begun(within: window, most: most)
            case .shareOfEstate(let share):
                bound = .contained(most: Executor.part(share, of: try await estate(job)))
            }
            budgets.append(
                Budget(
                    bound: bound,
                    words: limit.inWords,
                    fix: fix(policy, job),
                    counts: counts(limit, job)
                )
            )
        }
        if let name = job.decision?.breakGlass,
            let glass = policy.grants.lazy.compactMap(\.breakGlass).first(where: { $0.name == name })
        {
            budgets.append(
                Budget(
                    bound: .begun(within: .seconds(86_400), most: glass.perDay),
                    words: "break-glass \(name) \(glass.perDay) a day",
                    fix: "Ask without it, for an approval.",
                    refuses: true,
                    spansActions: true,
                    counts: { $0.decision?.breakGlass == name }
                )
            )
        }
        return budgets
    }

    /// Whole machines of a share; 29% of 100 are 29, although the product of the two is a little less.
    package static func part(_ share: Double, of machines: Int) -> Int {
        Int((Double(machines) * share + 1e-6).rounded(.down))
    }

    private func counts(_ limit: Limit, _ job: Job) -> @Sendable (Job) -> Bool {
        let (principal, source) = (job.principal, job.source)
        switch limit.scope {
        case .all: return { _ in true }
        case .asker: return { $0.principal == principal }
        case .source: return { $0.source == source }
        case .machines: return { $0.machine.map { limit.covers($0) } ?? true }
        }
    }

    private func fix(_ policy: Policy, _ job: Job) -> String {
        let names = policy.whoMayLetGo(job.action, job.machine)
        let who =
            names.isEmpty ? "Nobody is granted to lift it (`allow: [go]`)" : names.joined(separator: ", ")
        return names.isEmpty ? "\(who)." : "\(who) may let it go on: `go \(job.id)`."
    }

    /// The number of onboarded machines, asked at most once an hour.
    private func estate(_ job: Job) async throws(DefenderError) -> Int {
        let now = wallClock()
        let flag = try? await ledger.read { try $0.flag(Executor.estateFlag) }
        let kept = (flag ?? nil).flatMap { try? JSONDecoder().decode(EstateCount.self, from: Data($0.utf8)) }
        if let kept, kept.at <= now, now.since(kept.at) < Executor.estateAgeMax { return kept.machines }
        let count = try await defender.estateSize(priority: priority(of: job))
        if let data = try? JSONEncoder().encode(EstateCount(machines: count, at: now)) {
            // Not kept, it is asked again.
            try? await ledger.write {
                try $0.setFlag(Executor.estateFlag, String(decoding: data, as: UTF8.self))
            }
        }
        return count
    }

    // MARK: Break-glass

    /// True once everybody was told who breaks the glass, where a grant of emergency is used.
    func isToldFirst(_ job: inout Job) async throws -> Bool {
        guard let name = job.decision?.breakGlass else { return true }
        let told = try await ledger.tellFirst(
            "\(job.askerText) breaks the glass (\(name)): \(job.title), without approval, because "
                + "\(job.reason ?? "of no reason given").",
            of: job
        )
        job = told.job
        switch told.state {
        case .sent: return true
        case .due:
            let soon = wallClock() + .seconds(1)
            job = try await ledger.apply(.waits(until: soon), to: job, keeping: nil)
            return false
        case .untold:
            let outcome = Outcome(
                code: "break-glass-untold",
                message: "A break-glass is told before it acts, and `tell` cannot be reached.",
                fix: "Ask without it for an approval, or act in the Defender portal."
            )
            return try await refuse(&job, outcome)
        }
    }
}

/// How many machines there were, and when.
private struct EstateCount: Codable {
    var machines: Int
    var at: Timestamp
}

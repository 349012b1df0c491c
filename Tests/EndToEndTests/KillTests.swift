import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Kills the bridge again and again in the midst of its work, and looks what is left.
    @Suite struct KillTests {
        /// `BASCULE_KILLS` kills, twelve by default; `BASCULE_KILL_SEED` is the seed.
        private static var kills: Int { number("BASCULE_KILLS") ?? 12 }
        private static var seed: UInt64 { UInt64(number("BASCULE_KILL_SEED") ?? 20_261_123) }

        private static func number(_ name: String) -> Int? {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
        }

        @Test(.timeLimit(.minutes(30)))
        func `killed at any instant, the bridge loses nothing and does nothing twice`() async throws {
            try await TemporaryFolder.with { folder in
                var plan = KillPlan(seed: Self.seed)
                let script = plan.script(machines: 3 * Self.kills + 10, calls: 12 * Self.kills)
                try await SimulatorProcess.with(script, in: folder) { simulator in
                    var settings = Settings()
                    settings.watch =
                        "{ every: 1s, sweep: 5m, lease: 2s, post-deadline: 1s, visibility-lag: 1s }"
                    settings.jiraFor = "3s"
                    settings.people = ["ines: { soc-chat: T024/U2290 }"]
                    settings.groups = ["leads: [ines]"]
                    settings.grants = [
                        "{ allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads } }",
                        "{ allow: [go], to: [leads], machines: any }",
                    ]
                    settings.top = [
                        "limits: { isolate: { machines: [ { machines: { group: Finance }, per-hour: 1 } ] } }"
                    ]
                    try settings.write(to: folder, simulator)
                    var run = KillRun(folder: folder, simulator: simulator, plan: plan)
                    for number in 1...Self.kills { try await run.round(number) }
                    print("Kills by the state of the youngest job, seed \(Self.seed):\n\(run.table)")
                    try await run.finish()
                    try await run.judge()
                    if Self.kills >= 200 { run.judgeCoverage() }
                }
            }
        }
    }
}

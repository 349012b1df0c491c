import Deciding
import Vocabulary

extension SettingsReader {
    /// Warns of each grant that allows what Microsoft takes away.
    static func warnOfRetirement(
        _ grants: [Grant],
        _ reading: SettingsReading,
        retirements: [Retirement],
        now: Timestamp = .now()
    ) {
        for grant in grants {
            for retirement in retirements where grant.actions.contains(retirement.word) {
                reading.warn(
                    line: grant.line,
                    column: grant.column,
                    "grant \(grant.number) allows \(retirement.word): \(retirement.text(at: now))",
                    "choose the other back end under `back-ends`"
                )
            }
        }
    }
}

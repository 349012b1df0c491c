import ArgumentParser
import JQFilter

/// The helper process in which jq runs; the bridge starts it, people do not.
struct JQChildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jq-child",
        abstract: "Run jq programs for the bridge, within bounds.",
        shouldDisplay: false
    )

    func run() {
        JQChild.run()
    }
}

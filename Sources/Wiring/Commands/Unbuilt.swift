import ArgumentParser

/// Words of the design whose meaning is not built yet: they say so and end with 2.
extension Jobs {
    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Not built yet.",
            shouldDisplay: false
        )

        @Argument(parsing: .captureForPassthrough) var rest: [String] = []

        func run() throws {
            throw CommandEnd.notBuilt(
                "jobs approve",
                "No grant can ask for approvals yet, so no job waits for one."
            )
        }
    }

    struct Deny: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deny",
            abstract: "Not built yet.",
            shouldDisplay: false
        )

        @Argument(parsing: .captureForPassthrough) var rest: [String] = []

        func run() throws {
            throw CommandEnd.notBuilt(
                "jobs deny",
                "No job waits for an approval yet; `jobs cancel` takes one back."
            )
        }
    }

    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Not built yet.",
            shouldDisplay: false
        )

        @Argument(parsing: .captureForPassthrough) var rest: [String] = []

        func run() throws {
            throw CommandEnd.notBuilt("jobs retry", "Ask for the action again where you asked for it first.")
        }
    }
}

/// `hold M`: no automatic release until lifted.
struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Not built yet.",
        shouldDisplay: false
    )

    @Argument(parsing: .captureForPassthrough) var rest: [String] = []

    func run() throws {
        throw CommandEnd.notBuilt("hold", "Isolate the machine again without `for`: that claim stays open.")
    }
}

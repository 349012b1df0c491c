/// What live response finds on the simulated machines and in the library, and how it misbehaves.
package struct LiveResponseScript: Sendable, Equatable {
    /// False answers 403 `DisabledFeature`.
    package var isEnabled: Bool
    /// Machines, by id or name, whose group has no automation level: 403 `DisallowedOperation`.
    package var withoutAutomation: Set<String>
    /// Sessions of a tenant at once, queued ones among them.
    package var sessionsMax: Int
    package var rate: CallRate
    package var linkLifetimeSeconds: Double
    /// How long after its end a session has results; nil for ever.
    package var resultLifetimeSeconds: Double?
    /// Files of machines come packed with gzip.
    package var packsFiles: Bool
    /// The library by name; what is no script has the default course.
    package var library: [String: LibraryScript]
    /// What every machine has, by path as it is asked for.
    package var files: [String: String]

    package init() {
        isEnabled = true
        withoutAutomation = []
        sessionsMax = 25
        rate = CallRate(perMinute: 10, perHour: 1_500)
        linkLifetimeSeconds = 1_800
        packsFiles = true
        library = [:]
        files = [:]
    }
}

/// One file of the library: what it holds, and what comes of running it.
package struct LibraryScript: Sendable, Equatable {
    package var content: String
    package var exitCode: Int
    /// Raw line breaks stay raw in the transcript, as in Defender's own.
    package var output: String
    package var errors: String
    /// What the command fails with; nil lets it be carried out.
    package var failure: String?
    /// What the session is called when its command failed: `Failed`, or `Succeeded` all the same.
    package var endAfterFailure: String

    package init(
        content: String = "# script\n",
        exitCode: Int = 0,
        output: String = "",
        errors: String = "",
        failure: String? = nil,
        endAfterFailure: String = "Failed"
    ) {
        self.content = content
        self.exitCode = exitCode
        self.output = output
        self.errors = errors
        self.failure = failure
        self.endAfterFailure = endAfterFailure
    }
}

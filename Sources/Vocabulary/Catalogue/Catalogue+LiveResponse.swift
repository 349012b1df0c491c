/// The actions of a live-response session: a script of the library, a file from the machine, a file to it.
///
/// Defender queues a session for a machine that is off, for up to three days.
///
/// Source: `reference/defender-api.md` §§2.3, 3.1, 3.2, 3.6.
extension Catalogue {
    /// The parameter that names the script.
    package static let scriptParameter = "script"
    /// The parameter that says what the script is given.
    package static let argumentsParameter = "args"
    /// The parameter that names the file to fetch.
    package static let pathParameter = "path"
    /// The parameter that names the file of the library.
    package static let fileParameter = "file"

    package static let runScript = session(
        "run-script",
        "Run a script of the live-response library on a machine, and keep its transcript as evidence.",
        [
            ActionParameter(
                name: scriptParameter,
                summary: "The script, as the library names it.",
                domain: .libraryFile
            ),
            ActionParameter(
                name: argumentsParameter,
                summary: "What the script is given, in one line; a quote inside quotes is written twice.",
                domain: .arguments(charactersMax: 500),
                isOptional: true
            ),
        ]
    )

    package static let getFile = session(
        "get-file",
        "Fetch a file from a machine, and keep it as evidence.",
        [
            ActionParameter(
                name: pathParameter,
                summary: "The whole path on the machine; Defender fetches at most 3 GB.",
                domain: .path
            )
        ]
    )

    package static let putFile = session(
        "put-file",
        "Put a file of the live-response library on a machine; it is gone after a restart there.",
        [
            ActionParameter(
                name: fileParameter,
                summary: "The file, as the library names it.",
                domain: .libraryFile
            )
        ]
    )

    /// The words of a lane's actions.
    package static func words(of lane: Lane) -> [String] {
        actions.filter { $0.lane == lane }.map(\.word)
    }

    private static func session(
        _ word: String,
        _ summary: String,
        _ parameters: [ActionParameter]
    ) -> ActionEntry {
        ActionEntry(
            word: word,
            summary: summary,
            parameters: parameters,
            applicationPermissions: ["Machine.LiveResponse"],
            delegatedPermissions: ["Machine.LiveResponse"],
            watchingPermissions: readingMachines,
            changesState: true,
            lane: .liveResponse,
            takesTimeBox: false,
            undoneBy: nil,
            machineActionType: "LiveResponse",
            rate: liveResponseRate,
            platforms:
                "Windows 10 1709+, Windows 11, Server 2019+, macOS 11+, Linux; live response switched on, and "
                + "a device group with an automation level",
            backEnd: .defender,
            retires: nil
        )
    }

    /// Ten a minute; the page names no hour.
    package static let liveResponseRate = RateWindow(perMinute: 10, perHour: 600)
}

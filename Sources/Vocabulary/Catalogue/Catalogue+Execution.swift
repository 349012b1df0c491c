/// The actions on what runs on a machine: restricting it, quarantining a file, and taking the sensor away.
///
/// Source: `reference/defender-api.md` §§2.3, 3.1, 3.2.
extension Catalogue {
    package static let restrict = ActionEntry(
        word: "restrict",
        summary: "Let nothing run on a machine but what Microsoft has signed.",
        parameters: [],
        applicationPermissions: ["Machine.RestrictExecution"],
        delegatedPermissions: ["Machine.RestrictExecution"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .execution,
        takesTimeBox: true,
        undoneBy: "unrestrict",
        machineActionType: "RestrictCodeExecution",
        rate: documentedRate,
        platforms: "Windows 10 1709+, Windows 11, Server 2019+, with Defender Antivirus in use",
        backEnd: .defender,
        retires: nil
    )

    package static let unrestrict = ActionEntry(
        word: "unrestrict",
        summary: "End your restriction; everything runs again when nobody else's is open.",
        parameters: [],
        applicationPermissions: ["Machine.RestrictExecution"],
        delegatedPermissions: ["Machine.RestrictExecution"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .execution,
        takesTimeBox: false,
        undoneBy: "restrict",
        machineActionType: "UnrestrictCodeExecution",
        rate: documentedRate,
        platforms: "as restrict",
        backEnd: .defender,
        retires: nil
    )

    package static let quarantineFile = ActionEntry(
        word: "quarantine-file",
        summary: "Stop a file on a machine wherever it runs, and put it into quarantine.",
        parameters: [
            ActionParameter(
                name: "sha1",
                summary: "The SHA-1 of the file; Defender takes no other hash here.",
                domain: .hexadecimal(digits: 40)
            )
        ],
        applicationPermissions: ["Machine.StopAndQuarantine"],
        delegatedPermissions: ["Machine.StopAndQuarantine"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .file,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: "StopAndQuarantineFile",
        rate: documentedRate,
        platforms: "Windows 10 1703+, Windows 11; no file that Microsoft or a trusted publisher signed",
        backEnd: .defender,
        retires: nil
    )

    package static let offboard = ActionEntry(
        word: "offboard",
        summary: "Stop the sensor of a machine for good; nothing here can bring it back.",
        parameters: [],
        applicationPermissions: ["Machine.Offboard"],
        delegatedPermissions: ["Machine.Offboard"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .sensor,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: "Offboard",
        rate: documentedRate,
        platforms: "Windows 10 1703+, Windows 11, Server 2019+, 2012 R2 and 2016 with the unified agent",
        backEnd: .defender,
        retires: nil
    )
}

/// The action that sets what a machine is worth; like tags, Defender makes the change while it answers.
///
/// Source: `reference/defender-api.md` §§2.2, 3.1.
extension Catalogue {
    /// The parameter that names the value.
    package static let valueParameter = "value"

    package static let setValue = ActionEntry(
        word: "set-value",
        summary: "Say what a machine is worth; Defender weighs its risk by that.",
        parameters: [
            ActionParameter(
                name: valueParameter,
                summary:
                    "Where grants or protections ask for a value, it takes a grant that names the new one.",
                domain: .words(["Normal", "Low", "High"], defaultValue: nil)
            )
        ],
        applicationPermissions: ["Machine.ReadWrite.All"],
        delegatedPermissions: ["Machine.ReadWrite"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .labels,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: nil,
        rate: documentedRate,
        platforms: "any",
        backEnd: .defender,
        retires: nil
    )
}

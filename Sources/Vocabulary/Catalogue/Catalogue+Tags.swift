/// The actions that change a machine's tags.
///
/// Defender answers them with the machine as it is then; no machine action comes of them.
///
/// Source: `reference/defender-api.md` §§2.2, 3.1.
extension Catalogue {
    /// The parameter that names the tag.
    package static let tagParameter = "tag"

    /// Longest tag in characters; ours, for no page of Defender's names a limit.
    private static let tagCharactersMax = 200

    package static let tag = tagging(
        "tag",
        "Put a tag on a machine in Defender.",
        undoneBy: "untag"
    )

    package static let untag = tagging(
        "untag",
        "Take a tag off a machine in Defender.",
        undoneBy: "tag"
    )

    /// True for the two words that change tags, without regard to case.
    package static func changesTags(_ word: String) -> Bool {
        [tag.word, untag.word].contains(word.lowercased())
    }

    private static func tagging(_ word: String, _ summary: String, undoneBy: String) -> ActionEntry {
        ActionEntry(
            word: word,
            summary: summary,
            parameters: [
                ActionParameter(
                    name: tagParameter,
                    summary: "The tag; one that grants or protections name takes a grant that names it.",
                    domain: .text(charactersMax: tagCharactersMax)
                )
            ],
            applicationPermissions: ["Machine.ReadWrite.All"],
            delegatedPermissions: ["Machine.ReadWrite"],
            watchingPermissions: readingMachines,
            changesState: true,
            lane: .labels,
            takesTimeBox: false,
            undoneBy: undoneBy,
            machineActionType: nil,
            rate: documentedRate,
            platforms: "any",
            backEnd: .defender,
            retires: nil
        )
    }
}

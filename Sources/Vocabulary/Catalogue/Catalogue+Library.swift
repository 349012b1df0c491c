/// The library of live response: what there is for scripts to be run and files to be put on machines.
///
/// Source: `reference/defender-api.md` §2.4.
extension Catalogue {
    package static let libraryActions: [ActionEntry] = [library, libraryUpload, libraryDelete]

    /// The parameter that says which bytes are meant.
    package static let digestParameter = "sha256"
    /// Largest file that Defender takes through its API, in bytes.
    package static let libraryFileBytesMax = 20 * 1_000_000

    private static let managing = ["Library.Manage"]

    package static let library = lookUp(
        "library",
        "List the files of the live-response library.",
        about: .nothing,
        application: managing,
        delegated: managing
    )

    package static let libraryUpload = order(
        "library-upload",
        "Put a file of at most 20 MB into the live-response library; at the terminal `--file` says which.",
        about: .libraryFile,
        parameters: [
            ActionParameter(
                name: digestParameter,
                summary: "The SHA-256 of the file; `run --file` says it by itself.",
                domain: .hexadecimal(digits: 64)
            ),
            ActionParameter(
                name: "description",
                summary: "What it is for.",
                domain: .text(charactersMax: 500),
                isOptional: true
            ),
            ActionParameter(
                name: "usage",
                summary: "What it may be given, if it is a script that takes arguments.",
                domain: .text(charactersMax: 500),
                isOptional: true
            ),
            ActionParameter(
                name: "override",
                summary: "Whether it may take the place of a file of its name; a grant must name `yes`.",
                domain: .words(["no", "yes"], defaultValue: "no"),
                mustBeGranted: ["yes"]
            ),
        ],
        application: managing,
        delegated: managing,
        lane: .library,
        undoneBy: "library-delete"
    )

    package static let libraryDelete = order(
        "library-delete",
        "Take a file out of the live-response library.",
        about: .libraryFile,
        application: managing,
        delegated: managing,
        lane: .library
    )
}

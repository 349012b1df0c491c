extension Policy {
    /// The word of a grant that lets a job go on which a limit holds.
    package static let goWord = "go"
}

/// Words that a grant may allow besides the catalogue's and ``unfreezeWord``.
extension Policy {
    /// Lets a job that a limit holds go on.
    package static let goWord = "go"
}

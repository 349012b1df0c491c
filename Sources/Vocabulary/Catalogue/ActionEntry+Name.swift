/// Actions in a user's own name.
extension ActionEntry {
    /// True for what is posted to Defender and changes something there.
    ///
    /// Questions are answered with the application's sight of things, which may be wider than the user's: they are
    /// not asked in anybody's name.
    package var canBePostedInName: Bool { isPosted && changesState }
}

extension Catalogue {
    /// Delegated permissions that let a machine be found and an action be watched.
    package static let delegatedReadingMachines = ["Machine.Read", "Machine.ReadWrite"]
}

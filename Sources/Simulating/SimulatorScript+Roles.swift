extension SimulatorScript {
    /// Microsoft Graph in every cloud, as audiences.
    static let graphResources = [
        "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
    ]

    /// The application permissions that a token for `resource` carries.
    func roles(at resource: String) -> [String] {
        if audiences.contains(resource) { return roles }
        return Self.graphResources.contains(resource) ? graphRoles : []
    }
}

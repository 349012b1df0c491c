/// The user of the simulated directory, and how their sign-ins go.
package struct UserScript: Sendable, Equatable {
    /// The public client's id.
    package var client = "5d1f3c92-8b07-4e6a-a3d4-1f9c7be0a862"
    package var displayName = "Mia Example"
    package var principalName = "mia@corp.example"
    package var object = "9e2d7c04-51ab-4f38-b6c9-70f1d3a58e11"
    /// Delegated permissions that were consented to.
    package var scopes = [
        "Machine.Read", "Machine.ReadWrite", "Machine.Isolate", "Machine.Scan", "Machine.CollectForensics",
        "Machine.RestrictExecution", "Machine.StopAndQuarantine", "Machine.Offboard",
    ]
    /// Device codes: seconds between two questions, and how long a code is good.
    package var intervalSeconds = 5
    package var codeLifetimeSeconds = 900
    /// So many questions are answered `slow_down` first.
    package var slowDowns = 0
    /// `at-once` answers a browser without asking; `page` shows a form and waits for an answer.
    package var asksInBrowser = false
    /// Old refresh tokens are revoked when they are replaced; Entra itself does not.
    package var revokesReplaced = false
    /// The AADSTS number with which every sign-in is refused, or every renewal; nil lets them through.
    package var refusesSignIn: Int?
    package var refusesRenewal: Int?

    package init() {}
}

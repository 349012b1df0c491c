import Foundation
import Vocabulary
import Yams

/// `defender.user`: with which public client people sign in at the terminal.
extension SettingsReader {
    static func readUser(_ fields: Fields) -> Settings.User? {
        let node = fields["defender"]?.mapping?.first { $0.key.scalar?.string == "user" }?.value
        guard let node, let part = Fields(node, "\"user\"", known: ["client"], in: fields.reading),
            let client = part.text("client", isRequired: true)
        else { return nil }
        guard UUID(uuidString: client) != nil else {
            fields.reading.error(
                part["client"],
                "\"client\" of \"user\" is \"\(client)\"",
                "write the application (client) id of a public client, a GUID"
            )
            return nil
        }
        return Settings.User(client: client)
    }
}

extension Settings {
    /// How people sign in at the terminal.
    struct User: Sendable, Hashable {
        /// The public client's id; it has no credential.
        var client: String
    }
}

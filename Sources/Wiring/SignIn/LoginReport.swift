import Catalogue
import Entra
import JSONReader
import Vocabulary

/// What `login` says at its end: who signed in and what that suffices for.
struct LoginReport {
    let signedIn: SignedIn
    let settings: EntraSettings
    let path: String

    /// Actions that can be posted in a user's name, and the permissions that are missing for them.
    private var actions: [(entry: ActionEntry, missing: [String])] {
        Catalogue.actions.filter(\.canBePostedInName).map { entry in
            let check = PermissionCheck(entry: entry, scopes: signedIn.permissions)
            return (entry, check.missing.first?.anyOf ?? [])
        }
    }

    var json: JSONValue {
        [
            "user": .string(signedIn.user.principalName),
            "name": .text(signedIn.user.displayName),
            "tenant": .string(signedIn.user.tenant ?? settings.tenant),
            "client": .string(settings.client),
            "permissions": .array(signedIn.permissions.sorted().map { .string($0) }),
            "actions": .array(actions.filter(\.missing.isEmpty).map { .string($0.entry.word) }),
            "missing": .object(
                Dictionary(
                    actions.filter { !$0.missing.isEmpty }.map { action in
                        (action.entry.word, .array(action.missing.map { .string($0) }))
                    }
                ) { first, _ in first }
            ),
            "file": .string(path),
        ]
    }

    var text: String {
        let user = signedIn.user
        let who = user.displayName.map { "\($0) (\(user.principalName))" } ?? user.principalName
        let held = signedIn.permissions.sorted()
        let enough = actions.filter(\.missing.isEmpty).map(\.entry.word)
        let lacking = actions.filter { !$0.missing.isEmpty }.map {
            "\($0.entry.word) (\($0.missing.joined(separator: " or ")))"
        }
        var lines = [
            "Signed in: \(who)", "Tenant: \(user.tenant ?? settings.tenant)", "Client: \(settings.client)",
            "Permissions: \(held.isEmpty ? "none" : held.joined(separator: ", "))",
            "They suffice for: \(enough.isEmpty ? "nothing" : enough.joined(separator: ", "))",
        ]
        if !lacking.isEmpty { lines.append("Missing for: \(lacking.joined(separator: ", "))") }
        lines.append(Self.unknown)
        lines.append("Kept in \(path); `bascule logout` forgets it.")
        return lines.map(TerminalText.line).joined(separator: "\n")
    }

    /// What no token tells.
    static let unknown =
        "Defender decides by the user's roles and device groups as well; no token tells them, so that an action may still be refused there."
}

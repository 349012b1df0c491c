import ArgumentParser
import CurlClient
import Deciding
import Entra
import Foundation
import JSONReader
import Logging
import Vocabulary

/// `permissions --config F`: the least permissions that the grants need.
struct PermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions",
        abstract: "Say the least permissions that the grants need, and which grant needs which.",
        discussion: """
            With --compare, gets a token and says what it lacks and what it holds too much; ends with 1 if the two differ. \
            With --az, prints the list that deploy/entra/register.sh reads.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    @Flag(name: .long, help: "Delegated permissions, for people who sign in, instead of the application's.")
    var user = false

    @Flag(name: .long, help: "Compare with a token of the application.")
    var compare = false

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    @Flag(name: .long, help: "The list for deploy/entra/register.sh.")
    var az = false

    func validate() throws {
        if az, json || compare { throw ValidationError("--az goes with neither --json nor --compare.") }
        if user, compare {
            throw ValidationError("--compare asks for a token of the application: leave --user out.")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try await CommandEnd.settling {
            try SettingsReader.read(
                config,
                environment: environment,
                secrets: compare ? .application : .unread
            )
        }
        let plan = PermissionPlan(
            grants: settings.policy.grants,
            context: user ? .user : .application,
            backEnds: settings.defender.backEnds
        )
        let listing = PermissionListing(plan: plan, file: config)
        if az { return print(listing.script) }
        guard compare else { return print(json ? listing.json.encodedText : listing.text) }
        let held = try await held(settings)
        let comparison = PermissionComparison(plan, held: held, of: .defender)
        if json {
            var object = listing.json.object ?? [:]
            object["comparison"] = comparison.json
            print(JSONValue.object(object).encodedText)
        } else {
            print(listing.text + "\n\n" + comparison.text)
            let elsewhere = plan.least.filter { $0.resource == .graph }.map(\.name)
            if !elsewhere.isEmpty {
                print(
                    "Not compared, for a token is for one API: \(elsewhere.joined(separator: ", ")) of Microsoft Graph; "
                        + "`doctor` looks at it."
                )
            }
        }
        guard comparison.isExact else { throw CommandEnd.no }
    }

    /// What a fresh token carries.
    private func held(_ settings: Settings) async throws -> Set<String> {
        let http = try await CommandEnd.settling { try CurlClient(settings.curl) }
        let source = try await CommandEnd.settling { try settings.tokenSource(http: http) }
        let token: AccessToken
        do {
            token = try await source.token()
        } catch {
            await http.close()
            CommandEnd.complain("error: \(error.message) \(error.fix)")
            throw error.isOfOutside ? CommandEnd.outside : CommandEnd.no
        }
        await http.close()
        guard let permissions = token.permissions else {
            CommandEnd.complain("error: The token cannot be read, so what it carries cannot be compared.")
            throw CommandEnd.no
        }
        return permissions
    }
}

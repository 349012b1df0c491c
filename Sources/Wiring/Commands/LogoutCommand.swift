import ArgumentParser
import Foundation
import JSONReader
import Vocabulary

/// `logout`: forgets what `login` kept.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Forget the sign-in of these settings.",
        discussion: """
            What was kept is deleted here. Access tokens that were given out stay valid until they end, about an hour; \
            to end every sign-in at once, use \"Sign out everywhere\" at myaccount.microsoft.com.
            """
    )

    @OptionGroup var common: OperatorOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let isThere = try await CommandEnd.signingIn {
            let settings = try SettingsReader.read(common.config, environment: environment, secrets: .unread)
            return try SignInStore(UserSession.entra(settings), environment: environment).forget()
        }
        if common.json {
            print((["forgotten": .bool(isThere)] as JSONValue).encodedText)
        } else {
            print(isThere ? Self.done : "Nobody was signed in here for these settings.")
        }
    }

    static let done = """
        The sign-in is forgotten here. Access tokens that were given out stay valid until they end, and jobs that were \
        asked for in your name go on.
        """
}

import ArgumentParser
import Cryptography
import Entra
import Foundation
import JSONReader
import Vocabulary

/// `login [--browser]`: signs whoever types it in at Entra ID, for actions in their own name.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in at Entra ID, for `run --as-me`.",
        discussion: """
            Shows a page and a code to type there, on any device; with --browser an address to open on this machine. \
            What has to be kept lies in a file of your own under $XDG_STATE_HOME/bascule, or ~/.local/state/bascule. \
            The settings name the public client: `defender: { user: { client: GUID } }`.
            """
    )

    @OptionGroup var common: OperatorOptions

    @Flag(name: .long, help: "Sign in through a browser on this machine instead of with a code.")
    var browser = false

    @Option(name: .long, help: "What a refused job asked to be sent along, as it was printed there.")
    var claims: String?

    func validate() throws {
        guard let claims else { return }
        guard Self.decoded(claims) != nil else {
            throw ValidationError("--claims is not what a refused job prints; copy it whole.")
        }
    }

    func run() async throws {
        let (isJSON, isBrowser) = (common.json, browser)
        let claims = claims.flatMap(Self.decoded)
        let report = try await CommandEnd.signingIn {
            try await UserSession.open(common.config) { session in
                let invite: @Sendable (UserSession.Invitation) -> Void = { Self.show($0, isJSON: isJSON) }
                let signedIn =
                    isBrowser
                    ? try await session.signInByBrowser(claims: claims, BrowserWait(), invite: invite)
                    : try await session.signInByDevice(claims: claims, invite: invite)
                return LoginReport(signedIn: signedIn, settings: session.entra, path: session.store.path)
            }
        }
        print(isJSON ? report.json.encodedText : report.text)
    }

    /// Base64url of a JSON object.
    static func decoded(_ text: String) -> String? {
        guard text.utf8.count <= 8_192, let bytes = Base64.decodeURL(text.replacing("=", with: "")),
            (try? JSONReader.read(bytes, root: .object)) != nil
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The reverse of ``decoded(_:)``.
    static func encoded(_ claims: String) -> String { Base64.encodeURL(Array(claims.utf8)) }

    /// At once, whatever the standard output is: somebody waits for it.
    private static func show(_ invitation: UserSession.Invitation, isJSON: Bool) {
        if isJSON {
            let line: JSONValue = [
                "open": .string(invitation.page), "code": .text(invitation.code),
                "expires": .string(invitation.expiresAt.iso8601),
            ]
            FileHandle.standardOutput.write(Data((line.encodedText + "\n").utf8))
            return
        }
        let words =
            invitation.code.map { "Open \(invitation.page) and type the code \($0)" }
            ?? "Open in a browser on this machine: \(invitation.page)"
        CommandEnd.complain(TerminalText.line(words))
        CommandEnd.complain("Waiting until \(invitation.expiresAt.iso8601); Control-C ends it.")
    }
}

import Cryptography
import Entra
import Foundation
import JSONReader
import ProcessGuard
import Vocabulary

/// What is kept of a person's sign-in, in a file of their own that nobody else may read.
///
/// One file for each login host, tenant, client and scope, so that two settings files do not mix. It lies under
/// `$XDG_STATE_HOME/bascule`, or `~/.local/state/bascule`; never in the ledger.
struct SignInStore: Sendable {
    /// A refresh token has some two thousand bytes.
    static let fileBytesMax = 65_536

    /// One sign-in.
    struct Entry: Sendable, Equatable {
        var refresh: Secret
        var user: SignedInUser
        var signedInAt: Timestamp
        /// When the refresh token was last replaced.
        var renewedAt: Timestamp
        /// What the next sign-in is to send along, if Entra or Defender asked for more.
        var claims: String?
    }

    let folder: String
    private let settings: EntraSettings

    /// - Parameters:
    ///   - settings: Whose sign-in.
    ///   - environment: Where `XDG_STATE_HOME` and `HOME` are looked up; relative paths there do not count.
    /// - Throws: ``SignInStoreError/noHome``.
    init(_ settings: EntraSettings, environment: [String: String]) throws(SignInStoreError) {
        func place(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") && $0.utf8.count > 1 ? $0 : nil }
        }
        if let state = place("XDG_STATE_HOME") {
            folder = "\(state)/bascule"
        } else if let home = place("HOME") ?? Self.home {
            folder = "\(home)/.local/state/bascule"
        } else {
            throw .noHome
        }
        self.settings = settings
    }

    private static var home: String? {
        let path = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
        return path.hasPrefix("/") && path != "/" ? path : nil
    }

    /// The file of this sign-in.
    var path: String {
        let name = [settings.loginBase, settings.tenant, settings.client, settings.scope]
            .map { $0.lowercased() }.joined(separator: "\n")
        return "\(folder)/sign-in-\(Hex.encode(Digest.of(Array(name.utf8))).prefix(32)).json"
    }

    /// Nil if nobody is signed in.
    func load() throws(SignInStoreError) -> Entry? {
        let bytes: [UInt8]
        do throws(PrivateFile.Failure) {
            try PrivateFile.makeFolder(folder)
            bytes = try PrivateFile.read(path, bytesMax: Self.fileBytesMax)
        } catch {
            if case .absent = error { return nil }
            throw .file(error)
        }
        guard let json = try? JSONReader.read(bytes, root: .object), let entry = entry(json) else {
            throw .unreadable(path: path)
        }
        return entry
    }

    /// Puts a sign-in in the place of the one before; on the disk once this returns.
    func save(_ entry: Entry) throws(SignInStoreError) {
        let draft = "\(path).\(Hex.encode(randomBytes(8)))"
        do throws(PrivateFile.Failure) {
            try PrivateFile.makeFolder(folder)
            try PrivateFile.write(json(entry).encoded(), to: path, draft: draft)
        } catch {
            throw .file(error)
        }
    }

    /// Forgets it; false if there was none.
    func forget() throws(SignInStoreError) -> Bool {
        do throws(PrivateFile.Failure) {
            return try PrivateFile.remove(path)
        } catch {
            throw .file(error)
        }
    }

    // MARK: The file

    private func json(_ entry: Entry) -> JSONValue {
        [
            "version": 1,
            "login": .string(settings.loginBase), "tenant": .string(settings.tenant),
            "client": .string(settings.client), "scope": .string(settings.scope),
            "user": .string(entry.user.principalName), "name": .text(entry.user.displayName),
            "object": .text(entry.user.object), "directory": .text(entry.user.tenant),
            "signed_in": .string(entry.signedInAt.iso8601), "renewed": .string(entry.renewedAt.iso8601),
            "claims": .text(entry.claims),
            "refresh_token": entry.refresh.withText { .string($0) },
        ]
    }

    private func entry(_ json: JSONValue) -> Entry? {
        guard json["version"] == 1, json["login"]?.string == settings.loginBase,
            json["tenant"]?.string?.lowercased() == settings.tenant.lowercased(),
            json["client"]?.string?.lowercased() == settings.client.lowercased(),
            let refresh = json["refresh_token"]?.string, !refresh.isEmpty,
            let user = json["user"]?.string,
            let signedIn = json["signed_in"]?.string.flatMap({ Timestamp(iso8601: $0) })
        else { return nil }
        return Entry(
            refresh: Secret(refresh),
            user: SignedInUser(
                principalName: user,
                displayName: json["name"]?.string,
                object: json["object"]?.string,
                tenant: json["directory"]?.string
            ),
            signedInAt: signedIn,
            renewedAt: json["renewed"]?.string.flatMap { Timestamp(iso8601: $0) } ?? signedIn,
            claims: json["claims"]?.string
        )
    }
}

/// Why a sign-in can be neither read nor kept.
enum SignInStoreError: Explained, Equatable {
    case noHome
    case file(PrivateFile.Failure)
    case unreadable(path: String)

    var code: String {
        switch self {
        case .noHome: "sign-in.no-home"
        case .file: "sign-in.file"
        case .unreadable: "sign-in.unreadable"
        }
    }

    var message: String {
        switch self {
        case .noHome: "There is no folder for what is kept of a sign-in."
        case .unreadable(let path): "\(path) holds no sign-in of these settings."
        case .file(.absent(let path)): "There is no \(path)."
        case .file(.foreign(let path)): "\(path) belongs to another user."
        case .file(.open(let path, let mode)):
            "Others may use \(path) (mode 0\(String(mode, radix: 8))): what is kept of a sign-in is yours alone."
        case .file(.notPlain(let path)): "\(path) is a link or no plain file."
        case .file(.tooLarge(let path, let bytes)): "\(path) has more than \(bytes) bytes."
        case .file(.system(let path, let code)): "\(path) cannot be used (system error \(code))."
        }
    }

    var fix: String {
        switch self {
        case .noHome: "Set HOME or XDG_STATE_HOME to an absolute path."
        case .unreadable: "Run `bascule logout`, then `bascule login`."
        case .file(.foreign): "Run the command as that user, or set XDG_STATE_HOME to a folder of your own."
        case .file(.open(let path, _)):
            "Run `chmod go= \(path)`; if anybody else could read it, sign out everywhere and run `bascule login`."
        case .file(.notPlain(let path)), .file(.tooLarge(let path, _)):
            "Move \(path) away, then run `bascule login`."
        case .file(.absent), .file(.system): "Check the folder and who may write there."
        }
    }
}

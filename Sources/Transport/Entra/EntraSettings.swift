import Foundation
import Vocabulary

/// Which application asks which tenant for tokens, and for what.
package struct EntraSettings: Sendable, Hashable {
    /// The login host's address without path, such as `https://login.microsoftonline.com`.
    package let loginBase: String
    /// The tenant's id or a verified domain; never `common`.
    package let tenant: String
    /// The application's (client) id.
    package let client: String
    /// One resource, such as `https://api.securitycenter.microsoft.com/.default`.
    ///
    /// Not derived from the API's address: the two differ in practice (`reference/defender-api.md` §1.2).
    package let scope: String
    /// From the call to the last byte of the answer, per attempt.
    package let requestDeadline: Duration

    /// Blanks around each value are dropped: Entra takes them literally.
    ///
    /// - Throws: ``TokenError/setting(name:problem:)`` naming the value that cannot work.
    package init(
        loginBase: String,
        tenant: String,
        client: String,
        scope: String,
        requestDeadline: Duration = .seconds(15)
    ) throws(TokenError) {
        self.loginBase = try Self.checkedBase(Self.trimmed(loginBase))
        self.tenant = try Self.checkedTenant(Self.trimmed(tenant))
        self.client = Self.trimmed(client)
        self.scope = Self.trimmed(scope)
        self.requestDeadline = requestDeadline
        guard !self.client.isEmpty else {
            throw .setting(name: "client", problem: "is empty")
        }
        guard self.scope.hasSuffix("/.default"), !self.scope.contains(where: \.isWhitespace) else {
            throw .setting(name: "scope", problem: "is not one resource followed by `/.default`")
        }
    }

    /// Where tokens are asked for; also the audience of our assertion.
    package var tokenURL: String { "\(loginBase)/\(tenant)/oauth2/v2.0/token" }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func checkedBase(_ text: String) throws(TokenError) -> String {
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        guard let parts = URLComponents(string: base), let scheme = parts.scheme?.lowercased(),
            ["https", "http"].contains(scheme), let host = parts.host, !host.isEmpty
        else { throw .setting(name: "login", problem: "is not an https address") }
        guard parts.path.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil,
            parts.password == nil
        else { throw .setting(name: "login", problem: "has more than scheme, host and port") }
        return base
    }

    private static func checkedTenant(_ text: String) throws(TokenError) -> String {
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x2E
        }
        guard !text.isEmpty, text.utf8.count <= 253, allowed, !text.hasPrefix(".") else {
            throw .setting(name: "tenant", problem: "is neither a tenant id nor a domain")
        }
        guard !["common", "organizations", "consumers"].contains(text.lowercased()) else {
            throw .setting(name: "tenant", problem: "is `\(text)`, which gives no application tokens")
        }
        return text
    }
}

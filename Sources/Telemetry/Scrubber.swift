import Foundation
import Synchronization
package import Vocabulary

/// Takes secrets out of text that is about to leave the process: the last net, under `Secret` and constant messages.
///
/// Knows three things: names under which secrets travel, shapes that secrets have, and the values it was told.
package struct Scrubber: Sendable {
    /// What stands where a secret stood.
    package static let mark = "<redacted>"

    /// Known values shorter than this are not searched for: they would blank ordinary words.
    package static let knownBytesMin = 8

    /// More values than this are not remembered; the oldest stay.
    package static let knownMax = 4_096

    /// Shared by all copies, so that what one learns all know.
    private final class Known: Sendable {
        let values = Mutex<[String]>([])
    }

    private let known = Known()

    /// - Parameter secrets: Values to look for wherever they appear, such as every secret of the settings.
    package init(knowing secrets: [Secret] = []) {
        learn(secrets)
    }

    /// Looks for these values as well from now on, in every copy; those known before stay known.
    package func learn(_ secrets: [Secret]) {
        let forms = secrets.map { $0.withText { $0 } }
            .filter { $0.utf8.count >= Self.knownBytesMin }
            .flatMap(Self.forms)
        known.values.withLock { values in
            let all = values + Set(forms).subtracting(values)
            values = all.prefix(Self.knownMax).sorted { $0.utf8.count > $1.utf8.count }
        }
    }

    /// The value of a named field, or the mark if the name is one that secrets travel under.
    package func scrub(_ text: String, named name: String) -> String {
        Self.namesSecret(name) ? Self.mark : scrub(text)
    }

    /// The text with everything that is, or looks like, a secret replaced.
    package func scrub(_ text: String) -> String {
        var text = text
        let values = known.values.withLock { $0 }
        for secret in values where text.contains(secret) { text = text.replacing(secret, with: Self.mark) }
        if text.contains("-----BEGIN ") { return Self.mark }
        guard Self.mayHoldSecret(text) else { return text }
        var result = ""
        var previous = Substring()
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.prefix { !Self.separates($0) }
            rest = rest.dropFirst(word.count)
            if !word.isEmpty {
                result += Self.scrubWord(word, after: previous)
                previous = word
            }
            let gap = rest.prefix { Self.separates($0) }
            rest = rest.dropFirst(gap.count)
            result += gap
        }
        return result
    }

    /// True for a name such as `authorization`, `slack.token`, `client_secret` or `response_url`.
    ///
    /// `secret.index`, `token.expires` and the like say something about a secret, and are shown.
    package static func namesSecret(_ name: String) -> Bool {
        let words = name.lowercased().split { "-_. ".contains($0) }.map(String.init)
        if let last = words.last, harmlessEndings.contains(last) { return false }
        if words.contains(where: secretWords.contains) { return true }
        let joined = words.joined(separator: "-")
        return secretNames.contains { joined.hasSuffix($0) }
    }

    /// A secret as it is, as a form or a URL carries it, and as Basic authentication and webhook settings do.
    private static func forms(of secret: String) -> Set<String> {
        let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
        return [secret, encoded, Data(secret.utf8).base64EncodedString()]
    }

    private static let secretWords: Set<String> = [
        "authorization", "cookie", "token", "secret", "secrets", "password", "passphrase", "passwd",
        "signature",
        "assertion", "credential", "credentials", "jwt", "bearer", "pem", "body", "headers",
    ]
    private static let secretNames = [
        "response-url", "responseurl", "private-key", "api-key", "apikey", "signing-key", "package-uri",
        "sas-uri",
    ]
    private static let harmlessEndings: Set<String> = [
        "index", "age", "days", "expires", "count", "seconds", "bytes", "source", "kind", "digest", "code",
    ]
    private static let hints = [
        "://", "eyJ", "earer ", "EARER ", "asic ", "BASIC ", "xox", "xapp-", "xwfp-", "whsec_", "hooks.slack",
        "=",
    ]
    private static let prefixes = ["xox", "xapp-", "xwfp-", "whsec_"]
    private static let schemes: Set<String> = ["bearer", "basic", "negotiate", "digest"]

    private static func mayHoldSecret(_ text: String) -> Bool {
        hints.contains { text.contains($0) }
    }

    private static func separates(_ character: Character) -> Bool {
        character.isWhitespace || "\"'`<>(){}[],;|".contains(character)
    }

    private static func scrubWord(_ word: Substring, after previous: Substring) -> String {
        if schemes.contains(previous.lowercased()), word.count >= 8 { return mark }
        if prefixes.contains(where: { word.hasPrefix($0) }) && word.count >= 10 { return mark }
        if let token = word.range(of: "eyJ"), word[token.lowerBound...].count >= 16 {
            return word[..<token.lowerBound] + mark
        }
        if let scheme = word.range(of: "://") { return scrubAddress(word, hostFrom: scheme.upperBound) }
        if let slack = word.range(of: "hooks.slack"), let path = word[slack.upperBound...].firstIndex(of: "/")
        {
            return word[...path] + mark
        }
        if let equals = word.firstIndex(of: "="), namesSecret(String(word[..<equals])) {
            return word[...equals] + mark
        }
        return String(word)
    }

    /// Keeps scheme, host and path; takes out user and password, query and fragment, and the path of a Slack hook.
    private static func scrubAddress(_ word: Substring, hostFrom start: Substring.Index) -> String {
        let authority = word[start...].prefix { !"/?#".contains($0) }
        let rest = word[authority.endIndex...]
        let host = authority.lastIndex(of: "@").map { "\(mark)\(authority[$0...])" } ?? String(authority)
        if host.contains("hooks.slack") { return "\(word[..<start])\(host)/\(mark)" }
        if let query = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            return "\(word[..<start])\(host)\(rest[...query])\(mark)"
        }
        return "\(word[..<start])\(host)\(rest)"
    }
}

import CurlClient
import Foundation
import JSONReader
import Vocabulary

/// Reads one answer of Defender: the status first, the body only for what the status leaves open.
struct DefenderAnswer {
    let response: IncomingResponse
    /// What was asked, in words, such as `isolate`.
    let purpose: String
    /// False for calls that change nothing.
    let isChange: Bool
    let now: Timestamp

    /// Longer waits than this are not believed.
    static let retryAfterMax = Duration.seconds(3_600)
    /// What is waited where a 429 does not say for how long.
    static let retryAfterDefault = Duration.seconds(30)

    var serverTime: Timestamp? { response.header("Date").flatMap { Timestamp(httpDate: $0) } }

    /// The body of a success.
    func object(bytesMax: Int = JSONReader.bytesMaxDefault) throws(DefenderError) -> JSONValue {
        guard (200...299).contains(response.status) else { throw failure }
        do {
            return try JSONReader.read(response.body, root: .object, bytesMax: bytesMax)
        } catch {
            throw unreadable("a body that cannot be read (\(error.code))")
        }
    }

    /// For calls whose body says nothing.
    func check() throws(DefenderError) {
        guard (200...299).contains(response.status) else { throw failure }
    }

    /// An answer of another form than promised; what was asked may have been done all the same.
    func unreadable(_ what: String) -> DefenderError {
        DefenderError(
            kind: .unreadable,
            mayHaveBeenExecuted: isChange && !(400...499).contains(response.status),
            correlation: correlation,
            message: "Defender answered \(response.status) to \(purpose) with \(what).",
            fix: "Check `api` in the settings and any proxy between here and Defender."
        )
    }

    // MARK: What went wrong

    private var failure: DefenderError {
        let envelope = self.envelope
        let said = Said(envelope?["message"]?.string)
        let code = envelope?["code"].flatMap { $0.string ?? $0.integer.map(String.init) }.flatMap(Self.clean)
        switch response.status {
        case 429: return throttled(said, code)
        case 500...599: return server(said, code)
        case 400...499: return refused(said, code)
        default: return unreadable("no form of answer we know")
        }
    }

    private func refused(_ said: Said, _ code: String?) -> DefenderError {
        guard let code, let row = DefenderCode(code), row.kind != .server else {
            return DefenderError(
                kind: kindByStatus,
                mayHaveBeenExecuted: false,
                defenderCode: code,
                correlation: correlation,
                message:
                    "Defender refused \(purpose) (\(response.status)\(code.map { " \($0)" } ?? ""))\(said.text)",
                fix: code == nil
                    ? "Check `api` in the settings and any proxy between here and Defender."
                    : "Read Defender's words; give Microsoft's support the correlation id."
            )
        }
        if row.kind == .throttled { return throttled(said, code) }
        return DefenderError(
            kind: row.kind,
            mayHaveBeenExecuted: false,
            defenderCode: code,
            correlation: correlation,
            message: "Defender refused \(purpose) (\(response.status) \(code)): \(row.meaning)\(said.text)",
            fix: row.fix
        )
    }

    private func throttled(_ said: Said, _ code: String?) -> DefenderError {
        let wait =
            RetryAfter.wait(
                response.header("Retry-After"),
                serverTime: serverTime,
                now: now,
                atMost: Self.retryAfterMax
            ) ?? said.secondsNamed.map { min($0, Self.retryAfterMax) } ?? Self.retryAfterDefault
        return DefenderError(
            kind: .throttled,
            mayHaveBeenExecuted: false,
            // Half a second more than asked: an answer's age is not known.
            retryAfter: max(wait, .milliseconds(500)),
            defenderCode: code,
            correlation: correlation,
            message: "Defender throttles this application; it may ask again in \(wait.spoken)\(said.text)",
            fix: "Wait; look for other programs that use the same application."
        )
    }

    private func server(_ said: Said, _ code: String?) -> DefenderError {
        DefenderError(
            kind: .server,
            mayHaveBeenExecuted: isChange,
            retryAfter: RetryAfter.wait(
                response.header("Retry-After"),
                serverTime: serverTime,
                now: now,
                atMost: Self.retryAfterMax
            ),
            defenderCode: code,
            correlation: correlation,
            message: "Defender had a fault of its own at \(purpose) (\(response.status))\(said.text)",
            fix: isChange
                ? "Nothing to do: whether it was carried out is looked up before it is tried again."
                : "Nothing to do: it is tried again by itself."
        )
    }

    /// Where the body has no code we know, such as a gateway's page or an empty body.
    private var kindByStatus: DefenderError.Kind {
        switch response.status {
        case 401: .unauthorized
        case 403: .permission
        case 404, 410: .notFound
        default: .refused
        }
    }

    /// The `error` object, where there is one.
    private var envelope: JSONValue? {
        guard let body = try? JSONReader.read(response.body, root: .object), let error = body["error"],
            error.object != nil
        else { return nil }
        return error
    }

    private var correlation: String? { envelope?["target"]?.string.flatMap(Self.clean) }

    /// Codes and correlation ids are short and of few characters; anything else is not shown.
    private static func clean(_ text: String) -> String? {
        let isClean = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7C].contains(byte)
        }
        return isClean && (1...80).contains(text.utf8.count) ? text : nil
    }
}

/// Defender's own words, cut to what may be shown: no page, no control characters, no long runs that could
/// be a credential, at most 240 characters.
struct Said: Sendable, Hashable {
    private let words: String?

    init(_ message: String?) {
        guard let message, !message.contains("<") else {
            words = nil
            return
        }
        let shown = message.prefix(2_000).split(whereSeparator: \.isWhitespace).map { word -> String in
            let isList = word.contains(",")
            let longest = word.split(separator: ",").map(\.utf8.count).max() ?? 0
            if longest > 60 || (!isList && word.utf8.count > 60) { return "…" }
            return String(word.unicodeScalars.filter { !CharacterSet.controlCharacters.contains($0) })
        }
        let joined = shown.joined(separator: " ").prefix(240)
        words = joined.isEmpty ? nil : String(joined)
    }

    /// `: Defender says "…".`, or the full stop alone.
    var text: String { words.map { ". Defender says: \"\($0)\"" } ?? "." }

    /// The time named in a text such as "You can send requests again in 8 seconds".
    var secondsNamed: Duration? {
        guard let words, let marker = words.range(of: "again in ") else { return nil }
        let digits = words[marker.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard words[marker.upperBound...].dropFirst(digits.count).hasPrefix(" second") else { return nil }
        return Int64(digits).map { .seconds($0) }
    }
}

import Classifying
import JSONReader
import Vocabulary

/// The JSON object that a request to the control socket carries, read strictly.
///
/// A key that is not known is refused: a mistyped `seen` must not become an approval of whatever is there now.
struct ControlBody {
    /// The longest reason.
    static let reasonBytesMax = 2_000
    /// The longest of the other texts.
    static let textBytesMax = 300

    private let members: [String: JSONValue]

    /// - Parameters:
    ///   - bytes: Empty counts as an empty object.
    ///   - keys: All that may be there.
    /// - Throws: A refusal for what is no such object.
    init(_ bytes: [UInt8], keys: Set<String>) throws(ControlRefusal) {
        guard !bytes.isEmpty else {
            members = [:]
            return
        }
        do throws(JSONError) {
            members = try JSONReader.read(bytes, root: .object).object ?? [:]
        } catch {
            throw ControlRefusal(400, error.code, error.message, fix: error.fix)
        }
        if let unknown = members.keys.sorted().first(where: { !keys.contains($0) }) {
            let nearest = nearestWord(to: unknown, among: Array(keys)).map { "Did you mean \"\($0)\"?" }
            throw ControlRefusal(
                400,
                "unknown-key",
                "There is no key \"\(unknown.prefix(100))\" here.",
                fix: nearest ?? "The keys are: \(keys.sorted().joined(separator: ", "))."
            )
        }
    }

    /// Why something is done.
    ///
    /// - Parameters:
    ///   - what: What needs the reason, such as `A freeze`.
    ///   - code: The refusal's, such as `freeze.because`.
    /// - Returns: The reason, without blanks around it.
    /// - Throws: A refusal if it is missing or too long.
    func because(_ what: String, code: String) throws(ControlRefusal) -> String {
        let because = members["because"]?.string?.trimmingBlanks ?? ""
        guard !because.isEmpty, because.utf8.count <= Self.reasonBytesMax else {
            throw ControlRefusal(
                400,
                code,
                "\(what) needs a reason of at most \(Self.reasonBytesMax) bytes.",
                fix: "Say why: --because TEXT."
            )
        }
        return because
    }

    /// The digest of what somebody saw; nil if it is left out.
    func seen() throws(ControlRefusal) -> String? {
        guard let value = members["seen"], !value.isNull else { return nil }
        guard let text = value.string?.trimmingBlanks, !text.isEmpty, text.utf8.count <= Self.textBytesMax
        else {
            throw ControlRefusal(
                400,
                "bad-seen",
                "\"seen\" is no digest.",
                fix: "`jobs show J` prints the one to give with --seen."
            )
        }
        return text
    }

    func machine() throws(ControlRefusal) -> Subject {
        let text = members["machine"]?.string ?? ""
        guard let selector = Subject.parse(text) else {
            throw ControlRefusal(
                400,
                "bad-machine",
                text.isEmpty ? "No machine is named." : "\"\(text.prefix(100))\" is no machine.",
                fix: "It is one whole host name, DNS name or IP address, a machine id of 40 hex digits, "
                    + "aad:<guid> or alert:<id>."
            )
        }
        return selector
    }

    /// What is typed in the grammar of the chat.
    func command() throws(ControlRefusal) -> String {
        guard let text = members["text"]?.string?.trimmingBlanks, !text.isEmpty else {
            throw ControlRefusal(
                400,
                "no-command",
                "Nothing is asked for.",
                fix: "Say such as: isolate laptop-7 for 4h because SEC-142."
            )
        }
        return text
    }

    /// What a file beside the command says; nil if it is left out.
    func document() throws(ControlRefusal) -> String? {
        guard let value = members["document"], !value.isNull else { return nil }
        guard let text = value.string else {
            throw ControlRefusal(400, "bad-document", "\"document\" is no text.")
        }
        return text
    }

    /// The access token of whoever wants it done in their own name; nil if it is left out.
    func lentToken() throws(ControlRefusal) -> LentToken? {
        guard let value = members["as"], !value.isNull else { return nil }
        return try LentToken(json: value)
    }

    /// By how much.
    func duration() throws(ControlRefusal) -> TimeBox {
        let text = members["for"]?.string?.trimmingBlanks ?? ""
        guard let box = TimeBox(text) else {
            throw ControlRefusal(
                400,
                "bad-duration",
                text.isEmpty ? "No time is named." : "\"\(text.prefix(100))\" is no time.",
                fix: "It is a whole number and s, m, h or d, at most 365d, such as 4h."
            )
        }
        return box
    }

    /// True or false; false if it is left out.
    func bool(_ key: String) throws(ControlRefusal) -> Bool {
        guard let value = members[key], !value.isNull else { return false }
        guard let bool = value.bool else {
            throw ControlRefusal(400, "bad-\(key)", "\"\(key)\" is neither true nor false.")
        }
        return bool
    }
}

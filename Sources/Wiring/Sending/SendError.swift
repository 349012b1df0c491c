import Vocabulary

/// Why nothing was sent.
enum SendError: Explained, Equatable {
    case unknownSource(String, nearest: String?)
    case bodyOrText
    case textNeedsSlack(String)
    case asNeedsText
    case noSecret(String)
    case noCommand(String)
    case noPerson(String)
    case badIdentity(String)
    case unreadableFile(String)
    case unknownButton(String, nearest: String?)
    case noJob
    case badJob(String)
    case badDigest(String)
    case durationOfButton(String)
    case noReason
    case misplaced(String, needs: String)
    case noPort
    case badURL(String)
    case noSample(String)
    case noSimulator(String)
    case noKey(String)
    case badKey(String)
    case noTicket(String)

    var code: String {
        switch self {
        case .unknownSource: "send.unknown-source"
        case .bodyOrText: "send.body-or-text"
        case .textNeedsSlack: "send.text-needs-slack"
        case .asNeedsText: "send.as-needs-text"
        case .noSecret: "send.no-secret"
        case .noCommand: "send.no-command"
        case .noPerson: "send.no-person"
        case .badIdentity: "send.bad-identity"
        case .unreadableFile: "send.unreadable-file"
        case .unknownButton: "send.unknown-button"
        case .noJob: "send.no-job"
        case .badJob: "send.bad-job"
        case .badDigest: "send.bad-digest"
        case .durationOfButton: "send.duration-of-button"
        case .noReason: "send.no-reason"
        case .misplaced: "send.misplaced"
        case .noPort: "send.no-port"
        case .badURL: "send.bad-url"
        case .noSample: "send.no-sample"
        case .noSimulator: "send.no-simulator"
        case .noKey: "send.no-key"
        case .badKey: "send.bad-key"
        case .noTicket: "send.no-ticket"
        }
    }

    var message: String {
        switch self {
        case .unknownSource(let name, _): "The settings name no source \"\(name)\"."
        case .bodyOrText:
            "There must be exactly one of --body, --text, --press and --submit-denial, or what happened to a ticket: "
                + "--status, --label, --machine."
        case .textNeedsSlack(let name):
            "Buttons of \(name) cannot be pressed from here."
        case .asNeedsText: "--as and --channel say who types or presses, and a body is sent as it is."
        case .noSecret(let name): "Source \(name) has no secret to sign with, only public keys."
        case .noCommand(let name): "No route of \(name) names a command."
        case .noPerson(let name): "Nobody in `people` has an identity at \(name)."
        case .badIdentity(let text): "\"\(text)\" is no Slack identity."
        case .unreadableFile(let path):
            "The file \(path) cannot be read, or is larger than a delivery may be."
        case .unknownButton(let word, _): "There is no button \"\(word)\"."
        case .noJob: "--press does not say what the button is about."
        case .badJob(let text): "\"\(text)\" is no job."
        case .badDigest(let text): "\"\(text)\" is no digest."
        case .durationOfButton(let word):
            word == Button.Word.extend.rawValue
                ? "The button \"\(word)\" needs a duration." : "The button \"\(word)\" has no duration."
        case .noReason: "--submit-denial does not say why."
        case .misplaced(let option, _): "\(option) says nothing about what is sent."
        case .noPort: "The settings let the system choose the port of the hooks."
        case .badURL(let text): "\"\(text)\" is no address to post to."
        case .noSample(let kind): "There is nothing to make up for kind \(kind)."
        case .noSimulator(let kind): "Only its identity provider, or a simulator, can sign for kind \(kind)."
        case .noKey(let kind): "Kind \(kind) is signed with a private key, and none is given."
        case .badKey(let path): "The file \(path) holds no private key of 64 hexadecimal digits."
        case .noTicket(let name): "\(name) is a chat, where nothing happens to tickets."
        }
    }

    var fix: String {
        switch self {
        case .unknownSource(_, let nearest?): "Did you mean \"\(nearest)\"?"
        case .unknownSource: "Name one of those under `sources`."
        case .bodyOrText:
            "Give a file with the body, what somebody types, presses or fills in, or what happened to the ticket."
        case .textNeedsSlack: "Type the button's word instead, such as --text \"approve J\"."
        case .asNeedsText: "Leave them out, or use --text, --press or --submit-denial."
        case .noSecret: "Add a `secret`, or let the provider itself send."
        case .noCommand: "Add a route such as { from: SOURCE, command: /mde }."
        case .noPerson: "Say who types it: --as T024/U2147."
        case .badIdentity: "Write WORKSPACE/USER, such as T024/U2147."
        case .unreadableFile: "Check its name and permissions; at most 1 MiB."
        case .unknownButton(_, let nearest?): "Did you mean \"\(nearest)\"?"
        case .unknownButton: "Buttons: \(Button.Word.allCases.map(\.rawValue).joined(separator: ", "))."
        case .noJob: "Add --job with the id that `jobs` shows."
        case .badJob: "Write the id as `jobs` shows it: j- and 26 characters."
        case .badDigest: "Write the digest as the card carries it, or leave --seen out."
        case .durationOfButton: "Write such as --for 4h with the button extend, and with no other."
        case .noReason: "Add --because with the reason; an empty one is sent as it is."
        case .misplaced(_, let needs): "Leave it out, or use \(needs)."
        case .noPort: "Give the address that `serve` printed: --url http://127.0.0.1:PORT."
        case .badURL: "Write such as http://127.0.0.1:8080, without path; https to any other host."
        case .noSample: "Write the delivery's body into a file and give it as --body."
        case .noSimulator: "Start `bascule simulate` and let the source's keys come from there."
        case .noKey: "Make a pair of your own, name its public half in the settings, and add --key FILE."
        case .badKey: "Write the seed of an Ed25519 key as 64 hexadecimal digits."
        case .noTicket: "Use --text with what is typed."
        }
    }
}

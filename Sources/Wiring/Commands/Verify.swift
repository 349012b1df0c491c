import ArgumentParser
import Foundation
import JSONReader
import Vocabulary

/// `verify`: says whether a delivery is genuine, and if not, what to do; or answers test vectors.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Say whether a delivery is genuine and fresh, and if not, why.",
        discussion: """
            Give a recorded request and either the settings and a source, or a kind and a secret file; the check \
            is the one a running bridge makes. Or give files or folders of signature test vectors.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String?

    @Option(name: .long, help: "The source that the delivery came to.")
    var source: String?

    @Option(name: .long, help: "A kind such as slack or github, instead of settings and a source.")
    var kind: String?

    @Option(name: .long, help: "The file with the secret, for --kind.")
    var secretFile: String?

    @Option(
        name: .long,
        help: #"A file with {"headers": {…}, "body_base64": "…"}; for splunk also "path", the whole of it."#
    )
    var request: String?

    @Option(name: .long, help: "Unix time in seconds to check at; the clock's by default.")
    var now: Int64?

    @Option(
        name: .long,
        parsing: .upToNextOption,
        help: "Files or folders of test vectors (INDEX.json is skipped); one JSON line each."
    )
    var vectors: [String] = []

    @Flag(name: .long, help: "JSON only.")
    var json = false

    func run() async throws {
        if vectors.isEmpty {
            let outcome = try await CommandEnd.settling {
                try verifyRequest(environment: ProcessInfo.processInfo.environment)
            }
            print(json ? outcome.json.encodedText : outcome.text)
            if !outcome.isAccepted { throw CommandEnd.no }
        } else {
            let report = try await CommandEnd.settling { try verifyVectors() }
            for line in report.lines { print(line) }
            for complaint in report.complaints where !json { CommandEnd.complain(complaint) }
            if !report.hasPassed { throw CommandEnd.no }
        }
    }

    /// Answers every vector of every file.
    func verifyVectors() throws -> VectorReport {
        guard config == nil, source == nil, kind == nil, secretFile == nil, request == nil, now == nil else {
            throw VerifyError.mixedUse
        }
        return try VectorReport(paths: vectors)
    }

    /// Takes the recorded request through the listener's own check.
    func verifyRequest(environment: [String: String]) throws -> VerifyOutcome {
        guard let request else { throw VerifyError.nothingToVerify }
        if let now, now < 0 || now > 253_402_300_799 { throw VerifyError.badTime }
        let checked = try CheckedSource(self, environment: environment)
        guard let data = FileManager.default.contents(atPath: request) else {
            throw VerifyError.unreadableFile(request)
        }
        let recorded = try RecordedRequest(try JSONReader.read(Array(data), root: .object))
        let moment = now.map { Timestamp(seconds: $0) } ?? .now()
        return VerifyOutcome(checked, recorded, at: moment)
    }
}

/// Why `verify` has nothing to say.
enum VerifyError: Explained, Equatable {
    case nothingToVerify
    case mixedUse
    case incomplete
    case badTime
    case unknownSource(String, nearest: String?)
    case unknownKind(String, nearest: String?)
    case describedKind
    case unreadableFile(String)
    case readableByOthers(String, mode: Int)
    case noVectors(String)
    case badVectors(String)

    var code: String {
        switch self {
        case .nothingToVerify: "verify.nothing-to-verify"
        case .mixedUse: "verify.mixed-use"
        case .incomplete: "verify.incomplete"
        case .badTime: "verify.bad-time"
        case .unknownSource: "verify.unknown-source"
        case .unknownKind: "verify.unknown-kind"
        case .describedKind: "verify.described-kind"
        case .unreadableFile: "verify.unreadable-file"
        case .readableByOthers: "verify.readable-by-others"
        case .noVectors: "verify.no-vectors"
        case .badVectors: "verify.bad-vectors"
        }
    }

    var message: String {
        switch self {
        case .nothingToVerify: "There is neither --request nor --vectors."
        case .mixedUse: "--vectors stands beside options of --request."
        case .incomplete: "A request needs --config and --source, or --kind and --secret-file."
        case .badTime: "--now is no Unix time in seconds."
        case .unknownSource(let name, _): "The settings name no source \"\(name)\"."
        case .unknownKind(let word, _): "There is no kind \"\(word)\"."
        case .describedKind: "A source of this kind needs more than a secret: its settings."
        case .unreadableFile(let path): "The file \(path) cannot be read."
        case .readableByOthers(let path, let mode):
            "Others may read the secret file \(path) (mode 0\(String(mode, radix: 8)))."
        case .noVectors(let path): "The folder \(path) holds no file of vectors."
        case .badVectors(let path): "The file \(path) is not a JSON array of signature vectors."
        }
    }

    var fix: String {
        switch self {
        case .nothingToVerify, .incomplete: "See `bascule help verify`."
        case .mixedUse: "Use one or the other."
        case .badTime: "Write seconds since 1970, such as 1790000000."
        case .unknownSource(_, let nearest?), .unknownKind(_, let nearest?): "Did you mean \"\(nearest)\"?"
        case .unknownSource: "Name one of those under `sources`."
        case .unknownKind: "Write one of: \(Kind.words.joined(separator: ", "))."
        case .describedKind: "Give --config and --source."
        case .unreadableFile, .noVectors: "Check its name and permissions."
        case .readableByOthers(let path, _): "Run chmod 600 \(path)."
        case .badVectors: "Give files in the format of reference/vectors/README.md."
        }
    }
}

import ArgumentParser
import Authenticating
import Defender
import Foundation
import JSONReader
import Vocabulary

/// `explain`: what would become of a delivery, and why; nothing is recorded and nothing is called.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what would become of a delivery, and why.",
        discussion: """
            The delivery goes the way of a running bridge: verified, read, decided, up to the request that would \
            be posted. Without --machines the answer stops where the machine would have to be known.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    @Option(name: .long, help: "The source that the delivery came to.")
    var source: String

    @Option(
        name: .long,
        help: #"A file with {"headers": {…}, "body_base64": "…"}; for splunk also "path", the whole of it."#
    )
    var request: String

    @Option(name: .long, help: #"A file with {"value": [machine…]} as Defender lists them."#)
    var machines: String?

    @Option(name: .long, help: "Unix time in seconds to decide at; the clock's by default.")
    var now: Int64?

    @Flag(name: .long, help: "One JSON object; an array where the delivery asks for several things.")
    var json = false

    func run() async throws {
        let explanation = try await CommandEnd.settling {
            // Only what this source's deliveries are signed with is needed; the rest may be out of reach here.
            let settings = try SettingsReader.read(
                config,
                environment: ProcessInfo.processInfo.environment,
                secrets: .source(SourceName(source))
            )
            return try await explain(settings)
        }
        print(json ? explanation.json.encodedText : explanation.text)
        if explanation.isRefused { throw CommandEnd.no }
    }

    /// The delivery's way through the front half.
    func explain(_ settings: Settings) async throws -> DeliveryExplanation {
        guard let named = settings.sources.first(where: { $0.name.text == source }) else {
            throw ExplainError.unknownSource(
                source,
                nearest: nearestWord(to: source, among: settings.sources.map(\.name.text))
            )
        }
        let moment = now.map { Timestamp(seconds: $0) } ?? .now()
        let delivery = try RecordedRequest(try Self.read(request))
            .delivery(at: named.name, receivedAt: moment)
        let page = try machines.map { try Self.page($0) }
        let prepared = try PreparedSource(named, routes: settings.routes)
        let verified: VerifiedDelivery
        do throws(VerificationFailure) {
            verified = try prepared.verify(delivery, now: moment)
        } catch {
            return DeliveryExplanation(error)
        }
        try await prepared.start()
        let classification = try await prepared.classify(verified)
        await prepared.stop()
        return DeliveryExplanation(
            classification,
            explainer: IntentExplainer(policy: settings.policy, machines: page, now: moment)
        )
    }

    private static func page(_ path: String) throws -> MachinePage {
        guard let page = MachinePage(listing: try read(path)) else { throw ExplainError.noMachines(path) }
        return page
    }

    private static func read(_ path: String) throws -> JSONValue {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ExplainError.unreadableFile(path)
        }
        return try JSONReader.read(Array(data), root: .object)
    }
}

/// Why nothing can be explained.
enum ExplainError: Explained, Equatable {
    case unknownSource(String, nearest: String?)
    case unreadableFile(String)
    case noMachines(String)

    var code: String {
        switch self {
        case .unknownSource: "explain.unknown-source"
        case .unreadableFile: "explain.unreadable-file"
        case .noMachines: "explain.no-machines"
        }
    }

    var message: String {
        switch self {
        case .unknownSource(let name, _): "The settings name no source \"\(name)\"."
        case .unreadableFile(let path): "The file \(path) cannot be read."
        case .noMachines(let path): "The file \(path) holds no list of machines."
        }
    }

    var fix: String {
        switch self {
        case .unknownSource(_, let nearest?): "Did you mean \"\(nearest)\"?"
        case .unknownSource: "Name one of those under `sources`."
        case .unreadableFile: "Check its name and permissions."
        case .noMachines: #"Write {"value": [machine…]} as Defender answers GET /api/machines."#
        }
    }
}

import CurlClient
import Deciding
import Foundation
import JSONReader
import Vocabulary

/// The two running processes and the ways to them.
struct DemoStage: Sendable {
    private static let answerBytesMax = 16 << 20

    let settings: Settings
    let settingsLines: [String]
    private let hooks: String
    private let world: String
    private let http: CurlClient
    private let control: ControlClient
    private let identifiers = IdentifierMaker()

    /// Starts the simulator, then the bridge beside it; `keep` hears of each at once, so that whatever happens
    /// they can be ended.
    static func open(
        seed: UInt64,
        in folder: DemoFolder,
        keep: (DemoChild) -> Void
    ) async throws -> DemoStage {
        let simulator = try DemoChild(["simulate", "--tls", "--seed", String(seed)], in: folder)
        keep(simulator)
        let addresses = try await simulator.announcement()
        let text = try DemoSettings.text(addresses)
        for name in DemoSettings.secretFiles { try folder.writeSecret(name) }
        try folder.write(DemoSettings.applicationSecretFile, (addresses["secret"]?.string ?? "") + "\n")
        try folder.write("bascule.yaml", text)
        let settings = try SettingsReader.read(folder.file("bascule.yaml"), environment: [:])
        let bridge = try DemoChild(["serve", "--config", folder.file("bascule.yaml")], in: folder)
        keep(bridge)
        let listening = try await bridge.announcement()
        guard let hooks = listening["hooks"]?.string, let socket = listening["control"]?.string,
            let world = addresses["defender"]?.string
        else { throw DemoFailure.notUnderstood(what: "`bascule serve`") }
        let http = try CurlClient(CurlClient.Settings(trustFile: settings.trustFile))
        let path = socket.hasPrefix("/") ? socket : folder.file(socket)
        return DemoStage(
            settings: settings,
            settingsLines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init),
            hooks: hooks,
            world: world,
            http: http,
            control: ControlClient(path: path, http: http)
        )
    }

    func close() async { await http.close() }

    var hooksURL: String { hooks }
    var worldURL: String { world }

    // MARK: The bridge

    /// What a sender gets to see.
    struct Answer: Sendable {
        let status: Int
        let json: JSONValue
        let sentAt: Timestamp
        let took: Duration
        let bytes: Int
        /// The header that proved the sender.
        let signature: String
    }

    /// Signs and posts, as `bascule send` does.
    func deliver(_ content: SampleDelivery.Content, to name: String) async throws -> Answer {
        guard let source = settings.sources.first(where: { $0.name.text == name }) else {
            throw SendError.unknownSource(name, nearest: nil)
        }
        let sentAt = Timestamp.now()
        let delivery = try SampleDelivery(to: source, content, identifiers: identifiers, now: sentAt)
        let start = ContinuousClock.now
        let response = try await send(delivery.request(to: hooks, source: source.name), "The bridge")
        let took = ContinuousClock.now - start
        guard let json = try? JSONReader.read(response.body, root: .object) else {
            throw DemoFailure.notUnderstood(what: "the bridge to \(name)")
        }
        return Answer(
            status: response.status,
            json: json,
            sentAt: sentAt,
            took: took,
            bytes: delivery.body.count,
            signature: delivery.headers.map(\.name).first { $0.hasSuffix("Signature") } ?? ""
        )
    }

    /// A person's identity at a source, from the settings.
    func identity(of person: String, at source: String) throws -> String {
        let found = settings.policy.people.first { $0.name == person }?
            .identities[SourceName(source)]?.sorted().first
        guard let found else { throw SendError.noPerson(source) }
        return found
    }

    func job(_ id: String) async throws -> JSONValue { try await control.get("/jobs/\(id)") }

    /// Newest first.
    func jobs() async throws -> [JSONValue] { try await control.get("/jobs")["jobs"]?.array ?? [] }

    func machinesContained() async throws -> [JSONValue] {
        try await control.get("/isolated")["machines"]?.array ?? []
    }

    /// Every audit row, for the chain to be checked.
    func operatorAccess() -> OperatorAccess { OperatorAccess(settings, http: http) }

    // MARK: The simulated world

    /// Every call the simulator got, oldest first.
    func journal() async throws -> [JSONValue] { try await look("/simulator/journal") }

    /// What was told in chat and on tickets.
    func messages() async throws -> [JSONValue] { try await look("/simulator/messages") }

    /// What is really so of each machine.
    func machines() async throws -> [JSONValue] { try await look("/simulator/machines") }

    private func look(_ path: String) async throws -> [JSONValue] {
        let request = OutgoingRequest(
            .get,
            Secret(world + path),
            isIdempotent: true,
            responseBytesMax: Self.answerBytesMax
        )
        let response = try await send(request, "The simulator")
        guard
            let json = try? JSONReader.read(response.body, root: .array, bytesMax: Self.answerBytesMax),
            let rows = json.array
        else { throw DemoFailure.notUnderstood(what: "the simulator at \(path)") }
        return rows
    }

    private func send(_ request: OutgoingRequest, _ who: String) async throws -> IncomingResponse {
        do throws(TransferFailure) {
            return try await http.send(request)
        } catch {
            throw DemoFailure.unanswered(what: who, .init(message: error.message, fix: error.fix))
        }
    }
}

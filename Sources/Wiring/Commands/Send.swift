import ArgumentParser
import Authenticating
import Classifying
import CurlClient
import Deciding
import Foundation
import JSONReader
import Vocabulary

/// `send`: signs a sample delivery as its provider would and posts it to the bridge.
struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sign a sample delivery as its provider would, and post it to the bridge.",
        discussion: """
            The delivery is a real one: what it asks for is decided and done. Ends with 0 for a 2xx answer, with 1 \
            for any other, with 3 if nobody answers.
            """
    )

    /// The largest body that a listener takes.
    private static let bodyBytesMax = 1 << 20

    @Option(name: .long, help: "The settings file; of its secrets only the source's must be readable.")
    var config: String

    @Option(name: .long, help: "The source that the delivery comes to.")
    var source: String

    @Option(name: .long, help: "A file with the body, sent byte for byte.")
    var body: String?

    @Option(
        name: .long,
        help: "Chats: what is typed after the command, such as \"isolate laptop-7\". Tickets: a comment."
    )
    var text: String?

    @Option(name: .long, help: "Tickets: which one, such as SEC-1.")
    var ticket: String?

    @Option(name: .long, help: "Tickets: the machine that it names.")
    var machine: String?

    @Option(name: .long, help: "Tickets: the state that it moved into.")
    var status: String?

    @Option(name: .long, help: "Tickets: the label that was added.")
    var label: String?

    @Option(name: .long, help: "Discord: a file with your own Ed25519 private key, as hex, to sign with.")
    var key: String?

    @Option(
        name: .long,
        help: """
            Chats with buttons: the button that is pressed: approve, deny, go, extend, release or freeze; with --job.
            """
    )
    var press: String?

    @Option(name: .customLong("submit-denial"), help: "Slack: the job that a filled-in form denies.")
    var denial: String?

    @Option(name: .long, help: "The job that the button is about.")
    var job: String?

    @Option(name: .long, help: "The digest of what the card showed.")
    var seen: String?

    @Option(name: .customLong("for"), help: "By how much the button extends, such as 4h.")
    var duration: String?

    @Option(name: .long, help: "The reason that is filled in.")
    var because: String?

    @Option(
        name: .customLong("as"),
        help:
            "Who does it, as `people` spell it, such as T024/U2147; else the first of `people` with an identity there."
    )
    var identity: String?

    @Option(name: .long, help: "Slack: the id of the channel that it is done in.")
    var channel: String?

    @Option(name: .long, help: "Where to post, without path; the settings' listener by default.")
    var url: String?

    @Flag(name: .long, help: "JSON only.")
    var json = false

    func run() async throws {
        let response = try await CommandEnd.operating {
            let settings = try settings(ProcessInfo.processInfo.environment)
            let http: CurlClient
            do throws(CurlSetupError) {
                http = try CurlClient(CurlClient.Settings(trustFile: settings.trustFile))
            } catch {
                throw error
            }
            let response: IncomingResponse
            do {
                response = try await http.send(try await request(settings, http))
            } catch {
                await http.close()
                throw error
            }
            await http.close()
            return response
        }
        print(shown(response))
        guard (200..<300).contains(response.status) else { throw CommandEnd.no }
    }

    func settings(_ environment: [String: String]) throws -> Settings {
        try SettingsReader.read(config, environment: environment, secrets: .source(SourceName(source)))
    }

    /// The whole request, signed at `now`.
    func request(
        _ settings: Settings,
        identifiers: IdentifierMaker = IdentifierMaker(),
        now: Timestamp = .now()
    ) throws -> OutgoingRequest {
        try prepare(settings, identifiers, now).request
    }

    /// The same, with the token that a simulator signs where the kind is believed by one.
    private func request(_ settings: Settings, _ http: any HTTPSending) async throws -> OutgoingRequest {
        var prepared = try prepare(settings, IdentifierMaker(), .now())
        if let token = try await token(for: prepared.source, prepared.wish, http) {
            prepared.request.headers.append(.init(token.name, token.value))
        }
        return prepared.request
    }

    private func prepare(
        _ settings: Settings,
        _ identifiers: IdentifierMaker,
        _ now: Timestamp
    ) throws -> (request: OutgoingRequest, source: Settings.Source, wish: SampleWish?) {
        guard let named = settings.sources.first(where: { $0.name.text == source }) else {
            let names = settings.sources.map(\.name.text)
            throw SendError.unknownSource(source, nearest: nearestWord(to: source, among: names))
        }
        let id = identifiers.makeText(at: now)
        var wish: SampleWish?
        let content: SampleDelivery.Content
        if named.kind != Slack.kind, body == nil {
            content = .sample(try sample(for: named, settings, id: id, now: now, &wish))
        } else {
            content = try self.content(for: named, settings)
        }
        let delivery = try SampleDelivery(to: named, content, id: id, now: now) { body in
            try signed(body, for: named, id: id, now: now)
        }
        let path = try named.secrets.first.map { secret in
            try DeliverySigner(try named.kind.whole.scheme(named), secret: secret).path(to: named.name)
        }
        return (delivery.request(to: try base(settings), source: named.name, path: path), named, wish)
    }

    private func sample(
        for named: Settings.Source,
        _ settings: Settings,
        id: String,
        now: Timestamp,
        _ wish: inout SampleWish?
    ) throws(SendError) -> SampleBody {
        try refuseMisplaced()
        guard [text, press].compactMap(\.self).count + (tellsOfTicket ? 1 : 0) > 0, denial == nil else {
            throw .bodyOrText
        }
        guard text == nil || press == nil else { throw .bodyOrText }
        let whole = try self.wish(for: named, settings, id: id, now: now)
        wish = whole
        guard let make = named.kind.whole.sample else { throw .noSample(named.kind.word) }
        return make(whole)
    }

    // MARK: Parts

    private func content(
        for named: Settings.Source,
        _ settings: Settings
    ) throws(SendError) -> SampleDelivery.Content {
        try refuseMisplaced()
        if tellsOfTicket || ticket != nil {
            throw named.kind == Slack.kind ? .noTicket(source) : .bodyOrText
        }
        switch (body, text, press, denial) {
        case (let path?, nil, nil, nil):
            guard identity == nil, channel == nil else { throw .asNeedsText }
            guard let data = FileManager.default.contents(atPath: path), data.count <= Self.bodyBytesMax
            else {
                throw .unreadableFile(path)
            }
            return .body(Array(data))
        case (nil, let text?, nil, nil):
            return .command(try command(text, at: named, settings))
        case (nil, nil, let word?, nil):
            let actor = try actor(at: named, settings)
            return .interaction(SlackInteraction(actor: actor, deed: .press(try press(word))))
        case (nil, nil, nil, let job?):
            let actor = try actor(at: named, settings)
            let deed = try submitted(job, in: actor.channel)
            return .interaction(SlackInteraction(actor: actor, deed: deed))
        default: throw .bodyOrText
        }
    }

    private func command(
        _ text: String,
        at named: Settings.Source,
        _ settings: Settings
    ) throws(SendError) -> SlackCommand {
        guard named.kind == Slack.kind else { throw .textNeedsSlack(source) }
        let routes = settings.routes.filter { $0.from == named.name }
        guard let command = routes.compactMap(\.command).first else { throw .noCommand(source) }
        let actor = try actor(at: named, settings)
        return SlackCommand(
            team: actor.team,
            user: actor.user,
            channel: actor.channel,
            command: command,
            text: text
        )
    }

    private func actor(at named: Settings.Source, _ settings: Settings) throws(SendError) -> SlackActor {
        guard named.kind == Slack.kind else { throw .textNeedsSlack(source) }
        let mapped = settings.policy.people.lazy.compactMap { $0.identities[named.name]?.sorted().first }
            .first
        guard let identity = identity ?? mapped else { throw .noPerson(source) }
        let parts = identity.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { throw .badIdentity(identity) }
        return SlackActor(
            team: String(parts[0]),
            user: String(parts[1]),
            channel: channel ?? "C0SAMPLE"
        )
    }

    private func base(_ settings: Settings) throws(SendError) -> String {
        if let url {
            guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.utf8.count > 8 else {
                throw .badURL(url)
            }
            var base = url
            while base.hasSuffix("/") { base.removeLast() }
            return base
        }
        let hooks = settings.listen.hooks
        guard hooks.port != 0 else { throw .noPort }
        // An address for listening everywhere is none to connect to.
        var host = hooks.host
        if host == "0.0.0.0" || host == "::" || host == "*" { host = host == "::" ? "::1" : "127.0.0.1" }
        if host.contains(":") { host = "[\(host)]" }
        return "\(settings.listen.tls == nil ? "http" : "https")://\(host):\(hooks.port)"
    }
}

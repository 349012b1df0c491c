import Authenticating
import Classifying
import Cryptography
import CurlClient
import Deciding
import Foundation
import JSONReader
import Vocabulary

/// What `send` makes up for the kinds that are not Slack.
extension Send {
    /// True if something is to be made up that is not typed or pressed: what happened to a ticket.
    var tellsOfTicket: Bool { status != nil || label != nil || machine != nil }

    /// The delivery that the settings' kind would send.
    ///
    /// - Parameters:
    ///   - named: A source that is not of Slack.
    ///   - settings: For its routes and people.
    ///   - id: The delivery's own.
    ///   - now: The moment that it speaks of.
    /// - Returns: What was wished for, completed from the settings.
    /// - Throws: ``SendError`` if there is nothing like it at this kind.
    func wish(
        for named: Settings.Source,
        _ settings: Settings,
        id: String,
        now: Timestamp
    ) throws(SendError) -> SampleWish {
        let kind = named.kind.whole
        guard kind.sample != nil else { throw .noSample(kind.word) }
        let mapped = settings.policy.people.lazy.compactMap { $0.identities[named.name]?.sorted().first }
            .first
        let isPerson = named.kind.provesPerson
        guard let asker = identity ?? (isPerson ? mapped : "sample") else { throw .noPerson(source) }
        var wish = SampleWish(identity: asker, id: id, now: now)
        if let press {
            guard kind.keys(named) != nil else { throw .textNeedsSlack(source) }
            wish.press = try self.press(press)
            wish.because = because
        }
        wish.text = text
        wish.room = channel
        wish.tenant = named.tenants.first
        wish.token = named.secrets.first
        if named.kind.isChat {
            guard !tellsOfTicket, ticket == nil else { throw .noTicket(source) }
            let commands = settings.routes.filter { $0.from == named.name }.compactMap(\.command)
            guard let command = commands.first else { throw .noCommand(source) }
            wish.command = command
        } else {
            if let ticket { wish.ticket = ticket }
            wish.machine = machine
            wish.status = status
            wish.label = label
        }
        return kind.completed(wish, named)
    }

    /// The header with the token that a simulator signs, for kinds that are believed by one.
    func token(
        for named: Settings.Source,
        _ wish: SampleWish?,
        _ http: any HTTPSending
    ) async throws
        -> RawDelivery.Header?
    {
        let kind = named.kind.whole
        guard case .tokens = kind.proof, let wish else { return nil }
        guard let call = kind.sampleToken(wish, named) else { throw SendError.noSimulator(kind.word) }
        guard let header = SampleToken.header(try await http.send(call.request)) else {
            throw SendError.noSimulator(kind.word)
        }
        return header
    }

    /// The headers that make a body genuine.
    func signed(
        _ body: [UInt8],
        for named: Settings.Source,
        id: String,
        now: Timestamp
    ) throws -> [RawDelivery.Header] {
        let kind = named.kind.whole
        switch kind.proof {
        case .tokens: return []
        case .nothing: throw SendError.noSample(kind.word)
        case .publicKeys:
            guard let key else { throw SendError.noKey(kind.word) }
            guard let data = FileManager.default.contents(atPath: key),
                let text = String(data: data, encoding: .utf8),
                let seed = Hex.decodeLowerCase(text.trimmingBlanks.lowercased()), seed.count == 32
            else { throw SendError.badKey(key) }
            return try DeliverySigner.discord(body, seed: Secret(seed), now: now)
        default:
            guard let secret = named.secrets.first else { throw SendError.noSecret(named.name.text) }
            return try DeliverySigner(try kind.scheme(named), secret: secret).headers(
                for: body,
                id: id,
                now: now
            )
        }
    }
}

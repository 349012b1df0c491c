import Authenticating
import Classifying
import Foundation
import Vocabulary

/// What `verify` checks a request against: a source of the settings, or a kind and a secret alone.
struct CheckedSource {
    /// For the answer, such as `source tickets (jira)`.
    let title: String
    let name: SourceName
    let secretCount: Int
    private let check: (RawDelivery, Timestamp) throws(VerificationFailure) -> VerifiedDelivery

    init(_ command: Verify, environment: [String: String]) throws {
        switch (command.config, command.source, command.kind, command.secretFile) {
        case (let config?, let source?, nil, nil):
            let settings = try SettingsReader.read(
                config,
                environment: environment,
                secrets: .source(SourceName(source))
            )
            guard let named = settings.sources.first(where: { $0.name.text == source }) else {
                let names = settings.sources.map(\.name.text)
                throw VerifyError.unknownSource(source, nearest: nearestWord(to: source, among: names))
            }
            let prepared = try PreparedSource(named, routes: settings.routes)
            title = "source \(source) (\(named.kind))"
            name = named.name
            secretCount = named.secrets.count + named.publicKeys.count
            check = { raw, now throws(VerificationFailure) in try prepared.verify(raw, now: now) }
        case (nil, nil, let word?, let file?):
            let (kind, scheme) = try Self.kind(word)
            let verifier = try Verifier(scheme, secrets: [try Self.secret(file)])
            title = "kind \(word)"
            name = SourceName(word)
            secretCount = 1
            check = { raw, now throws(VerificationFailure) in try verifier.verify(raw, kind: kind, now: now) }
        default:
            throw VerifyError.incomplete
        }
    }

    func verify(_ raw: RawDelivery, now: Timestamp) throws(VerificationFailure) -> VerifiedDelivery {
        try check(raw, now)
    }

    private static func kind(_ word: String) throws(VerifyError) -> (SourceKind, VerificationScheme) {
        guard let kind = Kind.named(word) else {
            throw .unknownKind(word, nearest: nearestWord(to: word, among: Kind.words))
        }
        do throws(VerifierSetupError) {
            return (kind.reader.kind, try kind.scheme(Settings.Source(bare: kind)))
        } catch {
            throw .describedKind
        }
    }

    /// By the same rules as a secret file of the settings.
    private static func secret(_ path: String) throws(VerifyError) -> Secret {
        // What counts is the file behind a link: orchestrators mount secrets as links, whose own mode says nothing.
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue,
            let data = FileManager.default.contents(atPath: file)
        else { throw .unreadableFile(path) }
        guard mode & 0o077 == 0 else { throw .readableByOthers(path, mode: mode & 0o777) }
        var bytes = Array(data)
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return Secret(bytes)
    }
}

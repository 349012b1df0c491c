import Cryptography
import CurlClient
import Defender
import Entra
import Foundation
import JSONReader
import Logging
import Vocabulary

/// Looks at everything that a bridge needs of the outside; no bridge need run.
///
/// It asks Entra ID for its metadata and one token, and Defender for one machine; nothing is changed.
struct Doctor: Sendable {
    private static let deadline = Duration.seconds(15)

    let settings: Settings
    let http: any HTTPSending
    let now: @Sendable () -> Timestamp
    let elapsed: @Sendable () -> Duration

    /// - Parameters:
    ///   - settings: Read with the secrets of the way out.
    ///   - http: Makes the calls as the bridge would.
    ///   - now: The wall clock; the one that is compared with the servers'.
    ///   - elapsed: A clock that only runs forward, for how long an answer takes.
    init(
        settings: Settings,
        http: any HTTPSending,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        elapsed: (@Sendable () -> Duration)? = nil
    ) {
        self.settings = settings
        self.http = http
        self.now = now
        let begin = ContinuousClock.now
        self.elapsed = elapsed ?? { ContinuousClock.now - begin }
    }

    func report() async -> DoctorReport {
        let patient = Patient(settings)
        return Diagnosis(patient: patient, seen: await examine()).report
    }

    private func examine() async -> Examination {
        var seen = Examination(now: now(), credential: settings.defender.credential.kind)
        lookAtListener(&seen)
        await lookAtLogin(&seen)
        await askForToken(&seen)
        await lookAtAPI(&seen)
        return seen
    }

    // MARK: Entra ID

    private func lookAtLogin(_ seen: inout Examination) async {
        let url =
            "\(settings.defender.login)/\(settings.defender.tenant)/v2.0/.well-known/openid-configuration"
        var request = OutgoingRequest(
            .get,
            Secret(url),
            headers: [.init("Accept", "application/json")],
            isIdempotent: true,
            deadline: Self.deadline,
            responseBytesMax: 256 << 10
        )
        request.namesIssuer = true
        let begin = elapsed()
        do throws(TransferFailure) {
            let answer = try await http.send(request)
            seen.issuers.append(answer.issuer)
            let took = elapsed() - begin
            // A refusal of the tenant is JSON as well; a page of a proxy or a portal is not.
            let isJSON = (try? JSONReader.read(answer.body, root: .object)) != nil
            seen.login = .answered(status: answer.status, isGenuine: isJSON, took: took)
            note("Entra ID", answer.header("Date").flatMap { Timestamp(httpDate: $0) }, took, &seen)
        } catch {
            seen.login = .failed(error)
        }
    }

    /// Where the login host is not reached, only what is at hand is looked at.
    private func askForToken(_ seen: inout Examination) async {
        do throws(TokenError) {
            let source = try settings.tokenSource(http: http, now: now)
            do throws(TokenError) {
                // A managed identity is asked of the platform, wherever Entra ID is.
                if case .failed = seen.login, !settings.defender.asksPlatform {
                    try await source.prepare()
                } else {
                    seen.token = .got(try await source.token())
                }
            } catch {
                seen.token = .failed(error)
            }
            note(await source.status(), &seen)
        } catch {
            seen.token = .failed(error)
        }
        guard case .got = seen.token, let scope = Patient(settings).graphScope else { return }
        do throws(TokenError) {
            let source = try settings.tokenSource(http: http, scope: scope, now: now)
            seen.graphToken = .got(try await source.token())
        } catch {
            seen.graphToken = .failed(error)
        }
    }

    private func note(_ report: TokenReport, _ seen: inout Examination) {
        if let used = report.credentialInUse { seen.credential += ": \(used)" }
        seen.certificates += report.certificates.map { held in
            Examination.OwnCertificate(
                name: "certificate",
                detail: "thumbprint \(held.thumbprint)",
                isApplication: true,
                endsAt: held.expiresAt
            )
        }
        if let file = report.federatedFile, let end = report.federatedExpiresAt {
            seen.federated = (file, end)
        }
    }

    // MARK: Defender

    private func lookAtAPI(_ seen: inout Examination) async {
        let probe = DefenderProbe(base: settings.defender.api, sender: http, now: now)
        var bearer: Secret?
        if case .got(let token) = seen.token { bearer = token.bearer }
        let begin = elapsed()
        do throws(TransferFailure) {
            let answer = try await probe.ask(bearer, deadline: Self.deadline)
            let took = elapsed() - begin
            seen.probe = answer
            seen.issuers.append(answer.issuer)
            let isGenuine = answer.refusal.map { $0.kind != .unreadable && $0.defenderCode != nil } ?? true
            // 401 to a call without a token needs no words of Defender's.
            let isExpected = bearer == nil && answer.status == 401
            seen.api = .answered(status: answer.status, isGenuine: isGenuine || isExpected, took: took)
            note("Defender", answer.serverTime, took, &seen)
        } catch {
            seen.api = .failed(error)
        }
    }

    /// Whole seconds are all that a `Date` has; it is taken in the middle of the call.
    private func note(
        _ server: String,
        _ time: Timestamp?,
        _ took: Duration,
        _ seen: inout Examination
    ) {
        guard let time else { return }
        let ahead = (time + .milliseconds(500)).since(now() - took / 2)
        seen.clocks.append(
            Examination.ServerClock(server: server, ahead: ahead, uncertainty: took / 2 + .milliseconds(500))
        )
    }

    // MARK: Here

    private func lookAtListener(_ seen: inout Examination) {
        guard let tls = settings.listen.tls else { return }
        let name = "listener TLS"
        guard let data = FileManager.default.contents(atPath: tls.certificate) else {
            seen.unreadable.append(
                (name, "\(tls.certificate) cannot be read", "Check its name and who may read it.")
            )
            return
        }
        do throws(CryptographyError) {
            let end = try Certificate(pem: Array(data)).notAfter
            seen.certificates.append(
                Examination.OwnCertificate(
                    name: name,
                    detail: tls.certificate,
                    isApplication: false,
                    endsAt: end
                )
            )
        } catch {
            seen.unreadable.append((name, error.message, error.fix))
        }
    }
}

extension Settings {
    /// A source of tokens as the bridge has one; nothing is asked yet.
    ///
    /// `scope` is Defender's unless another is given.
    ///
    /// - Throws: ``TokenError/setting(name:problem:)``.
    func tokenSource(
        http: any HTTPSending,
        scope: String? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws(TokenError) -> TokenSource {
        let credential = defender.entraCredential
        return TokenSource(
            settings: try EntraSettings(
                loginBase: defender.login,
                tenant: defender.tenant,
                client: defender.client,
                scope: scope ?? defender.scope
            ),
            credential: { credential },
            sender: http,
            logger: Logger(label: "doctor", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: now
        )
    }
}

extension Settings.Defender {
    /// True if tokens come from the platform instead of the login host.
    var asksPlatform: Bool {
        if case .managedIdentity = credential { true } else { false }
    }
}

extension TokenError {
    /// True if the outside world failed, false if it said no or something here is wrong.
    var isOfOutside: Bool {
        switch self {
        case .setting, .credential, .staleToken: false
        case .identity: isTransient
        case .refused(let refusal): refusal.isTransient
        case .throttled, .unavailable, .unreadable, .cancelled: true
        case .transfer(let failure): ![.badAddress, .notPermitted].contains(failure.kind)
        }
    }
}

import Authenticating
import Classifying
import CurlClient
import Reporting
import Vocabulary

extension Kind {
    /// Any other system, told by signed webhooks of ours; nothing comes in.
    static let callback = Kind(
        reader: CallbackReader.self,
        proof: .nothing,
        telling: .always,
        scheme: { _ in .nothing },
        channel: { source in
            guard let url = source.reply.url.map({ Secret($0) }) ?? source.reply.address,
                let sign = CallbackSite.signing(with: source.reply.secrets)
            else { return nil }
            return CallbackSite(
                name: source.name,
                url: url,
                hosts: (source.reply.hosts ?? []).compactMap { AddressRule.HostPort($0) },
                sign: sign
            )
        }
    )
}

extension CallbackSite {
    /// Signs with each of the secrets, the newest first, so that a receiver knows either during a rotation.
    ///
    /// Nil without a secret, or with one that is none.
    static func signing(with secrets: [Secret]) -> Signing? {
        let signers = secrets.compactMap { try? DeliverySigner(.standardWebhooks, secret: $0) }
        guard !signers.isEmpty, signers.count == secrets.count else { return nil }
        return { id, body, now in
            let signed = signers.map { $0.headers(for: body, id: id, now: now) }
            return signed[0].map { header in
                let values = signed.flatMap { $0 }.filter { $0.name == header.name }.map(\.value)
                // Only the signatures differ from key to key.
                return (header.name, Set(values).count == 1 ? header.value : values.joined(separator: " "))
            }
        }
    }
}

import Authenticating
import Classifying
import Cryptography
import JSONReader
import Vocabulary

/// Any sender that signs in a way of its own choosing.
extension Kind {
    static let standardWebhooks = Kind(
        reader: StandardWebhooksReader.self,
        proof: .secretOrPublicKeys,
        scheme: { _ in .standardWebhooks },
        sample: SampleBody.event
    )

    static let svix = Kind(
        reader: SvixReader.self,
        proof: .secretOrPublicKeys,
        scheme: { _ in .svix },
        sample: SampleBody.event
    )

    static let hmac = Kind(
        reader: HMACReader.self,
        scheme: { source throws(VerifierSetupError) in
            guard let described = source.described else {
                throw .unusableSetting(name: "header", expected: "the name of an HTTP header")
            }
            return .described(try described.scheme())
        },
        sample: SampleBody.event
    )
}

extension SampleBody {
    /// What a sender of one's own would make up: a type, a time and data about one machine.
    static func event(_ wish: SampleWish) -> SampleBody {
        let machine = JSONValue.string(wish.machine ?? "laptop-7")
        let text = JSONValue.string(wish.text ?? "made up by send")
        let event: JSONValue = [
            "type": "alert.raised",
            "timestamp": .string(wish.now.iso8601),
            "data": [
                "id": .string(wish.id), "ticket": .string(wish.ticket), "action": "isolate",
                "target": ["kind": "host", "name": machine], "host": machine,
                "requester": ["id": .string(wish.identity)], "text": text, "rule": text,
            ],
        ]
        return SampleBody(body: event.encoded())
    }
}

extension Settings.Described {
    func scheme() throws(VerifierSetupError) -> DescribedScheme {
        guard let algorithm = DigestAlgorithm(rawValue: algorithm) else {
            throw .unusableSetting(name: "algorithm", expected: "sha256, sha512 or sha1")
        }
        guard let encoding = DescribedScheme.Encoding(rawValue: encoding) else {
            throw .unusableSetting(name: "encoding", expected: "hex or base64")
        }
        guard let style = DescribedScheme.Style(rawValue: style ?? DescribedScheme.Style.plain.rawValue)
        else {
            throw .unusableSetting(name: "style", expected: "t-v1")
        }
        return DescribedScheme(
            header: header,
            algorithm: algorithm,
            encoding: encoding,
            prefix: prefix,
            style: style,
            timestampHeader: timestampHeader,
            timestampUnit: timestampUnit == "ms" ? .milliseconds : .seconds,
            toleranceSeconds: tolerance.wholeSeconds,
            template: template,
            idHeader: idHeader
        )
    }
}

import Cryptography
import Vocabulary

/// One test vector as its file holds it; everything optional that a vector may leave out.
struct SignatureVector: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id
        case scheme
        case secret
        case secretEncoding = "secret_encoding"
        case additionalSecrets = "additional_secrets"
        case publicKeyTexts = "public_keys"
        case config
        case jwks
        case headers
        case bodyBase64 = "body_base64"
        case nowUnix = "now_unix"
        case expect
        case reasonAlternativesField = "reason_alternatives"
        case alsoOKField = "also_ok"
    }

    let id: String
    let scheme: String?
    let expect: String?
    let config: Config?
    private let jwks: PlainJSON?
    private let secret: String?
    private let secretEncoding: String?
    private let additionalSecrets: [String]?
    private let publicKeyTexts: [String]?
    private let headers: [String: OneOrMany]?
    private let bodyBase64: String?
    private let nowUnix: Int64?
    private let reasonAlternativesField: [String]?
    private let alsoOKField: OneOrMany?

    /// Nil if the text is not base64.
    var body: [UInt8]? { Base64.decodeCanonical(bodyBase64 ?? "") }
    var now: Timestamp? { nowUnix.map { Timestamp(seconds: $0) } }
    var publicKeys: [String] { publicKeyTexts ?? [] }
    /// Empty where there is none, so that every token is refused.
    var keySet: KeySet { jwks.flatMap { KeySet($0.value) } ?? KeySet() }
    var reasonAlternatives: [String] { reasonAlternativesField ?? [] }
    var alsoOK: [String] { alsoOKField?.values ?? [] }

    /// Nil if one cannot be decoded.
    ///
    /// An empty secret beside public keys stands for none.
    var secrets: [Secret]? {
        let first = secret ?? ""
        let texts = (first.isEmpty && !publicKeys.isEmpty ? [] : [first]) + (additionalSecrets ?? [])
        guard secretEncoding == "base64" else { return texts.map { Secret($0) } }
        let decoded = texts.compactMap { Base64.decodeCanonical($0) }
        return decoded.count == texts.count ? decoded.map { Secret($0) } : nil
    }

    /// In the place of the secret, for schemes that have none.
    var publicKeysAsSecrets: [String] { [secret ?? ""] + (additionalSecrets ?? []) }

    /// A list as the value is the header as many times.
    var headerLines: [RawDelivery.Header] {
        (headers ?? [:]).flatMap { name, values in values.values.map { RawDelivery.Header(name, $0) } }
    }

    /// A text, or a list of texts.
    struct OneOrMany: Decodable {
        let values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                values = [one]
            } else {
                values = try container.decode([String].self)
            }
        }
    }
}

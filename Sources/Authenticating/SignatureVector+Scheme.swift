import Cryptography
import JSONReader

extension SignatureVector {
    /// What the vector's `scheme` and `config` ask for.
    enum Wanted {
        case scheme(VerificationScheme)
        case unknown
        /// A known scheme with settings that cannot be read.
        case malformed
    }

    private static let schemes: [String: VerificationScheme] = [
        "slack-v0": .slack,
        "jira-websub": .jira,
        "standard-webhooks": .standardWebhooks,
        "github-sha256": .github,
        "gitlab-signing": .gitLabSigning,
        "gitlab-token": .gitLabToken,
        "zammad-sha1": .zammad,
        "pagerduty-v1": .pagerDuty,
        "zendesk": .zendesk,
        "linear": .linear,
        "teams-hmac": .teamsOutgoing,
        "discord-ed25519": .discord,
        "svix": .svix,
        "body-token": .bodyToken,
        "mattermost-token": .mattermost,
    ]

    var wanted: Wanted {
        guard let scheme else { return .unknown }
        if let plain = Self.schemes[scheme] { return .scheme(plain) }
        let configured: VerificationScheme?
        switch scheme {
        case "generic-hmac": configured = config?.described.map { .described($0) }
        case "shared-header": configured = config?.header.map { .sharedHeader($0) }
        case "jwt-bearer": configured = config?.bearer.map { .bearer($0) }
        default: return .unknown
        }
        return configured.map { .scheme($0) } ?? .malformed
    }

    /// The settings of the generic schemes; fields of other schemes are not looked at.
    struct Config: Decodable {
        private enum CodingKeys: String, CodingKey {
            case header
            case algorithm
            case encoding
            case prefix
            case style
            case timestampHeader = "timestamp_header"
            case timestampUnit = "timestamp_unit"
            case tolerance = "tolerance_s"
            case template
            case issuers
            case audience
            case email
            case requiresServiceURL = "require_service_url"
            case requiresEndorsement = "require_endorsement"
        }

        let header: String?
        private let algorithm: String?
        private let encoding: String?
        private let prefix: String?
        private let style: String?
        private let timestampHeader: String?
        private let timestampUnit: String?
        private let tolerance: Int64?
        private let template: String?
        private let issuers: OneOrMany?
        private let audience: String?
        private let email: String?
        private let requiresServiceURL: Bool?
        private let requiresEndorsement: Bool?

        /// Nil if a word is unknown.
        var described: DescribedScheme? {
            guard let header, let algorithm = DigestAlgorithm(rawValue: algorithm ?? "sha256"),
                let encoding = DescribedScheme.Encoding(rawValue: encoding ?? "hex"),
                let style = DescribedScheme.Style(rawValue: style ?? "plain"),
                let unit = TimestampUnit(rawValue: timestampUnit ?? "s")
            else { return nil }
            return DescribedScheme(
                header: header,
                algorithm: algorithm,
                encoding: encoding,
                prefix: prefix ?? "",
                style: style,
                timestampHeader: timestampHeader,
                timestampUnit: unit,
                toleranceSeconds: tolerance ?? 300,
                template: template
            )
        }

        /// Nil without issuers and an audience.
        var bearer: BearerScheme? {
            guard let issuers, let audience else { return nil }
            return BearerScheme(
                issuers: issuers.values,
                audience: audience,
                email: email,
                requiresServiceURL: requiresServiceURL ?? false,
                requiresEndorsement: requiresEndorsement ?? false
            )
        }
    }
}

/// Any JSON value, read with the system's decoder.
struct PlainJSON: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let integer = try? container.decode(Int64.self) {
            value = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            value = .number(number)
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let list = try? container.decode([PlainJSON].self) {
            value = .array(list.map(\.value))
        } else {
            value = .object(try container.decode([String: PlainJSON].self).mapValues(\.value))
        }
    }
}

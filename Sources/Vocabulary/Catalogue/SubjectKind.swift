/// What an action is about.
package enum SubjectKind: String, Sendable, Hashable, CaseIterable {
    case machine
    case alert
    /// Several alerts in one call.
    case alerts
    /// A file by its SHA-1 or SHA-256.
    case file
    case address
    case domain
    /// A user by the bare name, such as `jdoe`.
    case user
    case software
    case vulnerability
    case recommendation
    case investigation
    /// A hash, an IP address, a domain, a URL or a certificate's thumbprint.
    case indicator
    /// An indicator by its value, or by the number that Defender gave it.
    case indicatorOrID = "indicator-or-id"
    /// A file of the live response library.
    case libraryFile = "library-file"
    case tag
    /// Nothing is named.
    case nothing

    /// As forms of commands show it; empty where nothing is named.
    package var placeholder: String {
        switch self {
        case .machine: "<machine>[,<machine>…]"
        case .alerts: "<alert>[,<alert>…]"
        case .libraryFile: "<file>"
        case .indicatorOrID: "<indicator or its id>"
        case .file: "<sha1 or sha256>"
        case .nothing: ""
        default: "<\(rawValue)>"
        }
    }

    /// What may be named, in words, to go after "is no \(rawValue):".
    package var expectation: String {
        switch self {
        case .machine: "a name, an IP address, a machine id, aad:<device id> or alert:<alert id>"
        case .alert: "the id of an alert, such as da637472900382838869_1364969609"
        case .alerts: "ids of at most 100 alerts with commas between them"
        case .file: "a SHA-1 of 40 or a SHA-256 of 64 hexadecimal digits"
        case .address: "an IPv4 or IPv6 address"
        case .domain: "a domain name, such as evil.example"
        case .user: "the bare name of a user, such as jdoe, without domain"
        case .software: "an id such as microsoft-_-edge"
        case .vulnerability: "an id such as CVE-2026-12345"
        case .recommendation: "an id such as va-_-google-_-chrome"
        case .investigation: "the number of an investigation, or the id of the alert that triggered it"
        case .indicator: "a hash, an IP address, a domain or a URL that begins with http"
        case .indicatorOrID:
            "a hash, an IP address, a domain, a URL that begins with http, or the id of an indicator"
        case .libraryFile: "1 to 255 letters, digits, hyphens, underscores and dots"
        case .tag: "the text of a tag"
        case .nothing: "nothing"
        }
    }

    /// As a label stands before what is named: `alert`, `library file`.
    package var label: String { rawValue.replacing("-", with: " ") }
}

/// A machine id of Defender: 40 lower-case hex digits.
///
/// Nothing else ever goes into a path.
package struct MachineID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let text: String

    /// Nil unless `text` is 40 hex digits; upper case is folded.
    package init?(_ text: String) {
        let folded = text.lowercased()
        guard folded.utf8.count == 40,
            folded.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            })
        else { return nil }
        self.text = folded
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = MachineID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a machine id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }

    package static func < (left: MachineID, right: MachineID) -> Bool {
        left.text < right.text
    }
}

/// What Defender says of one machine, as far as decisions look at it.
///
/// Source: `reference/defender-api.md` §4.1. Every field but the id may be absent.
package struct Machine: Sendable, Hashable, Codable {
    package var id: MachineID
    package var dnsName: String?
    package var osPlatform: String?
    package var lastSeen: Timestamp?
    package var firstSeen: Timestamp?
    package var onboardingStatus: String?
    package var healthStatus: String?
    package var lastIPAddress: String?
    package var lastExternalIPAddress: String?
    package var ipAddresses: [String]
    package var deviceGroup: String?
    package var tags: [String]
    package var entraDeviceID: String?
    package var riskScore: String?
    package var exposureLevel: String?
    package var deviceValue: String?

    package init(
        id: MachineID,
        dnsName: String? = nil,
        osPlatform: String? = nil,
        lastSeen: Timestamp? = nil,
        firstSeen: Timestamp? = nil,
        onboardingStatus: String? = nil,
        healthStatus: String? = nil,
        lastIPAddress: String? = nil,
        lastExternalIPAddress: String? = nil,
        ipAddresses: [String] = [],
        deviceGroup: String? = nil,
        tags: [String] = [],
        entraDeviceID: String? = nil,
        riskScore: String? = nil,
        exposureLevel: String? = nil,
        deviceValue: String? = nil
    ) {
        self.id = id
        self.dnsName = dnsName
        self.osPlatform = osPlatform
        self.lastSeen = lastSeen
        self.firstSeen = firstSeen
        self.onboardingStatus = onboardingStatus
        self.healthStatus = healthStatus
        self.lastIPAddress = lastIPAddress
        self.lastExternalIPAddress = lastExternalIPAddress
        self.ipAddresses = ipAddresses
        self.deviceGroup = deviceGroup
        self.tags = tags
        self.entraDeviceID = entraDeviceID
        self.riskScore = riskScore
        self.exposureLevel = exposureLevel
        self.deviceValue = deviceValue
    }

    /// How people are told of it: its name, or the id where it has none.
    package var shownName: String { dnsName ?? id.text }

    /// True unless Defender says something other than onboarded.
    ///
    /// An absent status counts as onboarded.
    package var isOnboarded: Bool {
        guard let onboardingStatus else { return true }
        return onboardingStatus.lowercased() == "onboarded"
    }

    /// True if Defender says that it is known and not onboarded, in a word that is documented.
    package var isUnmanaged: Bool {
        let words = ["canbeonboarded", "unsupported", "insufficientinfo"]
        return onboardingStatus.map { words.contains($0.lowercased()) } ?? false
    }

    /// The family that grants speak of.
    ///
    /// Linux and anything with `server` in its platform is a server.
    package var osFamily: OSFamily {
        guard let platform = osPlatform?.lowercased(), !platform.isEmpty else { return .unknown }
        if platform.contains("server") || platform == "linux" { return .server }
        if platform.hasPrefix("windows") || platform == "macos" { return .client }
        return .unknown
    }
}

/// `client` or `server`; `unknown` satisfies no condition.
package enum OSFamily: String, Sendable, Codable, Hashable {
    case client
    case server
    case unknown
}

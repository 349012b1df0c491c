import Deciding
import Foundation
import Vocabulary

let noon = Timestamp(seconds: 1_790_000_000)
let chat: SourceName = SourceName("soc-chat")
let tickets = SourceName("tickets")
let siem = SourceName("siem")

/// A machine id that begins with these digits.
func id(_ digits: String) -> MachineID {
    let text = digits + String(repeating: "0", count: 40 - digits.count)
    guard let id = MachineID(text) else { preconditionFailure("not hex: \(digits)") }
    return id
}

/// A machine as Defender lists it, seen an hour ago and onboarded unless said otherwise.
func machine(
    _ digits: String,
    _ name: String?,
    os: String? = "Windows11",
    group: String? = "Workstations",
    seen: Duration? = .seconds(3_600),
    onboarding: String? = "Onboarded",
    address: String? = nil,
    external: String? = nil,
    tags: [String] = []
) -> Machine {
    Machine(
        id: id(digits),
        dnsName: name,
        osPlatform: os,
        lastSeen: seen.map { noon - $0 },
        onboardingStatus: onboarding,
        lastIPAddress: address,
        lastExternalIPAddress: external,
        deviceGroup: group,
        tags: tags
    )
}

/// The people and groups of the design's example.
func examplePolicy(grants: [Grant], protections: [Protection] = []) -> Policy {
    Policy(
        people: [
            Person(name: "mia", identities: [chat: ["T024/U2147"], tickets: ["5b10a"]], localUsers: ["mia"]),
            Person(name: "omar", identities: [chat: ["T024/U3000"]]),
            Person(name: "ines", identities: [chat: ["T024/U4000"]]),
        ],
        services: ["sentinel": siem],
        groups: ["soc": [.person("mia"), .person("omar")], "leads": [.person("ines")]],
        grants: grants,
        protections: protections
    )
}

let mia = Asker.identity("T024/U2147")
let ines = Asker.identity("T024/U4000")

func grant(
    _ number: Int,
    _ actions: [String],
    to grantees: [Grantee],
    on machines: MachineCondition = .any,
    sources: Set<SourceName> = [],
    others: Bool = false,
    rehearses: Bool = false,
    byAddress: Bool = false,
    protections: Set<String> = []
) -> Grant {
    Grant(
        number: number,
        line: 40 + number,
        column: 5,
        actions: actions,
        grantees: grantees,
        sources: sources,
        machines: machines,
        coversOthers: others,
        rehearses: rehearses,
        allowsAddress: byAddress,
        protections: protections
    )
}

func question(
    _ asker: Asker = mia,
    at source: SourceName = chat,
    _ action: String = "isolate",
    of selector: Subject = .hostName("laptop-7"),
    knowing machine: Machine? = nil,
    readAgo: Duration = .seconds(5),
    concernsOthers: Bool = false
) -> Question {
    Question(
        source: source,
        asker: asker,
        action: action,
        selector: selector,
        facts: machine.map { Facts(machine: $0, readAt: noon - readAgo) },
        concernsOthers: concernsOthers,
        now: noon
    )
}

extension Decision {
    var codes: [Reason.Code] { reasons.map(\.code) }
}

/// A generator whose runs can be repeated by their seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// What comes back after a decision was written down as JSON.
func recorded(_ decision: Decision) throws -> Decision {
    try JSONDecoder().decode(Decision.self, from: JSONEncoder().encode(decision))
}

import JSONReader
import Simulating
import Vocabulary

/// Which machines of the simulated estate play which part, and the number of the ticket.
struct DemoCast: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        let id: String
        /// The whole DNS name.
        let name: String

        /// The name as people type it: the first label.
        var host: String { String(name.prefix { $0 != "." }) }
    }

    /// A workstation, beside one whose name begins with its own.
    let laptop: Part
    let neighbour: Part
    /// Contained by the ticket.
    let mac: Part
    /// A server that one grant only rehearses on.
    let server: Part
    /// A name that two machines share.
    let shared: [Part]
    /// Protected, whoever asks.
    let guarded: Part
    let ticket: String

    /// - Throws: ``DemoFailure/estateLacks(_:)``.
    init(_ script: SimulatorScript, seed: UInt64) throws(DemoFailure) {
        let parts = script.machines.compactMap { machine in
            machine.name.map { (part: Part(id: machine.id, name: $0), machine: machine) }
        }
        func those(in group: String) -> [(part: Part, machine: SimulatedMachine)] {
            parts.filter { $0.machine.fields["rbacGroupName"]?.string == group }
        }
        func one(_ what: String, _ part: Part?) throws(DemoFailure) -> Part {
            guard let part else { throw .estateLacks(what) }
            return part
        }
        let stations = those(in: "Workstations")
        let hosts = Dictionary(grouping: stations.map(\.part), by: \.host)
        let pair = hosts.keys.sorted().lazy.compactMap { host in
            hosts.keys.sorted().first { $0 != host && $0.hasPrefix(host) }.map { (host, $0) }
        }.first
        laptop = try one("workstation beside one of a longer name", pair.flatMap { hosts[$0.0]?.first })
        neighbour = try one("workstation of a longer name", pair.flatMap { hosts[$0.1]?.first })
        mac = try one(
            "Mac",
            stations.first { $0.machine.fields["osPlatform"]?.string == "macOS" }?.part
        )
        server = try one("server", those(in: "Servers").first?.part)
        guarded = try one("machine of Tier-0", those(in: "Tier-0").first?.part)
        guard let same = hosts.values.first(where: { Set($0.map(\.name)).count > 1 }) else {
            throw .estateLacks("name that two machines share")
        }
        shared = same
        ticket = "SEC-\(1_000 + seed % 9_000)"
    }

    var all: [Part] { [laptop, neighbour, mac, server, guarded] + shared }
}

import Foundation
import JSONReader
import TestKit
import Vocabulary

/// The rounds in which a job waits for a person's word as the kill comes.
extension KillRun {
    /// Has a server's isolation approved or denied by somebody who presses in haste, or by nobody yet.
    mutating func answer(_ bridge: BridgeProcess, killAfter delay: Duration) async throws {
        let server = takeServer()
        let (isolate, promise) = try ask(about: server, box: plan.pick(0...2) == 0 ? " for 2s" : "")
        guard await keep(isolate, promise, bridge),
            let job = try await job(on: [server], in: "awaiting-approval", bridge)
        else { return }
        let shown = try JSONReader.read(
            try await BridgeProcess.ask(["jobs", "show", job, "--json"], in: folder)
        )
        let seen = shown.at("approval.digest")?.string
        switch plan.pick(0...9) {
        case 0..<5:
            let given = Promise.answer(job: job, kind: "approval.given")
            let presses = try (0..<plan.pick(1...2)).map { _ in
                (try press(.approve, job, seen), Optional(given))
            }
            try await send(presses, bridge, killAfter: delay)
        case 5..<7:
            let denied = Promise.answer(job: job, kind: "approval.denied")
            try await send([(try form(denying: job, seen), denied)], bridge, killAfter: delay)
        default: try await send([], bridge, killAfter: delay)
        }
    }

    /// Has one job beyond the limit let go on.
    mutating func lift(_ bridge: BridgeProcess, killAfter delay: Duration) async throws {
        let machines = [takeLimited(), takeLimited()]
        for machine in machines {
            let (isolate, promise) = try ask(about: machine)
            _ = await keep(isolate, promise, bridge)
        }
        // The first of all has no limit to hold it; the other then waits.
        guard let job = try await job(on: machines, in: "held", bridge) else { return }
        try await send([(try press(.go, job, nil), nil)], bridge, killAfter: delay)
    }

    /// A job on one of the machines in the state, or nil: a fault may keep it from that.
    private func job(
        on machines: [Int],
        in state: String,
        _ bridge: BridgeProcess
    ) async throws -> String? {
        do {
            let found = try await eventually("a job that is \(state)", within: .seconds(5)) {
                try await bridge.jobs().first {
                    $0["state"]?.string == state && machineNumber($0).map(machines.contains) == true
                }
            }
            return found["job"]?.string
        } catch is TookTooLong {
            return nil
        }
    }

    private func press(_ word: Button.Word, _ job: String, _ seen: String?) throws -> SignedDelivery {
        var value = job
        if let seen { value += " seen=\(seen)" }
        let button: JSONValue = ["action_id": .string("bascule.\(word.rawValue).0"), "value": .string(value)]
        return try .slackPress(button, user: People.ines)
    }

    private func form(denying job: String, _ seen: String?) throws -> SignedDelivery {
        let view: JSONValue = [
            "type": "modal", "callback_id": "bascule.deny",
            "private_metadata": .string("\(job)\(seen.map { " seen=\($0)" } ?? "") room=C05SOCOPS7"),
            "blocks": [
                [
                    "type": "input", "block_id": "reason",
                    "element": ["type": "plain_text_input", "action_id": "reason"],
                ]
            ],
        ]
        return try .slackForm(view, saying: "not now", user: People.ines)
    }
}

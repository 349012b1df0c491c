import Cryptography
import CurlClient
import Foundation
import JSONReader
import Synchronization
import Vocabulary

@testable import Simulating

/// Keys for all tests of this target: making them takes long, and sharing them spoils nothing.
let sharedKeys: SimulatorKeys = {
    do {
        return try SimulatorKeys(now: .now())
    } catch {
        preconditionFailure("no keys: \(error)")
    }
}()

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(seconds: 1_795_000_000)) {
        moment = Mutex(start)
    }

    var now: Timestamp { moment.withLock { $0 } }

    func advance(_ seconds: Double) {
        moment.withLock { $0 = $0 + .milliseconds(Int64(seconds * 1000)) }
    }
}

let laptopID = "9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912"
let serverID = "1b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80913"

/// Two machines, one of them a server.
func twoMachines() -> SimulatorScript {
    SimulatorScript(machines: [
        SimulatedMachine(fields: [
            "id": .string(laptopID), "computerDnsName": "laptop-7.corp.example", "osPlatform": "Windows11",
            "lastIpAddress": "10.0.0.7", "onboardingStatus": "Onboarded",
        ]),
        SimulatedMachine(fields: [
            "id": .string(serverID), "computerDnsName": "laptop-70.corp.example", "osPlatform": "Linux",
            "lastIpAddress": "10.0.0.70", "onboardingStatus": "Onboarded",
        ]),
    ])
}

/// The world without a socket: one call after the other.
struct Bench {
    let world: World
    let clock = ManualClock()
    let script: SimulatorScript

    init(_ script: SimulatorScript = twoMachines(), file: StateFile? = nil) {
        self.script = script
        let numbers = Mutex(0)
        world = World(
            script: script,
            keys: sharedKeys,
            file: file,
            makeID: {
                let number = numbers.withLock { last in
                    last += 1
                    return last
                }
                return "00000000-0000-4000-8000-" + String(1_000_000_000_00 + number)
            }
        )
    }

    func call(
        _ method: String,
        _ target: String,
        _ headers: [String: [String]] = [:],
        _ body: String = ""
    ) -> SimulatedAnswer {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        let opened = world.begin(
            SimulatedCall(
                method: method,
                path: halves[0],
                query: halves.count > 1 ? halves[1] : "",
                headers: headers,
                body: Array(body.utf8),
                at: clock.now,
                base: "http://127.0.0.1:1"
            )
        )
        let answer = world.act(on: opened)
        world.end(opened, status: answer.status, executed: answer.executed)
        return answer
    }

    func token(_ fields: [String: String] = [:], path: String? = nil) -> SimulatedAnswer {
        var form = [
            "grant_type": "client_credentials", "client_id": script.client, "client_secret": script.secret,
            "scope": "https://api.securitycenter.microsoft.com/.default",
        ]
        for (name, value) in fields { form[name] = value.isEmpty ? nil : value }
        let body = form.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
        let type = ["content-type": ["application/x-www-form-urlencoded"]]
        return call("POST", path ?? "/\(script.tenant)/oauth2/v2.0/token", type, body)
    }

    func bearer(_ fields: [String: String] = [:]) throws -> [String: [String]] {
        let value = try json(token(fields))["access_token"]?.string ?? ""
        return ["authorization": ["Bearer \(value)"], "content-type": ["application/json"]]
    }

    func post(_ path: String, _ body: JSONValue) throws -> SimulatedAnswer {
        call("POST", path, try bearer(), body.encodedText)
    }

    func get(_ path: String) throws -> JSONValue {
        try json(call("GET", path, try bearer()))
    }

    func json(_ answer: SimulatedAnswer) throws -> JSONValue {
        try JSONReader.read(answer.body)
    }

    func errorCode(_ answer: SimulatedAnswer) throws -> String? {
        try json(answer)["error"]?["code"]?.string
    }
}

func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
}

/// A simulator on a socket and a client for it.
struct Wire {
    let simulator: Simulator
    let addresses: SimulatorAddresses
    let client: CurlClient

    func send(
        _ method: OutgoingRequest.Method,
        _ path: String,
        headers: [OutgoingRequest.Header] = [],
        body: String? = nil,
        deadline: Duration = .seconds(20)
    ) async throws -> IncomingResponse {
        try await client.send(
            OutgoingRequest(
                method,
                Secret(addresses.defender + path),
                headers: headers,
                body: body.map { Secret($0) },
                isIdempotent: method == .get,
                deadline: deadline
            )
        )
    }

    func bearer() async throws -> [OutgoingRequest.Header] {
        let body =
            "grant_type=client_credentials&client_id=\(addresses.client)"
            + "&client_secret=\(encoded(addresses.secret))"
            + "&scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"
        let answer = try await send(
            .post,
            "/\(addresses.tenant)/oauth2/v2.0/token",
            headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: body
        )
        let token = try JSONReader.read(answer.body)["access_token"]?.string ?? ""
        return [.init("Authorization", "Bearer \(token)"), .init("Content-Type", "application/json")]
    }

    static func serve(
        _ script: SimulatorScript,
        isTLS: Bool = false,
        _ use: @escaping @Sendable (Wire) async throws -> Void
    ) async throws {
        let folder = try SimulatorFolder(sharedKeys)
        defer { folder.remove() }
        let trust = isTLS ? folder.authorityPath : nil
        let pause: @Sendable (Duration) async throws -> Void = { _ in }
        try await Simulator.serve(script, keys: sharedKeys, isTLS: isTLS, pause: pause) {
            simulator,
            addresses in
            let client = try CurlClient(.init(trustFile: trust, permitsPlainLoopback: true))
            do {
                try await use(Wire(simulator: simulator, addresses: addresses, client: client))
            } catch {
                await client.close()
                throw error
            }
            await client.close()
        }
    }
}

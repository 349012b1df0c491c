import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// `simulate --state`: what was done is there after the process is gone.
    @Suite struct SimulatorStateTests {
        private static let script = """
            machines:
            \((1...5).map { Settings.machine($0, "ws-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0, end: Succeeded }
            """

        /// A running simulator and a token of it.
        private struct Tenant {
            let base: String
            let bearer: String
            let http: CurlClient

            init(_ program: Program, _ http: CurlClient) async throws {
                let world = try JSONReader.read(try await program.firstLine(), root: .object)
                func word(_ name: String) -> String { world[name]?.string ?? "" }
                self.http = http
                base = word("defender")
                let form = [
                    "grant_type": "client_credentials", "client_id": word("client"),
                    "client_secret": word("secret").replacing("+", with: "%2B").replacing("=", with: "%3D"),
                    "scope": "https://api.securitycenter.microsoft.com/.default",
                ]
                let answer = try await http.send(
                    OutgoingRequest(
                        .post,
                        Secret("\(word("entra"))/\(word("tenant"))/oauth2/v2.0/token"),
                        headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
                        body: Secret(form.map { "\($0)=\($1)" }.joined(separator: "&")),
                        isIdempotent: false
                    )
                )
                let token = try JSONReader.read(answer.body, root: .object)["access_token"]?.string
                bearer = try #require(token)
            }

            func call(
                _ method: OutgoingRequest.Method,
                _ path: String,
                _ body: String? = nil
            ) async throws
                -> (status: Int, body: JSONValue)
            {
                let answer = try await http.send(
                    OutgoingRequest(
                        method,
                        Secret(base + path),
                        headers: [
                            .init("Authorization", "Bearer \(bearer)"),
                            .init("Content-Type", "application/json"),
                        ],
                        body: body.map { Secret($0) },
                        isIdempotent: false
                    )
                )
                return (answer.status, answer.body.isEmpty ? .null : try JSONReader.read(answer.body))
            }

            /// How everything is, as one value.
            func truth() async throws -> [JSONValue] {
                [
                    try await call(.get, "/simulator/machines").body,
                    try await call(.get, "/api/machines").body["value"] ?? .null,
                    try await call(.get, "/api/machineactions").body["value"] ?? .null,
                ]
            }

            func post(_ machine: Int, _ step: String, _ body: String, _ status: Int = 201) async throws {
                let answer = try await call(.post, "/api/machines/\(Settings.id(machine))/\(step)", body)
                #expect(answer.status == status, "\(step)")
            }
        }

        private func simulating<Result>(
            _ folder: TemporaryFolder,
            _ name: String,
            _ work: (Program, Tenant) async throws -> Result
        ) async throws -> Result {
            try folder.write(Self.script, to: "script.yaml")
            return try await Program.running(
                ["simulate", "--script", folder.path("script.yaml"), "--state", folder.path("world.json")],
                environment: ["TMPDIR": folder.path("")],
                in: folder,
                named: name
            ) { program in
                let http = try CurlClient()
                do {
                    let result = try await work(program, try await Tenant(program, http))
                    await http.close()
                    return result
                } catch {
                    await http.close()
                    throw error
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `what was answered is so after a kill, and what was under way goes on`() async throws {
            try await TemporaryFolder.with { folder in
                let before = try await simulating(folder, "first") { program, tenant in
                    try await tenant.post(1, "isolate", #"{"Comment":"a","IsolationType":"Selective"}"#)
                    try await tenant.post(2, "restrictCodeExecution", #"{"Comment":"b"}"#)
                    try await tenant.post(3, "tags", #"{"Value":"VIP","Action":"Add"}"#, 200)
                    try await tenant.post(3, "setDeviceValue", #"{"DeviceValue":"High"}"#, 200)
                    try await tenant.post(4, "offboard", #"{"Comment":"sold"}"#)
                    try await tenant.post(5, "runAntiVirusScan", #"{"Comment":"c","ScanType":"Quick"}"#)
                    let truth = try await tenant.truth()
                    program.kill()
                    return truth
                }
                let rows = before[0].array ?? []
                #expect(rows[0]["isolationType"] == "Selective")
                #expect(rows[1]["restricted"] == true)
                #expect(rows[2]["machineTags"] == ["VIP"])
                #expect(rows[2]["deviceValue"] == "High")
                #expect(rows[3]["offboarded"] == true)
                #expect(before[2].array?.count == 4)
                try await simulating(folder, "second") { program, tenant in
                    #expect(try await tenant.truth() == before)
                    // It is a tenant as any: what is there can be undone.
                    try await tenant.post(1, "unisolate", #"{"Comment":"d"}"#)
                    #expect(try await tenant.truth()[0].array?.first?["isolated"] == false)
                    program.send(SIGTERM)
                    #expect(try await program.end() == .exited(0))
                }
                try await simulating(folder, "third") { program, tenant in
                    let truth = try await tenant.truth()
                    #expect(truth[0].array?.first?["isolated"] == false)
                    #expect(truth[2].array?.count == 5)
                    _ = try await tenant.call(.post, "/simulator/reset")
                    program.kill()
                }
                try await simulating(folder, "fourth") { _, tenant in
                    let truth = try await tenant.truth()
                    #expect(truth[2].array?.isEmpty == true)
                }
            }
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                ("{", "is no state of a simulator"), (#"{"version":7}"#, "is a state of version 7"),
                (#"{"version":1,"estate":[]}"#, "is no state of a simulator"),
            ]
        )
        func `a file that is none is refused, and left as it is`(text: String, words: String) async throws {
            try await TemporaryFolder.with { folder in
                try folder.write(text, to: "world.json")
                let program = try Program(
                    ["simulate", "--state", folder.path("world.json")],
                    environment: ["TMPDIR": folder.path("")],
                    in: folder,
                    named: "refused"
                )
                #expect(try await program.end() == .exited(2))
                #expect(program.errors.contains(words), "\(program.errors)")
                let kept = try String(contentsOfFile: folder.path("world.json"), encoding: .utf8)
                #expect(kept == text)
            }
        }
    }
}

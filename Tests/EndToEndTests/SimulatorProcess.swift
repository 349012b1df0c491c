import CurlClient
import JSONReader
import TestKit
import Vocabulary

/// A running `bascule simulate --tls`: where it is, and what it was asked.
struct SimulatorProcess {
    /// One call as the journal holds it.
    struct Call {
        let json: JSONValue

        var method: String { json["method"]?.string ?? "" }
        var path: String { json["path"]?.string ?? "" }
        /// As sent, with its escapes.
        var query: String { json["query"]?.string ?? "" }
        var body: String { json["body"]?.string ?? "" }
        var isExecuted: Bool { json["executed"] == true }
        /// The job whose marker begins `Comment`.
        var job: String? {
            guard let body = try? JSONReader.read(body, root: .object),
                let comment = body["Comment"]?.string, comment.hasPrefix("bascule:")
            else { return nil }
            return comment.dropFirst("bascule:".count).split(separator: " ").first.map(String.init)
        }
    }

    let program: Program
    let world: JSONValue
    let http: CurlClient

    /// Starts it, does `work` and sees it gone.
    static func with<Result>(
        _ script: String,
        in folder: TemporaryFolder,
        _ work: (SimulatorProcess) async throws -> Result
    ) async throws -> Result {
        try folder.write(script, to: "script.yaml")
        let arguments = ["simulate", "--tls", "--script", folder.path("script.yaml")]
        return try await Program.running(
            arguments,
            environment: ["TMPDIR": folder.path("")],
            in: folder,
            named: "simulate"
        ) { program in
            let world = try JSONReader.read(try await program.firstLine(), root: .object)
            let http = try CurlClient(CurlClient.Settings(trustFile: world["ca"]?.string))
            do {
                let result = try await work(
                    SimulatorProcess(program: program, world: world, http: http)
                )
                await http.close()
                return result
            } catch {
                await http.close()
                throw error
            }
        }
    }

    func word(_ name: String) -> String { world[name]?.string ?? "" }

    /// `host:port`, as `reply.hosts` wants it.
    var chatHost: String { String(word("chat").dropFirst("https://".count)) }

    func journal() async throws -> [Call] {
        try await list("/simulator/journal").map(Call.init)
    }

    func messages() async throws -> [JSONValue] { try await list("/simulator/messages") }

    /// How every machine really is.
    func machines() async throws -> [JSONValue] { try await list("/simulator/machines") }

    /// Calls that created an action, by the last step of their path.
    func executed(_ step: String, machine: String) async throws -> [Call] {
        try await journal().filter { $0.isExecuted && $0.path == "/api/machines/\(machine)/\(step)" }
    }

    private func list(_ path: String) async throws -> [JSONValue] {
        let request = OutgoingRequest(
            .get,
            Secret(word("defender") + path),
            isIdempotent: false,
            responseBytesMax: 64 << 20
        )
        let response = try await http.send(request)
        return try JSONReader.read(response.body, root: .array, bytesMax: 64 << 20).array ?? []
    }
}

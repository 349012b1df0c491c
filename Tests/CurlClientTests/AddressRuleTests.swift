import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct AddressRuleTests {
    private func failure(_ url: String, _ rule: AddressRule) async throws -> TransferFailure {
        let client = try CurlClient()
        var request = OutgoingRequest.post(url)
        request.addressRule = rule
        let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
            try await client.send(request)
        }
        await client.close()
        return found
    }

    @Test(
        arguments: [
            "https://127.0.0.1:1/", "https://localhost:1/", "https://10.1.2.3/", "https://[::1]:1/",
            "https://[fd00::1]/", "https://0x7f000001/", "https://2130706433/", "https://0/",
            "https://[::ffff:169.254.169.254]/",
        ]
    )
    func `an address of a delivery cannot name a private network`(url: String) async throws {
        let found = try await failure(url, .publicOnly)
        #expect(found.kind == .notPermitted)
        #expect(!found.mayHaveBeenExecuted)
    }

    @Test func `a name that resolves to a private address is not connected to`() async throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let name = ProcessInfo.processInfo.hostName
        guard !name.isEmpty, name != "localhost", getaddrinfo(name, nil, &hints, &list) == 0, let list else {
            print("skipped: this machine's own name \(name) does not resolve here")
            return
        }
        freeaddrinfo(list)
        let server = try ScriptedServer { $0.waitForEnd() }
        defer { server.stop() }
        let found = try await failure("https://\(name):\(server.port)/", .publicOnly)
        #expect(found.kind == .notPermitted)
        #expect(!found.mayHaveBeenExecuted)
        #expect(server.connectionCount == 0)
    }

    @Test func `a public address may still have to be on a list`() async throws {
        let rule = AddressRule.publicAmong([
            .init(host: "hooks.slack.com"), .init(host: "127.0.0.1", port: 1),
        ])
        for url in [
            "https://hooks.slack.com.example/", "https://hooks.slack.com:8443/", "https://127.0.0.1:1/",
        ] {
            let found = try await failure(url, rule)
            #expect(found.kind == .notPermitted)
        }
    }

    @Test func `a listed host and port may be private and no other is called`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        } test: { client, server in
            let listed = AddressRule.HostPort(host: "127.0.0.1", port: server.port)
            var request = OutgoingRequest.post(server.url)
            request.addressRule = .exactly([listed])
            let answer = try await client.send(request)
            #expect(answer.status == 200)
            for other in [
                AddressRule.HostPort(host: "127.0.0.1", port: 443),
                AddressRule.HostPort(host: "127.0.0.2", port: server.port),
            ] {
                let found = try await failure(server.url, .exactly([other]))
                #expect(found.kind == .notPermitted)
            }
        }
    }
}

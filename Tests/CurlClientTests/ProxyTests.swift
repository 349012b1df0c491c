import Testing
import Vocabulary

@testable import CurlClient

struct ProxyTests {
    private let unresolvable = String(repeating: "a", count: 64) + ".example"

    @Test func `an https call asks the proxy for a tunnel and a refusal was not executed`() async throws {
        let asked = Record<String>()
        try await withServer { connection in
            while let request = connection.readRequest() {
                asked.append(request.firstLine)
                connection.answer(403, "no")
            }
        } test: { _, proxy in
            let settings = CurlClient.Settings(proxy: .init(url: Secret(proxy.url)))
            let client = try CurlClient(settings)
            let found = try await failure { () async throws(TransferFailure) in
                try await client.send(.post("https://api.example/"))
            }
            #expect(found.kind == .proxy)
            #expect(!found.mayHaveBeenExecuted)
            await client.close()
        }
        #expect(asked.all == ["CONNECT api.example:443 HTTP/1.1"])
    }

    @Test func `loopback and excepted hosts are called directly`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil { connection.answer(200, "direct") }
        } test: { _, server in
            try await withServer { connection in
                while connection.readRequest() != nil { connection.answer(403) }
            } test: { _, proxy in
                let settings = CurlClient.Settings(
                    proxy: .init(url: Secret(proxy.url), exceptions: [".Example"])
                )
                let client = try CurlClient(settings)
                #expect(try await client.send(.get(server.url)).status == 200)
                let found = try await failure { () async throws(TransferFailure) in
                    try await client.send(.get("https://\(unresolvable)/"))
                }
                #expect(found.kind == .resolve)
                #expect(proxy.connectionCount == 0)
                await client.close()
            }
        }
    }

    @Test(arguments: [
        ("corp.example", true), ("a.corp.example", true), ("corp.example.com", false),
        ("xcorp.example", false),
    ])
    func `an exception stands for a host and what is under it`(host: String, isDirect: Bool) {
        let proxy = CurlClient.Proxy(url: Secret("http://proxy.example:3128"), exceptions: ["corp.example"])
        #expect(proxy.isFor(host: host) != isDirect)
    }

    @Test(arguments: ["proxy.example", "ftp://proxy.example", "", "http://"])
    func `a proxy that cannot be used is refused at the start`(url: String) {
        #expect(throws: CurlSetupError.proxyNotUsable) {
            try CurlClient(CurlClient.Settings(proxy: .init(url: Secret(url))))
        }
    }
}

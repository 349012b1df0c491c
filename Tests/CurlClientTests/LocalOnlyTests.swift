import Testing
import Vocabulary

@testable import CurlClient

/// Services of this machine and of the cloud it runs in, such as the metadata service at 169.254.169.254.
struct LocalOnlyTests {
    private static let proxied = CurlClient.Settings(
        proxy: .init(url: Secret("http://proxy.example:3128")),
        permitsPlainLoopback: false
    )

    private func prepared(
        _ url: String,
        _ rule: AddressRule = .localOnly
    ) throws(TransferFailure) -> PreparedCall {
        try PreparedCall(
            OutgoingRequest(.get, Secret(url), isIdempotent: true, addressRule: rule),
            settings: Self.proxied
        )
    }

    @Test(arguments: [
        "http://169.254.169.254/metadata", "http://127.0.0.1:40342/", "http://localhost:42356/msi/token",
        "http://[fe80::1]/", "https://169.254.130.5:8081/msi/token", "http://0xA9FEA9FE/",
    ])
    func `they are called directly, in plain http as well`(url: String) throws {
        let call = try prepared(url)
        #expect(call.proxy == nil)
        #expect(call.mustBeLocal)
        #expect(!call.mustBeLoopback)
    }

    @Test(arguments: [
        "http://169.253.169.254/", "http://169.255.169.254/", "https://corp.example/", "http://10.0.0.1/",
        "http://169.254.169.254.corp.example/", "https://[fec0::1]/", "http://127.0.0.1.corp.example/",
    ])
    func `nothing beyond the link is`(url: String) {
        let refusal = #expect(throws: TransferFailure.self) { try prepared(url) }
        #expect(refusal?.kind == .notPermitted)
        #expect(refusal?.mayHaveBeenExecuted == false)
    }

    @Test func `another call to such an address goes past the proxy, and never in plain http`() throws {
        #expect(try prepared("https://169.254.169.254/", .any).proxy == nil)
        #expect(try prepared("https://corp.example/", .any).proxy != nil)
        #expect(throws: TransferFailure.self) { try prepared("http://169.254.169.254/", .any) }
    }

    @Test func `a call to this machine does not touch the proxy`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil { connection.answer(200, "direct") }
        } test: { _, server in
            try await withServer { connection in
                while connection.readRequest() != nil { connection.answer(403) }
            } test: { _, proxy in
                let client = try CurlClient(CurlClient.Settings(proxy: .init(url: Secret(proxy.url))))
                var request = OutgoingRequest.get(server.url)
                request.addressRule = .localOnly
                #expect(try await client.send(request).status == 200)
                #expect(proxy.connectionCount == 0)
                await client.close()
            }
        }
    }
}

import Testing

@testable import CurlClient

struct NetworkAddressTests {
    @Test(
        arguments: [
            ("8.8.8.8", true), ("1.1.1.1", true), ("10.0.0.1", false), ("100.64.0.1", false),
            ("100.128.0.1", true), ("127.0.0.1", false), ("169.254.169.254", false), ("172.15.255.255", true),
            ("172.16.0.1", false), ("172.31.255.255", false), ("172.32.0.1", true), ("192.168.1.1", false),
            ("198.18.0.1", false), ("198.20.0.1", true), ("203.0.113.9", false), ("224.0.0.1", false),
            ("255.255.255.255", false), ("0.0.0.0", false), ("::1", false), ("::", false), ("fe80::1", false),
            ("fd00::1", false), ("ff02::1", false), ("2001:db8::1", false), ("2002:0a00:0001::1", false),
            ("2606:4700::1111", true), ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", true),
            ("64:ff9b::10.0.0.1", false), ("64:ff9b::8.8.8.8", true),
        ]
    )
    func `an address is public only outside every special-purpose network`(
        text: String,
        isPublic: Bool
    ) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.isPublic == isPublic)
    }

    @Test(arguments: ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"])
    func `loopback addresses are known in every notation`(text: String) throws {
        #expect(try #require(NetworkAddress(text)).isLoopback)
    }

    @Test(
        arguments: [
            ("hooks.slack.com", AddressRule.HostPort(host: "hooks.slack.com", port: 443)),
            ("127.0.0.1:9443", AddressRule.HostPort(host: "127.0.0.1", port: 9443)),
            ("[::1]:9443", AddressRule.HostPort(host: "::1", port: 9443)),
            ("[::1]", AddressRule.HostPort(host: "::1", port: 443)), ("a:0", nil), ("a:65536", nil),
            ("", nil),
            (":443", nil), ("https://a", nil), ("u@a", nil),
        ]
    )
    func `host and port are read from the settings`(text: String, expected: AddressRule.HostPort?) {
        #expect(AddressRule.HostPort(text) == expected)
    }
}

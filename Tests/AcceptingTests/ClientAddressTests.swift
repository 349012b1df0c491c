import Testing

@testable import Accepting

struct ClientAddressTests {
    @Test(arguments: [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("unknown", ["198.51.100.1"], "unknown"),
    ])
    func `only what a trusted proxy says is believed, from the right`(
        peer: String,
        forwarded: [String],
        client: String
    ) throws {
        let trusted = [try AddressRange("10.0.0.0/8")]
        #expect(ClientAddress.find(peer: peer, forwarded: forwarded, trusted: trusted) == client)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::1", "0:0:0:0:0:0:0:1", true), ("0.0.0.0/0", "::1", false),
    ])
    func `a range holds the addresses of its prefix`(range: String, address: String, isIn: Bool) throws {
        let parsed = try #require(IPAddress(address))
        #expect(try AddressRange(range).contains(parsed) == isIn)
    }

    @Test(arguments: [
        "", "10", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "010.0.0.1", "1.2.3.256", "::1/129", "1:2",
        "a::b::c",
        "12345::", "1:2:3:4:5:6:7:8:9", "proxy.example",
    ])
    func `what is no address or range is refused`(text: String) {
        #expect(throws: AcceptingError.badAddressRange(text: text)) { try AddressRange(text) }
    }
}

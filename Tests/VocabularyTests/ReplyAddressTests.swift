import Foundation
import Testing
import Vocabulary

/// Addresses as ledgers hold them.
struct ReplyAddressTests {
    @Test func `a row without a thread, as older versions wrote it, is read`() throws {
        let row = #"{"slack":{"channel":"C1","user":"U1"}}"#
        let address = try JSONDecoder().decode(ReplyAddress.self, from: Data(row.utf8))
        #expect(address == .slack(channel: "C1", user: "U1", responseURL: nil))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(address), as: UTF8.self) == row)
    }

    @Test func `a thread is kept, also where the address that expires is forgotten`() throws {
        let url = ResponseURL(url: "https://hooks.slack.com/x", expiresAt: Timestamp(seconds: 1))
        let address = ReplyAddress.slack(channel: "C1", user: nil, responseURL: url, thread: "17.1")
        let copy = try JSONDecoder().decode(ReplyAddress.self, from: JSONEncoder().encode(address))
        #expect(copy == address)
        #expect(
            address.withoutResponseURL == .slack(channel: "C1", user: nil, responseURL: nil, thread: "17.1")
        )
    }
}

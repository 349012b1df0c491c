import JSONReader
import Testing
import Vocabulary

@testable import Wiring

struct RecordedRequestTests {
    private func read(_ text: String) throws -> RecordedRequest {
        try RecordedRequest(JSONReader.read(text))
    }

    @Test func `headers keep their case and come as often as listed, the body byte for byte`() throws {
        let request = try read(#"{"headers": {"X-A": "1", "x-b": ["2", "3"]}, "body_base64": "AP8K"}"#)
        #expect(request.headers == [.init("X-A", "1"), .init("x-b", "2"), .init("x-b", "3")])
        #expect(request.body == [0x00, 0xFF, 0x0A])
        let delivery = request.delivery(at: SourceName("siem"), receivedAt: Timestamp(seconds: 1))
        #expect(delivery.values(of: "X-B") == ["2", "3"])
    }

    @Test func `nothing said is nothing sent`() throws {
        let request = try read(#"{"method": "POST"}"#)
        #expect(request.headers.isEmpty)
        #expect(request.body.isEmpty)
    }

    @Test(arguments: [
        ("/hooks/search/s3cret", "s3cret"), ("/hooks/search/s3cret/", "s3cret"), ("/hooks/search", nil),
        ("/other/search/s3cret", nil), ("", nil),
    ])
    func `the path matters for what follows the source`(path: String, secret: String?) throws {
        let request = try read(#"{"path": "\#(path)"}"#)
        let delivery = request.delivery(at: SourceName("search"), receivedAt: Timestamp(seconds: 1))
        #expect(delivery.pathSecret == secret.map { Secret($0) })
    }

    @Test(arguments: [
        ("[]", RecordedRequestError.notAnObject),
        (#"{"headers": []}"#, .badHeaders), (#"{"headers": {"a": 1}}"#, .badHeader("a")),
        (#"{"headers": {"a": ["1", null]}}"#, .badHeader("a")), (#"{"body_base64": "=="}"#, .badBody),
        (#"{"body_base64": 1}"#, .badBody),
    ])
    func `what is no request is said`(text: String, error: RecordedRequestError) {
        #expect(throws: error) { try read(text) }
        #expect(!error.message.isEmpty)
    }
}

import Testing
import Vocabulary

@testable import Telemetry

struct ScrubberTests {
    @Test(arguments: [
        "authorization", "Authorization", "http.authorization", "set-cookie", "slack.token", "client_secret",
        "client_assertion", "response_url", "slack.responseUrl", "signing-key", "x-hub-signature", "password",
        "body",
        "request.headers",
    ])
    func `a field named like a secret is never shown`(name: String) {
        #expect(Scrubber().scrub("harmless", named: name) == "<redacted>")
    }

    @Test(arguments: [
        "source", "delivery.id", "secret.index", "token.expires", "body.bytes", "machine", "job", "reason",
        "keyboard",
    ])
    func `a field that only tells about one is shown`(name: String) {
        #expect(Scrubber().scrub("harmless", named: name) == "harmless")
    }

    @Test(arguments: [
        ("https://a.example/x?sig=abc&y=1", "https://a.example/x?<redacted>"),
        ("(https://a.example/x?sig=abc)", "(https://a.example/x?<redacted>)"),
        ("https://user:pw@a.example/x", "https://<redacted>@a.example/x"),
        ("https://user:p@w@a.example/x", "https://<redacted>@a.example/x"),
        ("https://a.example/x#frag", "https://a.example/x#<redacted>"),
        ("https://hooks.slack.com/commands/T1/2/abc", "https://hooks.slack.com/<redacted>"),
        ("hooks.slack.com/services/T1/B2/abc", "hooks.slack.com/<redacted>"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer <redacted>"),
        ("basic dXNlcjpwYXNz", "basic <redacted>"),
        ("token eyJhbGciOiJSUzI1NiJ9.e30.c2ln rest", "token <redacted> rest"),
        ("client_secret=abc&x", "client_secret=<redacted>"),
        ("using xoxb-1234567890-abc", "using <redacted>"),
        ("whsec_MfKQ9r8GKYqrTwjU", "<redacted>"),
        ("x -----BEGIN PRIVATE KEY----- y", "<redacted>"),
        ("isolate laptop-7 because SEC-1=x", "isolate laptop-7 because SEC-1=x"),
        ("https://a.example/x/y", "https://a.example/x/y"),
        ("", ""),
    ])
    func `what looks like a secret is taken out and the rest kept`(text: String, scrubbed: String) {
        #expect(Scrubber().scrub(text) == scrubbed)
    }

    @Test func `known values are taken out wherever they stand, short ones left`() {
        let scrubber = Scrubber(knowing: [
            Secret("correct-horse"), Secret("correct-horse-battery"), Secret("abc"),
        ])
        #expect(scrubber.scrub("xcorrect-horse-batteryx abc") == "x<redacted>x abc")
    }

    @Test func `a known value is known in a form, a URL and base 64 as well`() {
        let scrubber = Scrubber(knowing: [Secret("p@ss/word&1")])
        #expect(scrubber.scrub("a=p%40ss%2Fword%261") == "a=<redacted>")
        #expect(scrubber.scrub("cEBzcy93b3JkJjE=") == "<redacted>")
    }
}

struct ScrubberLearningTests {
    @Test func `what one copy learns after a rotation every copy knows, and the old is still known`() {
        let first = Scrubber(knowing: [Secret("old-signing-key")])
        let copy = first
        first.learn([Secret("new-signing-key")])
        #expect(copy.scrub("a new-signing-key b") == "a <redacted> b")
        #expect(copy.scrub("a old-signing-key b") == "a <redacted> b")
    }
}

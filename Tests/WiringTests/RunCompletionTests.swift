import Testing

@testable import Wiring

/// What a shell offers behind `run`.
struct RunCompletionTests {
    @Test(arguments: [
        (["bascule", "run", "isol"], ["isolate"]),
        (["bascule", "run", "--json", "un"], ["unrestrict", "untag"]),
        (["bascule", "run", "isolate", "ws-1", ""], ["for", "with", "because"]),
        (["bascule", "run", "scan", "ws-1", "w"], ["with"]),
        (["bascule", "run", "scan", "ws-1", "with", ""], ["type=Quick", "type=Full", "because"]),
        (["bascule", "run", "tag", "ws-1", "with", "t"], ["tag="]),
        (["bascule", "run", "block", "evil.example", "for", ""], ["ever", "1h", "4h", "8h", "1d", "7d"]),
        (["bascule", "run", "scan", "ws-1", "because", "SEC"], []),
        (["bascule", "jobs"], []),
    ])
    func `words are offered by what stands before`(words: [String], offered: [String]) {
        #expect(RunCompletion.candidates(after: words) == offered)
    }
}

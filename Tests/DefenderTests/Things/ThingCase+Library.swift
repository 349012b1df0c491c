import CurlClient
import Defender
import Testing
import Vocabulary

/// The library, from `reference/defender-api.md` §2.4.
extension ThingCase {
    private static let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    private static let row =
        #"{"fileName":"triage.ps1","sha256":"\#(digest)","description":"first look","creationTime":"#
        + #""2026-11-02T09:14:07.1234567Z","lastUpdatedTime":"2026-11-02T09:15:00Z","createdBy":"ola@corp.example","#
        + #""hasParameters":true,"parametersDescription":"-Quick","novel":{"a":[1]}}"#

    static let library = [
        ThingCase(
            word: "library",
            request: "GET /api/libraryfiles",
            answer:
                #"{"@odata.context":"x#LibraryFiles","value":[\#(row),{"fileName":"b.sh","sha256":null}]}"#,
            line: "triage.ps1, \(digest), first look, 2026-11-02T09:15:00Z, ola@corp.example",
            count: 2
        ),
        ThingCase(
            word: "library-upload",
            subject: "triage.ps1",
            parameters: [
                "sha256": digest, "description": "first look", "usage": "-Quick", "override": "yes",
            ],
            file: Array("hello".utf8),
            request: "POST /api/libraryfiles",
            body: form([
                ("file\"; filename=\"triage.ps1\"\r\nContent-Type: application/octet-stream", "hello"),
                ("Description\"", "first look"), ("ParametersDescription\"", "-Quick"),
                ("HasParameters\"", "true"),
                ("OverrideIfExists\"", "true"),
            ]),
            answer: row,
            line: "fileName triage.ps1, sha256 \(digest), description first look, hasParameters yes, "
                + "parametersDescription -Quick."
        ),
        ThingCase(
            word: "library-upload",
            subject: "a.sh",
            parameters: ["sha256": digest],
            file: Array("hello".utf8),
            request: "POST /api/libraryfiles",
            body: form([
                ("file\"; filename=\"a.sh\"\r\nContent-Type: application/octet-stream", "hello"),
                ("HasParameters\"", "false"), ("OverrideIfExists\"", "false"),
            ]),
            answer: #"{"fileName":"a.sh","sha256":"\#(digest)"}"#,
            line: "fileName a.sh, sha256 \(digest)."
        ),
        ThingCase(
            word: "library-delete",
            subject: "triage.ps1",
            request: "DELETE /api/libraryfiles/triage.ps1",
            status: 204,
            answer: "",
            line: "It is out of the library."
        ),
    ]

    private static func form(_ parts: [(String, String)]) -> String {
        let mark = "--bascule-\(digest)"
        return parts.map { "\(mark)\r\nContent-Disposition: form-data; name=\"\($0)\r\n\r\n\($1)\r\n" }
            .joined()
            + "\(mark)--\r\n"
    }
}

/// What is sent again because nobody knows whether it arrived.
struct LibraryAgainTests {
    private static let missing = ErrorTests.body("ResourceNotFound")
    private static let exists = ErrorTests.body("BadRequest", "File a.sh already exists in the library.")

    private func request(_ word: String, _ parameters: [String: String] = [:], again: Bool) -> DefenderRequest
    {
        var request = DefenderRequest(action: word, subject: "a.sh", parameters: parameters)
        request.isRepeat = again
        request.file = Array("hello".utf8)
        return request
    }

    @Test func `a file that is gone was deleted by the first try, and by none if there was none`()
        async throws
    {
        let again = Bench([.json(404, Self.missing)])
        let answer = try await again.client.order(
            request("library-delete", again: true),
            deadline: .seconds(30)
        )
        #expect(answer.lines == ["It is out of the library."])
        let first = Bench([.json(404, Self.missing)])
        let error = try await refusal {
            try await first.client.order(request("library-delete", again: false), deadline: .seconds(30))
        }
        #expect(error.kind == .notFound)
    }

    @Test(arguments: [("AB", true), ("cd", false)])
    func `a file that is there already came with the first try, if it is the same`(
        digest: String,
        isSame: Bool
    )
        async throws
    {
        let list = #"{"value":[{"fileName":"b.sh","sha256":"ab"},{"fileName":"a.sh","sha256":"\#(digest)"}]}"#
        let bench = Bench([.json(400, Self.exists), .json(200, list)])
        let wanted = request("library-upload", ["sha256": "ab"], again: true)
        if isSame {
            let answer = try await bench.client.order(wanted, deadline: .seconds(30))
            #expect(answer.lines == ["fileName a.sh, sha256 AB."])
        } else {
            let error = try await refusal { try await bench.client.order(wanted, deadline: .seconds(30)) }
            #expect(error.kind == .refused && error.message.contains("already exists"))
        }
        let first = Bench([.json(400, Self.exists)])
        let error = try await refusal {
            try await first.client.order(
                request("library-upload", ["sha256": "ab"], again: false),
                deadline: .seconds(30)
            )
        }
        #expect(error.kind == .refused)
        #expect(first.sender.sent.count == 1)
        #expect(
            first.sender.sent.first?.headers["Content-Type"] == "multipart/form-data; boundary=bascule-ab"
        )
    }
}

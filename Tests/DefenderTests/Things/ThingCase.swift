import Catalogue
import CurlClient
import Defender
import Testing
import Vocabulary

/// One look-up or order: what is asked, the exact request, a recorded answer, and what is told of it.
struct ThingCase: Sendable, CustomTestStringConvertible {
    let word: String
    var subject: String?
    var isAboutMachine = false
    var parameters: [String: String] = [:]
    var endsAt: Timestamp?
    /// The back end that is chosen for it.
    var host = BackEnd.defender
    var file: [UInt8]?
    /// Such as `GET /api/alerts?$top=100`, percent-encoded as it is sent.
    let request: String
    var body: String?
    var status = 200
    /// As `reference/defender-api.md` has it, with fields and words never heard of.
    let answer: String
    /// The first of the lines for people.
    let line: String?
    var count = 1
    /// A second call and its body, where one follows.
    var next: String?

    var testDescription: String { request }

    /// Asks it of a client whose sender gives the recorded answer.
    func ask(of bench: Bench) async throws -> Answer {
        let entry = try #require(Catalogue.entry(word))
        var filled = parameters
        for parameter in entry.parameters where filled[parameter.name] == nil {
            filled[parameter.name] = parameter.defaultValue
        }
        var request = DefenderRequest(
            action: word,
            subject: subject,
            machine: isAboutMachine ? try Bench.machineID() : nil,
            parameters: filled,
            endsAt: endsAt,
            comment: "bascule:j-1 mia: SEC-1",
            askedAt: Bench.now
        )
        request.file = file
        return entry.changesState
            ? try await bench.client.order(request, deadline: .seconds(30))
            : try await bench.client.ask(request)
    }

    func bench(_ answers: [RecordingSender.Answer]) -> Bench {
        Bench(answers, backEnds: BackEndChoice(hunting: host, alerts: host))
    }

    static let all: [ThingCase] = alerts + facts + hunting + indicators + library + weaknesses
}

/// Every look-up and order, on the wire and back.
struct ThingTests {
    @Test(arguments: ThingCase.all)
    func `the request is exactly this and the answer is read`(of thing: ThingCase) async throws {
        let bench = thing.bench([.json(thing.status, thing.answer), .json(200, "{}")])
        let answer = try await thing.ask(of: bench)
        #expect(bench.sender.sent.count == (thing.next == nil ? 1 : 2))
        let sent = try #require(bench.sender.sent.first)
        let base = thing.host == .graph ? "https://graph.example" : "https://api.example"
        #expect("\(sent.method) \(sent.url)" == thing.request.replacing(" /", with: " \(base)/"))
        #expect(sent.body == thing.body)
        #expect(sent.headers["Authorization"] == (thing.host == .graph ? "Bearer G1" : "Bearer T1"))
        if let next = thing.next, let second = bench.sender.sent.last {
            let said = "\(second.method) \(second.url) \(second.body ?? "")"
            #expect(said == next.replacing("POST /", with: "POST \(base)/"))
        }
        #expect(answer.count == thing.count)
        #expect(answer.lines.first == thing.line)
    }

    @Test(arguments: ThingCase.all)
    func `refusals are told apart`(of thing: ThingCase) async throws {
        let missing =
            #"{"error":{"code":"Forbidden","message":"Missing application roles.","target":"6c0f"}}"#
        let unknown = #"{"error":{"code":"ResourceNotFound","message":"It was not found","target":"6c0f"}}"#
        let quota =
            #"{"error":{"code":"429","message":"API calls quota exceeded! You can send requests again in 8 seconds.","target":"t"}}"#
        let input = #"{"error":{"code":"InvalidInput","message":"The value is invalid","target":"6c0f"}}"#
        for (status, body, kind) in [
            (403, missing, DefenderError.Kind.permission), (404, unknown, .notFound), (400, input, .refused),
            (429, quota, .throttled), (404, "", .notFound), (403, "<html>no</html>", .permission),
        ] {
            let error = try await refusal { try await thing.ask(of: thing.bench([.json(status, body)])) }
            #expect(error.kind == kind, "\(status)")
            #expect(error.mayHaveBeenExecuted == false)
            if status == 429 { #expect(error.retryAfter == .seconds(8)) }
        }
    }

    @Test func `every look-up and order of the catalogue has a route and a case`() {
        let words = Catalogue.actions.filter {
            ($0.isLookUp && $0.needsGrant) || ($0.isDoneAtOnce && !$0.isAboutMachine)
        }
        .map(\.word)
        let tried = Set(ThingCase.all.map(\.word))
        #expect(words.filter { !tried.contains($0) } == [])
    }
}

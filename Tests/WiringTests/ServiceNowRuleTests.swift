import Authenticating
import Classifying
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// Runs the business rule of `deploy/sources/servicenow.md` in Node.js, with stand-ins for what the platform gives
/// a script, and takes what it sends as the bridge would.
@Suite(.enabled(if: ServiceNowRule.node != nil, "Node.js is not installed."))
struct ServiceNowRuleTests {
    private static let secret = "whsec_M2dvZXZiejMzMDA0NW1tMTdqbHd3MzV4MHlybGJxODN6OXEwMDNxMQ=="
    private static let now = Timestamp(seconds: 1_788_173_062)

    private static let record: JSONValue = [
        "table": "sn_si_incident", "operation": "update", "sys_id": "a1dacaae379f4ddf820aef0f8c85f7ee",
        "noted": false,
        "current": [
            "number": ["SIR0010142"], "short_description": ["Möglicher Beacon \u{1F6A8} \"ws-0142\""],
            "state": ["18", "Contain"], "priority": ["2", "2 - High"],
            "assigned_to": ["995fec6e", "Jonas"], "caller": ["29de10a1", "Maya"],
            "sys_updated_by": ["maya.okafor"], "sys_updated_on": ["2026-08-31 10:44:12"],
            "cmdb_ci": ["2be7834b", "ws-0142"], "u_containment": ["isolate"],
        ],
        "previous": ["state": ["10", "Draft"]],
        "users": [
            "995fec6e": ["user_name": ["jonas.lindqvist"], "name": ["Jonas Lindqvist"]],
            "29de10a1": ["user_name": ["maya.okafor"], "name": ["Maya Okafor"]],
        ],
    ]

    private func source() throws -> PreparedSource {
        let settings = Settings.Source(
            name: SourceName("servicenow"),
            kind: ServiceNow.kind,
            secrets: [Secret(Self.secret)],
            publicKeys: [],
            options: ["tables": ["sn_si_incident"]],
            rehearses: false,
            reply: Settings.Reply(),
            ownAccounts: [],
            line: 1
        )
        let route = Settings.Route(
            name: "commands",
            from: settings.name,
            trigger: .commentCommand("@bascule"),
            parameters: [:],
            line: 1
        )
        return try PreparedSource(settings, routes: [route])
    }

    private func delivery(_ sent: JSONValue) throws -> RawDelivery {
        let headers = (sent["headers"]?.object ?? [:]).map { name, value in
            RawDelivery.Header(name, value.string ?? "")
        }
        return RawDelivery(
            source: SourceName("servicenow"),
            headers: headers,
            body: Array((sent["body"]?.string ?? "").utf8),
            receivedAt: Self.now,
            remoteAddress: "127.0.0.1"
        )
    }

    @Test func `what the rule sends of a change is genuine and says all of it`() async throws {
        let all = try await ServiceNowRule.run(Self.record, Self.secret, at: Self.now)
        let sent = try #require(all[0])
        #expect(sent["endpoint"] == "https://bascule.example/hooks/servicenow")
        #expect(sent["method"] == "POST")
        let raw = try delivery(sent)
        #expect(raw.body.allSatisfy { $0 < 0x7F })
        let verified = try source().verify(raw, now: Self.now)
        let body = try JSONReader.read(verified.body, root: .object)
        #expect(verified.senderKey == body["event_id"]?.string)
        #expect(body["short_description"] == "Möglicher Beacon \u{1F6A8} \"ws-0142\"")
        #expect(body.at("cmdb_ci.name") == "ws-0142")
        #expect(body["u_containment"] == "isolate")
        #expect(body["u_isolation_type"] == nil)
        let event = try #require(try ServiceNow.read(body, of: verified))
        #expect(event.actor == TicketEvent.Actor("maya.okafor", shownName: "Maya Okafor"))
        #expect(event.statusTo == ["Contain", "18"])
        #expect(event.statusFrom == ["Draft", "10"])
        #expect(event.ticket == "SIR0010142")
        #expect(event.comment == nil)
    }

    @Test func `one changed byte, or another secret, is refused`() async throws {
        let all = try await ServiceNowRule.run(Self.record, Self.secret, at: Self.now)
        let sent = try #require(all[0])
        let raw = try delivery(sent)
        var body = raw.body
        body[body.count / 2] ^= 1
        let tampered = RawDelivery(
            source: raw.source,
            headers: raw.headers,
            body: body,
            receivedAt: raw.receivedAt,
            remoteAddress: raw.remoteAddress
        )
        let source = try source()
        #expect { try source.verify(tampered, now: Self.now) } throws: {
            ($0 as? VerificationFailure)?.reason == "signature-mismatch"
        }
        let other = try await ServiceNowRule.run(Self.record, "whsec_b3RoZXI=", at: Self.now)
        let foreign = try delivery(try #require(other[0]))
        #expect { try source.verify(foreign, now: Self.now) } throws: {
            ($0 as? VerificationFailure)?.reason == "signature-mismatch"
        }
    }

    @Test func `a work note is a command, a new record went into its state, the rest is silent`() async throws
    {
        var noted = try #require(Self.record.object)
        noted["previous"] = ["state": ["18", "Contain"]]
        #expect(try await ServiceNowRule.run(.object(noted), Self.secret, at: Self.now) == [])
        noted["noted"] = true
        let sent = try await ServiceNowRule.run(.object(noted), Self.secret, at: Self.now)
        let verified = try source().verify(try delivery(try #require(sent[0])), now: Self.now)
        guard case .intents(let intents) = try await source().classify(verified) else {
            Issue.record("It asks for nothing.")
            return
        }
        #expect(intents.map(\.request) == [.status(.hostName("ws-0142"))])
        #expect(intents.map(\.asker) == [.identity("maya.okafor")])
        var made = try #require(Self.record.object)
        made["operation"] = "insert"
        let inserted = try await ServiceNowRule.run(.object(made), Self.secret, at: Self.now)
        let body = try JSONReader.read(inserted[0]?["body"]?.string ?? "", root: .object)
        #expect(body.at("state.previous") == .null)
    }
}

/// The page's script and what stands for the platform.
enum ServiceNowRule {
    static let node = ["/usr/bin/node", "/usr/local/bin/node", "/opt/homebrew/bin/node"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("deploy/sources/servicenow.md")

    /// Runs the rule once, and hands back the requests that it made.
    static func run(_ record: JSONValue, _ secret: String, at now: Timestamp) async throws -> JSONValue {
        let text = try String(contentsOf: page, encoding: .utf8)
        let parts = text.components(separatedBy: "```")
        let script = try #require(parts.first { $0.hasPrefix("javascript\n") }).dropFirst(
            "javascript\n".count
        )
        let input: JSONValue = [
            "record": record, "secret": .string(secret), "now": .integer(now.milliseconds),
            "script": .string(String(script)),
        ]
        let output = try await execute(platform + "\n", input)
        return try JSONReader.read(output, root: .array)
    }

    private static func execute(_ program: String, _ input: JSONValue) async throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "rule-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["program.js", "input.json", "output", "errors"].map(folder.appendingPathComponent)
        try Data(program.utf8).write(to: files[0])
        try Data(input.encoded()).write(to: files[1])
        for file in files[2...] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(node))
        process.arguments = [files[0].path, files[1].path]
        process.environment = [:]
        process.standardOutput = try FileHandle(forWritingTo: files[2])
        process.standardError = try FileHandle(forWritingTo: files[3])
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        let errors = String(decoding: try Data(contentsOf: files[3]), as: UTF8.self)
        try #require(status == 0, "\(errors)")
        return Array(try Data(contentsOf: files[2]))
    }

    /// Stand-ins for the platform: `generateMac` takes its key as base64 and its text as bytes below 256, and fails
    /// for others, so that a script that signs anything but ASCII shows here.
    private static let platform = #"""
        const crypto = require('crypto')
        const input = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'))
        const sent = []
        class Row {
          constructor(fields) { this.fields = fields }
          isValidField(name) { return name in this.fields }
          getValue(name) { return name in this.fields ? this.fields[name][0] : null }
          getDisplayValue(name) { return name in this.fields ? this.fields[name].at(-1) : '' }
        }
        class Current extends Row {
          constructor(record) {
            super(record.current)
            this.record = record
            for (const name of Object.keys(record.current)) {
              this[name] = { getRefRecord: () => new Row(record.users[record.current[name][0]] || {}) }
            }
            this.work_notes = {
              changes: () => record.noted,
              getJournalEntry: () => '2026-08-31 10:44:12 - Maya Okafor (Work notes)\n@bascule status ws-0142\n\n',
            }
          }
          operation() { return this.record.operation }
          getTableName() { return this.record.table }
          getUniqueValue() { return this.record.sys_id }
        }
        const gs = {
          getProperty: name => ({
            'bascule.hook': 'https://bascule.example/hooks/servicenow', 'bascule.secret': input.secret,
            'instance_name': 'asterdev',
          })[name],
          generateGUID: () => crypto.randomBytes(16).toString('hex'),
        }
        class GlideDateTime { getNumericValue() { return input.now } }
        class GlideCertificateEncryption {
          generateMac(key, algorithm, text) {
            if (algorithm !== 'HmacSHA256' || !/^[\x00-\x7e]*$/.test(text)) throw new Error('cannot sign this')
            return crypto.createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'latin1').digest('base64')
          }
        }
        const sn_ws = {
          RESTMessageV2: class {
            constructor() { this.request = { headers: {} } }
            setEndpoint(url) { this.request.endpoint = url }
            setHttpMethod(method) { this.request.method = method }
            setRequestHeader(name, value) { this.request.headers[name] = value }
            setRequestBody(body) { this.request.body = body }
            executeAsync() { sent.push(this.request) }
          },
        }
        const previous = input.record.operation === 'insert' ? null : new Row(input.record.previous)
        new Function(
          'current', 'previous', 'gs', 'GlideDateTime', 'GlideCertificateEncryption', 'sn_ws', input.script
        )(new Current(input.record), previous, gs, GlideDateTime, GlideCertificateEncryption, sn_ws)
        console.log(JSON.stringify(sent))
        """#
}

import Cryptography
import JSONReader
import Vocabulary

/// Live response: sessions, what comes of their commands, and the results behind short-lived links.
extension DefenderService {
    mutating func startSession(
        on key: String,
        by caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        // A name is good for reading only.
        guard let machine = estate.machine(key), machine.id.lowercased() == key.lowercased() else {
            throw .noMachine(key)
        }
        let live = script.liveResponse
        guard live.isEnabled else {
            throw DefenderRefusal(403, "DisabledFeature", "Live response is disabled in the tenant.")
        }
        guard !live.withoutAutomation.contains(machine.id),
            !live.withoutAutomation.contains(machine.name ?? "")
        else {
            let text =
                "The device has no automation level; at least the minimum remediation level must be enabled "
                + "for the device group."
            throw DefenderRefusal(403, "DisallowedOperation", text)
        }
        let order = try LiveResponseOrder(call)
        let platform = machine.fields["osPlatform"]?.string ?? ""
        guard !["ios", "android"].contains(platform.lowercased()) else {
            throw DefenderRefusal(
                400,
                "OsPlatformNotSupported",
                "The action is not supported on \(platform)."
            )
        }
        let isBusy = !estate.activeActions(on: machine.id, type: LiveResponseOrder.type).isEmpty
        guard !isBusy, !sessions.isOpen(on: machine.id, at: call.at) else { throw .inProgress }
        guard openSessions(at: call.at) < live.sessionsMax else {
            let text = "The maximum of \(live.sessionsMax) concurrent live response sessions is reached."
            throw DefenderRefusal(429, "TooManyRequests", text)
        }
        let action = session(order, on: machine, by: caller, call)
        estate.add(action)
        return .json(201, entity(action), executed: true)
    }

    private func openSessions(at now: Timestamp) -> Int {
        estate.activeActions(type: LiveResponseOrder.type).count + sessions.count(at: now)
    }

    private func session(
        _ order: LiveResponseOrder,
        on machine: SimulatedMachine,
        by caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) -> SimulatedAction {
        var commands: [SimulatedCommand] = []
        var put: Set<String> = []
        var failedEnd: String?
        for var command in order.commands {
            if failedEnd == nil {
                (command.fate, failedEnd) = fate(of: command, &put)
            }
            commands.append(command)
        }
        var course = machine.isOffline ? nil : machine.course ?? script.actions
        if let failedEnd, course?.end == "Succeeded" { course?.end = failedEnd }
        var action = SimulatedAction(
            id: makeID(),
            type: LiveResponseOrder.type,
            scope: nil,
            machineID: machine.id,
            machineName: machine.name,
            requestor: caller.client,
            requestSource: "PublicApi",
            comment: order.comment,
            createdAt: call.at,
            visibleAt: call.at + .milliseconds(Int64(script.visibilityLagSeconds * 1000)),
            course: course,
            waitsForRelease: false,
            updatedAt: call.at
        )
        action.commands = commands
        return action
    }

    /// What comes of a command, and how the session ends if it failed.
    private func fate(
        of command: SimulatedCommand,
        _ put: inout Set<String>
    ) -> (SimulatedCommand.Fate, String?) {
        let live = script.liveResponse
        switch command.type {
        case "PutFile":
            let name = command.values["FileName"] ?? ""
            guard estate.library[name] != nil else {
                return (.failed("The file \(name) is not in the library."), "Failed")
            }
            put.insert(name)
            return (.completed(nil, fileName: name), nil)
        case "RunScript":
            let name = command.values["ScriptName"] ?? ""
            guard estate.library[name] != nil else {
                return (.failed("The script \(name) is not in the library."), "Failed")
            }
            let script = live.library[name] ?? LibraryScript()
            if let failure = script.failure { return (.failed(failure), script.endAfterFailure) }
            let transcript = Self.transcript(name, script, command.values["Args"] ?? "")
            return (.completed(transcript, fileName: "\(name).json"), nil)
        default:
            let path = command.values["Path"] ?? ""
            guard let content = live.files[path] else {
                return (.failed("The file \(path) was not found."), "Failed")
            }
            let name = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? "file"
            return (.completed(Array(content.utf8), fileName: name), nil)
        }
    }

    /// JSON as Defender writes it here, which is none: line breaks and NULs stand raw in its texts.
    private static func transcript(_ name: String, _ script: LibraryScript, _ arguments: String) -> [UInt8] {
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        let output = script.output.replacing("{args}", with: arguments)
        return Array(
            """
            {"script_name":\(quoted(name)),"exit_code":\(script.exitCode),"script_output":\(quoted(output + "\0")),\
            "script_errors":\(quoted(script.errors))}
            """.utf8
        )
    }

    /// `GetLiveResponseResultDownloadLink(index=0)`: a new link each time, while there is a result.
    mutating func resultLink(
        _ id: String,
        _ segment: String,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let inner = segment.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.lowercased()
        guard segment.hasSuffix(")"), inner.hasPrefix("index="), let index = Int(inner.dropFirst(6)) else {
            throw .noRoute(call)
        }
        guard let action = estate.action(id, at: call.at), action.hasEndedByItself,
            action.commands.indices.contains(index),
            case .completed(let content?, let name) = action.commands[index].fate,
            script.liveResponse.resultLifetimeSeconds.map({
                call.at.since(action.updatedAt) < .milliseconds(Int64($0 * 1000))
            }) != false
        else { throw .noAction(id) }
        let packs = script.liveResponse.packsFiles && action.commands[index].type == "GetFile"
        let address = sessions.offer(
            packs ? GzipArchive.bytes(content) : content,
            named: packs ? "\(name).gz" : name,
            until: call.at + .milliseconds(Int64(script.liveResponse.linkLifetimeSeconds * 1000)),
            call
        )
        return .json(
            200,
            ["@odata.context": .string(Self.context("Edm.String")), "value": .string(address)]
        )
    }
}

/// What live response keeps besides the actions: sessions that nobody lists, and results on offer.
struct LiveShelf: Sendable {
    static let path = "/liveresponse/results/"
    private static let offersMax = 1_000

    private struct Offer: Sendable {
        let token: String
        let content: [UInt8]
        let name: String
        let until: Timestamp
    }

    private var offers: [Offer] = []
    /// Sessions opened in the portal: until when, by machine.
    private var portal: [String: Timestamp] = [:]

    func isOpen(on machine: String, at now: Timestamp) -> Bool {
        portal[machine.lowercased()].map { $0 > now } ?? false
    }

    func count(at now: Timestamp) -> Int { portal.values.count { $0 > now } }

    mutating func open(on machine: String, until end: Timestamp) { portal[machine.lowercased()] = end }

    mutating func offer(
        _ content: [UInt8],
        named name: String,
        until end: Timestamp,
        _ call: SimulatedCall
    ) -> String {
        let token = Hex.encode(randomBytes(32))
        offers.append(Offer(token: token, content: content, name: name, until: end))
        if offers.count > Self.offersMax { offers.removeFirst() }
        return "\(call.base)\(Self.path)\(token)?se=\(end.iso8601)&sp=r&sv=2024-11-04&sr=b&sig=\(token)%3D"
    }

    /// Nil if the path is another.
    func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        guard call.path.hasPrefix(Self.path) else { return nil }
        let token = String(call.path.dropFirst(Self.path.count))
        // The token of the API has no business at the place of download.
        guard call.method == "GET", call.header("authorization") == nil else {
            return SimulatedAnswer(status: 400)
        }
        guard let offer = offers.last(where: { $0.token == token }), call.at < offer.until else {
            return SimulatedAnswer(status: 403)
        }
        return SimulatedAnswer(
            status: 200,
            headers: [
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", "attachment; filename=\"\(offer.name)\""),
            ],
            body: offer.content
        )
    }
}

/// Writes gzip whose content is stored as it is.
///
/// Source: RFC 1952, and RFC 1951, 3.2.4.
enum GzipArchive {
    private static let blockMax = 65_535

    static func bytes(_ content: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var place = 0
        repeat {
            let end = min(place + blockMax, content.count)
            let count = end - place
            out.append(end == content.count ? 1 : 0)
            out += little(count, 2) + little(~count, 2) + content[place..<end]
            place = end
        } while place < content.count
        return out + little(Int(ZipArchive.checksum(content)), 4) + little(content.count, 4)
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}

import Cryptography
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Servers that a second person has to agree to isolate, from the command to the audit.
    @Suite struct ApprovalEveningTests {
        private static let script = """
            machines:
            \((1...3).map { Settings.server($0, "srv-\($0).corp.example") }.joined(separator: "\n"))
            \(Settings.server(4, "vpn-1.corp.example"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        /// The leads have no grant: to be asked is enough.
        private static var settings: Settings {
            var settings = Settings()
            settings.people = ["ines: { soc-chat: T024/U2290 }", "ada: { soc-chat: T024/U2291 }"]
            settings.groups = ["leads: [ines, ada]"]
            settings.grants = [
                "{ allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads, within: 30m } }"
            ]
            settings.top = [
                "essential: [ { name: \"vpn-*\", as: VPN gateway, approvals: { of: leads, count: 2 } } ]"
            ]
            return settings
        }

        private func evening(
            _ work: (ChatRoom, TemporaryFolder) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try Self.settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(ChatRoom(bridge: bridge, simulator: simulator), folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    let verdict = try await BridgeProcess.ask(["audit", "verify", "--json"], in: folder)
                    #expect(try JSONReader.read(verdict)["verdict"] == "intact")
                }
            }
        }

        // MARK: Agreed

        @Test(.timeLimit(.minutes(3)))
        func `a server is isolated when a lead presses, whoever else pressed before and after`() async throws
        {
            try await evening { room, folder in
                let tell = ChatRoom(bridge: room.bridge, simulator: room.simulator, name: ChatRoom.tell)
                #expect(
                    try await room.say("isolate srv-1 for 8h because SEC-1 a wiper").contains(
                        "for 8h: recorded"
                    )
                )
                let id = try await room.waiting("srv-1")
                let card = try await room.card(.approve, of: id)
                let toldCard = try await tell.card(.approve, of: id)
                for shown in [card, toldCard] {
                    #expect(ChatRoom.buttons(of: shown.message).count == 2)
                    #expect(shown.text.contains("isolate srv-1.corp.example (\(Settings.id(1))) for 8h"))
                    #expect(shown.text.contains("because SEC-1 a wiper"))
                    #expect(shown.text.contains("needs 1 of leads (ada, ines) to approve it until"))
                }
                try await room.press(card, as: People.mia)
                try await room.whisper(to: People.mia, saying: "mia asked for it and cannot approve it")
                try await tell.press(toldCard, as: People.stranger)
                try await tell.whisper(to: People.stranger, saying: "is nobody in `people`")
                try await room.press(card, as: People.omar)
                try await room.whisper(to: People.omar, saying: "No grant lets omar look")
                #expect(try await room.waiting("srv-1") == id)
                #expect(try await room.card(.approve, of: id).seen == card.seen)
                #expect(try await room.simulator.executed("isolate", machine: Settings.id(1)).isEmpty)

                try await pressTwiceAtOnce(card, room)
                _ = try await room.bridge.job("isolate", machine: "srv-1", reaches: "succeeded")
                try await room.whisper(to: People.ines, saying: "ines approves isolate srv-1.corp.example")
                let end = try await room.message(card.id) {
                    ($0["text"]?.string ?? "").contains("succeeded")
                }
                #expect(ChatRoom.buttons(of: end).isEmpty)
                #expect((end["updates"]?.integer ?? 0) >= 1)
                #expect(try await room.messages("message").count == 1)

                try await tell.press(toldCard, as: People.ada)
                try await tell.whisper(
                    to: People.ada,
                    saying: "waits for no answer any more: it is succeeded"
                )
                #expect(try await room.simulator.executed("isolate", machine: Settings.id(1)).count == 1)
                try await seeAudit(of: id, folder, digest: try #require(card.seen))
            }
        }

        /// Two presses of one person, and one of them delivered a second time.
        private func pressTwiceAtOnce(_ card: ChatRoom.Card, _ room: ChatRoom) async throws {
            let first = try SignedDelivery.slackPress(card.button, user: People.ines)
            let second = try SignedDelivery.slackPress(card.button, user: People.ines)
            let statuses = await withTaskGroup(of: Int?.self) { group in
                for press in [first, second, first] {
                    group.addTask { await room.bridge.deliver(press)?.status }
                }
                return await group.reduce(into: [Int?]()) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200])
        }

        private func seeAudit(of id: String, _ folder: TemporaryFolder, digest: String) async throws {
            let rows = try await BridgeProcess.audit(of: id, in: folder)
            let given = rows.filter { $0["kind"] == "approval.given" }
            #expect(given.count == 1)
            #expect(given.first?["actor"] == "ines")
            #expect(given.first?.at("detail.source") == "soc-chat")
            #expect(given.first?.at("detail.digest")?.string == digest)
            let submitting = try #require(rows.first { $0["kind"] == "job.submitting" })
            #expect(submitting.at("detail.approved-by") == "ines")
            #expect(submitting.at("detail.approval")?.string == digest)
            #expect(
                (given.first?["sequence"]?.integer ?? .max) < (submitting["sequence"]?.integer ?? .min)
            )
            // As deploy/AUDIT.md has it, typed here once more.
            let text =
                "[\"bascule-approval-1\",\"\(id)\",\"isolate\",\"\(Settings.id(1))\","
                + "[[\"for\",\"28800\"],[\"type\",\"Full\"]],\"mia\"]"
            #expect(Hex.encode(Digest.of(Array(text.utf8))) == digest)
        }

        // MARK: Denied

        @Test(.timeLimit(.minutes(3)))
        func `a denial is asked why in a dialog, and its reason told`() async throws {
            try await evening { room, folder in
                try await room.say("isolate srv-2 because SEC-2")
                let id = try await room.waiting("srv-2")
                let card = try await room.card(.deny, of: id)
                try await room.press(card, as: People.mia)
                try await room.whisper(to: People.mia, saying: "mia asked for it and cannot approve it")
                #expect(try await room.simulator.messages().filter { $0["kind"] == "view" }.isEmpty)

                let trigger = try await room.press(card, as: People.ines)
                let dialog = try await eventually("the dialog", every: .milliseconds(100)) {
                    try await room.simulator.messages().first {
                        $0["kind"] == "view" && $0["place"]?.string == trigger
                    }
                }
                let opened = try await room.simulator.journal().filter { $0.path == "/api/views.open" }
                #expect(opened.count == 1)
                #expect(try await room.waiting("srv-2") == id)
                let view = try #require(dialog.at("body.view"))
                let form = try SignedDelivery.slackForm(
                    view,
                    saying: "the pentest of\nThursday",
                    user: People.ines
                )
                let answer = try #require(await room.bridge.deliver(form))
                #expect(answer.status == 200 && answer.body.isEmpty)
                _ = try await room.bridge.job("isolate", machine: "srv-2", reaches: "denied")
                let words = "ines denied it: the pentest of Thursday"
                let end = try await room.message(card.id) { ($0["text"]?.string ?? "").contains(words) }
                #expect(ChatRoom.buttons(of: end).isEmpty)
                #expect(try await room.simulator.journal().filter(\.isExecuted).isEmpty)
                let denied = try await BridgeProcess.audit(of: id, in: folder)
                    .filter { $0["kind"] == "approval.denied" }
                #expect(denied.map { $0["actor"]?.string } == ["ines"])
                #expect(denied.first?.at("detail.because") == "the pentest of Thursday")
                #expect(denied.first?.at("detail.digest")?.string == card.seen)
            }
        }

        // MARK: By two

        @Test(.timeLimit(.minutes(3)))
        func `who approves twice counts once, and an essential machine waits for the second`() async throws {
            try await evening { room, folder in
                try await room.say("isolate vpn-1 because SEC-4")
                let id = try await room.waiting("vpn-1")
                let first = try await room.card(.approve, of: id)
                #expect(first.text.contains("needs 2 of leads (ada, ines) to approve it until"))
                try await room.press(first, as: People.ines)
                try await room.whisper(to: People.ines, saying: "1 more must")
                _ = try await room.message(first.id) {
                    ($0["text"]?.string ?? "").contains("ines approved isolate vpn-1.corp.example; 1 more")
                }
                let second = try await room.card(.approve, of: id)
                #expect(second.id == first.id && second.seen == first.seen)
                try await room.press(second, as: People.ines)
                try await room.whisper(to: People.ines, saying: "You have approved")
                #expect(try await room.waiting("vpn-1") == id)
                try await room.press(second, as: People.ada)
                _ = try await room.bridge.job("isolate", machine: "vpn-1", reaches: "succeeded")
                let given = try await BridgeProcess.audit(of: id, in: folder)
                    .filter { $0["kind"] == "approval.given" }
                #expect(given.map { $0["actor"]?.string } == ["ines", "ada"])
                #expect(try await room.simulator.executed("isolate", machine: Settings.id(4)).count == 1)
            }
        }

        // MARK: In a terminal

        @Test(.timeLimit(.minutes(3)))
        func `a terminal approves for the Unix user that the settings know, and for no other`() async throws {
            try await evening { room, folder in
                try await room.say("isolate srv-3 because SEC-3")
                let id = try await room.waiting("srv-3")
                let card = try await room.card(.approve, of: id)
                // Whoever runs these tests, root or not, is nobody yet.
                let nobody = try await BridgeProcess.run(["jobs", "approve", id], in: folder)
                #expect(nobody.end == .exited(1))
                #expect(nobody.errors.contains("is nobody in `people`"))
                #expect(try await room.waiting("srv-3") == id)

                var settings = Self.settings
                settings.people[1] = "ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"
                try await room.bridge.read(settings.text(room.simulator))
                let shown = try await BridgeProcess.ask(["jobs", "show", id, "--json"], in: folder)
                let seen = try #require(JSONReader.read(shown).at("approval.digest")?.string)
                #expect(seen == card.seen)
                #expect(try await BridgeProcess.ask(["jobs", "show", id], in: folder).contains(seen))
                let other = String(repeating: "0", count: seen.count)
                let outdated = try await BridgeProcess.run(
                    ["jobs", "approve", id, "--seen", other],
                    in: folder
                )
                #expect(outdated.end == .exited(1))
                #expect(outdated.errors.contains("What was shown is not what"))
                #expect(try await room.waiting("srv-3") == id)
                let approved = try await BridgeProcess.run(
                    ["jobs", "approve", id, "--seen", seen],
                    in: folder
                )
                #expect(approved.end == .exited(0))
                #expect(approved.output.contains("ada approves isolate srv-3.corp.example."))
                _ = try await room.bridge.job("isolate", machine: "srv-3", reaches: "succeeded")
                let given = try await BridgeProcess.audit(of: id, in: folder)
                    .filter { $0["kind"] == "approval.given" }
                #expect(given.map { $0["actor"]?.string } == ["ada"])
                #expect(given.first?.at("detail.source") == "local")
                let again = try await BridgeProcess.run(["jobs", "approve", id], in: folder)
                #expect(again.end == .exited(1))
                #expect(again.errors.contains("it is succeeded"))
                #expect(try await room.simulator.executed("isolate", machine: Settings.id(3)).count == 1)
            }
        }
    }
}

extension ChatRoom {
    /// Waits until an isolate of the machine waits for an approval, and hands back its id.
    fileprivate func waiting(_ machine: String) async throws -> String {
        let job = try await bridge.job("isolate", machine: machine, reaches: "awaiting-approval")
        return try #require(job["job"]?.string)
    }
}

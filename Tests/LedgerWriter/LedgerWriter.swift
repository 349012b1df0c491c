import Enqueuing
import EnqueuingSQLite
import Foundation
import Vocabulary

/// Writes to a ledger until it is killed and says what was acknowledged: the victim of the power-cut test.
///
/// `LedgerWriter PATH WRITERS PREFIX [COUNT]`: each of WRITERS tasks records deliveries with a job and an audit
/// row, and prints `ack ID` once the ledger has returned, or `err CODE`. With COUNT it ends after so many each.
@main
struct LedgerWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let writers = Int(arguments[2]) else {
            say("usage: LedgerWriter PATH WRITERS PREFIX [COUNT]")
            exit(2)
        }
        let count = arguments.count > 4 ? Int(arguments[4]) ?? 0 : .max
        let ledger = try await SQLiteLedger.open(arguments[1])
        say("open")
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var number = 0
                    while number < count {
                        await record("\(arguments[3])-\(writer)-\(number)", in: ledger)
                        number += 1
                    }
                }
            }
        }
        try await ledger.close()
        say("closed")
    }

    private static func record(_ name: String, in ledger: any Ledger) async {
        do {
            try await ledger.write { rows in
                let now = rows.now
                let delivery = DeliveryRecord(
                    id: DeliveryID("d-\(name)"),
                    source: SourceName("writer"),
                    receivedAt: now,
                    signedKey: "signed-\(name)",
                    senderKey: "sender-\(name)",
                    verdict: .accepted,
                    bodyDigest: String(repeating: "0", count: 64),
                    body: [UInt8](repeating: 0x20, count: 600),
                    answer: HookAnswer(status: 202, contentType: "text/plain", body: name),
                    note: nil
                )
                try rows.insert(delivery)
                let request = ActionRequest(action: "isolate", subject: .hostName("laptop-7"), reason: name)
                let intent = Intent(source: delivery.source, asker: .service, request: .action(request))
                let job = Job(
                    id: JobID("j-\(name)"),
                    delivery: delivery.id,
                    intent: intent,
                    request: request,
                    principal: .service("writer"),
                    acceptedAt: now,
                    validUntil: nil
                )
                _ = try rows.insert(job)
                let entry = AuditEntry(kind: "delivery.accepted", subject: delivery.id.text, actor: "writer")
                try seal(entry, in: rows)
            }
            say("ack \(name)")
        } catch let error as LedgerError {
            say("err \(error.code)")
        } catch {
            say("err \(type(of: error))")
        }
    }

    /// Writes a line in one system call, so that a kill cuts between lines.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

import Foundation
import JSONReader
import Synchronization
import Vocabulary

/// What somebody who waits for a job sees: its state and how long it has been waited for.
///
/// On a terminal one line that is written over; elsewhere a line for each change.
final class RunProgress: Sendable {
    private let isLive: Bool
    private let isSilent: Bool
    private let began = ContinuousClock.now
    private let last = Mutex<[String: String]>([:])

    init(isLive: Bool, isSilent: Bool = false) {
        self.isLive = isLive
        self.isSilent = isSilent
    }

    static func isEnd(_ state: String) -> Bool {
        ["succeeded", "failed", "timed-out", "cancelled", "refused", "denied", "expired"].contains(state)
    }

    /// Shows what has changed of these jobs.
    func show(_ jobs: [JSONValue]) {
        guard !isSilent else { return }
        for job in jobs {
            let id = job["job"]?.string ?? ""
            let line = Self.line(job)
            let isNew = last.withLock { $0.updateValue(line, forKey: id) != line }
            let elapsed = Duration.seconds((ContinuousClock.now - began).components.seconds).spoken
            if isLive, jobs.count == 1, !Self.isEnd(job["state"]?.string ?? "") {
                write("\r\u{1B}[2K\(line) (\(elapsed))")
            } else if isNew {
                write("\(isLive && jobs.count == 1 ? "\r\u{1B}[2K" : "")\(line) (\(elapsed))\n")
            }
        }
    }

    /// The watching ends and the jobs do not.
    func leave(_ jobs: [String]) {
        let names = jobs.joined(separator: ", ")
        write("\(isLive ? "\n" : "")Not watched any more; what was asked for goes on: \(names).\n")
        write("`bascule jobs show J` shows it, `bascule jobs cancel J` takes it back.\n")
    }

    /// The line that is written over goes.
    func finish() {
        guard isLive, !isSilent else { return }
        write("\r\u{1B}[2K")
    }

    /// How one job stands.
    static func line(_ job: JSONValue) -> String {
        let title = [job["action"]?.string, job["machine"]?.string].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " ")
        let state = job["state"]?.string ?? ""
        var parts = ["\(title): \(state)"]
        if state == "awaiting-approval", let asked = job["approval"], !asked.isNull {
            let of = (asked["of"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            parts.append("waits for \(of) until \(asked["until"]?.string ?? "")")
        }
        if let status = job.at("machine_action.status")?.string, state == "watching" {
            parts.append("Defender says \(status)")
        }
        if let transfer = job["transfer"], !transfer.isNull { parts.append(bar(transfer)) }
        if let message = job.at("waits_because.message")?.string { parts.append("Waits: \(message)") }
        if let message = job.at("outcome.message")?.string { parts.append(message) }
        if let fix = job.at("outcome.fix")?.string, state == "held" { parts.append(fix) }
        let words = parts.joined(separator: ". ")
        // The line of what goes on is written over; how it ended may take several.
        return isEnd(state) ? TerminalText.lines(words) : TerminalText.line(words)
    }

    /// How far a download is: `[#######             ] 37%, 10.2 of 27.5 MB`.
    static func bar(_ transfer: JSONValue) -> String {
        let bytes = transfer["bytes"]?.integer ?? 0
        guard let all = transfer["bytes_in_all"]?.integer, all > 0 else {
            return "\(megabytes(bytes)) MB fetched"
        }
        let share = min(1, Double(bytes) / Double(all))
        let filled = Int(share * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: barWidth - filled)
        return "[\(bar)] \(Int(share * 100))%, \(megabytes(bytes)) of \(megabytes(all)) MB"
    }

    private static let barWidth = 20

    /// With one decimal.
    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (Double(bytes) / 100_000).rounded(.down) / 10
        return String(tenths)
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

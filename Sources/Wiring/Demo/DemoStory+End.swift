import Enqueuing
import JSONReader
import Vocabulary

/// How it ends: time boxes run out, and the books are compared.
extension DemoStory {
    /// Waits for every release at the end of a time box.
    func timeIsUp(since start: Timestamp) async throws {
        try page.heading("7  Time is up: what was contained for a while is released")
        try page.paragraph("Times count from the first command.")
        var seen: Set<String> = []
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            let releases = try await stage.jobs().filter { $0["action"]?.string == "release" }
            for row in releases.reversed() {
                guard let job = row["job"]?.string, !seen.contains(job) else { continue }
                seen.insert(job)
                let wish = "\(row["machine"]?.string ?? ""), contained for \(row["by"]?.string ?? "")"
                try page.say("release", wish, .bold)
                try await follow(job, from: start)
            }
            if try await stage.machinesContained().isEmpty { return }
            try await Task.sleep(for: Self.glance)
        }
        throw DemoFailure.late(what: "the release of every machine")
    }

    /// Compares what the bridge says it did with what the simulator says was done.
    func books() async throws {
        try page.heading("8  The books")
        let jobs = try await stage.jobs()
        var submitted = 0
        for id in jobs.compactMap({ $0["job"]?.string }) {
            let rows = try await stage.job(id)["audit"]?.array ?? []
            if rows.contains(where: { $0["kind"]?.string == "job.submitting" }) { submitted += 1 }
        }
        let journal = try await stage.journal()
        let executed = journal.filter { $0["executed"]?.bool == true }
        try page.say("ledger", "\(jobs.count) jobs, \(submitted) of them submitted to Defender")
        try page.say("simulator", "\(journal.count) calls in all, \(executed.count) of them made an action:")
        for call in executed {
            let machine = machineName(in: call["path"]?.string ?? "")
            let verb = call["path"]?.string?.split(separator: "/").last.map(String.init) ?? ""
            try page.say("", "POST …/\(verb)  \(machine)  \(comment(of: call))", .faint)
        }
        let isolated = try await stage.machines().filter { $0["isolated"]?.bool == true }
        try page.say("isolated", isolated.isEmpty ? "no machine" : "\(isolated.count) machines")
        let finding = try await AuditCommand.verify(stage.operatorAccess())
        try page.say("audit", finding.text)
        guard executed.count == submitted, isolated.isEmpty, finding.isIntact else {
            throw DemoFailure.late(what: "the books of the bridge and of Defender agree")
        }
    }

    private func machineName(in path: String) -> String {
        cast.all.first { path.contains($0.id) }?.host ?? ""
    }

    private func comment(of call: JSONValue) -> String {
        let body = try? JSONReader.read(Array((call["body"]?.string ?? "").utf8), root: .object)
        return body?["Comment"]?.string ?? ""
    }
}

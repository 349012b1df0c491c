import Foundation

/// Compares the ledger's durable writes with those of the plain `sqlite3` shell.
@main
struct LedgerSpeed {
    static func main() throws {
        let options = Options(CommandLine.arguments.dropFirst())
        guard let writer = options["writer"], let count = Int(options["count"] ?? "5000"), count >= 64 else {
            print("usage: LedgerSpeed --writer PATH [--folder FOLDER] [--count N, at least 64]")
            exit(2)
        }
        let parent = options["folder"] ?? FileManager.default.currentDirectoryPath
        let folder = URL(filePath: parent).appending(path: "ledger-speed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let bench = Bench(writer: writer, ledger: folder.appending(path: "ledger.db").path, count: count)

        // The first run makes the schema and the row that the shell copies.
        _ = try bench.ledgerRate(writers: 1, count: 1, prefix: "first")
        let plain = try bench.shellRate()
        report("sqlite3", plain, of: plain)
        report("1 writer", try bench.ledgerRate(writers: 1, count: count, prefix: "one"), of: plain)
        let many = try bench.ledgerRate(writers: 64, count: count / 64, prefix: "many")
        report("64 writers", many, of: plain)
    }

    private static func report(_ name: String, _ rate: Double, of plain: Double) {
        let label = name.padding(toLength: 12, withPad: " ", startingAt: 0)
        print("\(label)\(Int(rate)) deliveries/s   \(((rate / plain) * 100).rounded() / 100) x")
    }
}

/// `--name value` pairs.
struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst(), let value = rest.popFirst() {
            values[String(name.drop { $0 == "-" })] = value
        }
    }

    subscript(name: String) -> String? { values[name] }
}

/// One ledger and the programs that write it.
struct Bench {
    let writer: String
    let ledger: String
    let count: Int

    /// Deliveries a second through `LedgerWriter`, from its word that the ledger is open to its last.
    func ledgerRate(writers: Int, count: Int, prefix: String) throws -> Double {
        let process = Process()
        process.executableURL = URL(filePath: writer)
        process.arguments = [ledger, String(writers), prefix, String(count)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var start: ContinuousClock.Instant?
        var acknowledged = 0
        while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            if start == nil { start = .now }
            // One line an acknowledgement; `open` and `closed` are two more.
            acknowledged += data.count { $0 == 0x0A }
        }
        process.waitUntilExit()
        guard let start, acknowledged == writers * count + 2 else { throw Failure.writer(acknowledged) }
        return Double(writers * count) / (ContinuousClock.now - start).inSeconds
    }

    /// Deliveries a second through the `sqlite3` shell, one transaction each.
    func shellRate() throws -> Double {
        let script = ledger + ".sql"
        var sql = "PRAGMA synchronous = FULL;\n"
        for number in 0..<count { sql += transaction(number) }
        try sql.write(toFile: script, atomically: false, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-bail", ledger, ".read \(script)"]
        let start = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.shell(process.terminationStatus) }
        return Double(count) / (ContinuousClock.now - start).inSeconds
    }

    private func transaction(_ number: Int) -> String {
        """
        BEGIN IMMEDIATE;
        INSERT INTO delivery SELECT NULL, 'd-\(number)', source, 'signed-\(number)', 'sender-\(number)', \
        received_at, verdict, body, document FROM delivery WHERE sequence = 1;
        INSERT INTO job SELECT NULL, 'j-\(number)', version, state, action, machine, 'd-\(number)', due, fence, \
        leased_until, document FROM job WHERE sequence = 1;
        INSERT INTO audit SELECT sequence + 1, at, kind, subject, actor, detail, previous_hash, hash \
        FROM audit ORDER BY sequence DESC LIMIT 1;
        COMMIT;

        """
    }
}

enum Failure: Error {
    /// The writer acknowledged another number of lines than asked for.
    case writer(Int)
    /// The shell ended with this code.
    case shell(Int32)
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

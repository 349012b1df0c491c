import Foundation
import Glibc

/// A child process that is ended with the test.
final class Command {
    private let process = Process()
    private let output = Pipe()

    static func path(of name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.components(separatedBy: ":") ?? []
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    init(_ path: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Reads output until a line fits.
    func firstLine(where fits: (String) -> Bool) throws -> String {
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            if byte[0] != 0x0A {
                line.append(byte[0])
                continue
            }
            let text = String(decoding: line, as: UTF8.self)
            if fits(text) {
                // What comes later is read away, so that the child never waits for us.
                output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
                return text
            }
            line = []
        }
        throw ServerError.noOutput
    }

    func waitForEnd() {
        process.waitUntilExit()
    }

    func stop() {
        output.fileHandleForReading.readabilityHandler = nil
        // The child inherited the blocked signals of a thread of ours, so asking it kindly is not enough.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// An authority and a certificate it signed, made by the `openssl` command.
struct Certificate {
    let authorityPath: String
    let path: String
    let keyPath: String

    init(folder: String, name: String) throws {
        authorityPath = folder + "/ca.pem"
        path = folder + "/server.pem"
        keyPath = folder + "/server.key"
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        try Self.openssl(
            [
                "req", "-x509", "-subj", "/CN=Test authority", "-keyout", folder + "/ca.key", "-out",
                authorityPath,
            ]
                + key
        )
        try Self.openssl(
            [
                "req", "-x509", "-subj", "/CN=\(name)", "-keyout", keyPath, "-out", path, "-CA",
                authorityPath,
                "-CAkey", folder + "/ca.key", "-addext", "subjectAltName=DNS:\(name)", "-addext",
                "basicConstraints=critical,CA:FALSE",
            ] + key
        )
    }

    private static func openssl(_ arguments: [String]) throws {
        guard let openssl = Command.path(of: "openssl") else { throw ServerError.noOutput }
        let command = try Command(openssl, arguments)
        command.waitForEnd()
    }
}

/// `openssl s_server`, which answers every GET with a page.
final class TLSServer {
    let port: Int
    let authorityPath: String
    private let command: Command

    init(folder: String, name: String) throws {
        let certificate = try Certificate(folder: folder, name: name)
        authorityPath = certificate.authorityPath
        guard let openssl = Command.path(of: "openssl") else { throw ServerError.noOutput }
        command = try Command(
            openssl,
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.path, "-key", certificate.keyPath,
                "-www",
            ]
        )
        let line = try command.firstLine { $0.hasPrefix("ACCEPT") }
        guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw ServerError.noOutput
        }
        self.port = port
    }

    func stop() {
        command.stop()
    }
}

extension ScriptedServer {
    /// A port that was free a moment ago, for servers that cannot choose one and say which.
    static func freePort() throws -> Int {
        let server = try ScriptedServer { _ in }
        server.stop()
        return server.port
    }
}

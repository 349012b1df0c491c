import Foundation
import Vocabulary

/// The file of `simulate --state`: what has become of the simulated tenant, across restarts.
///
/// It is written whole and put in place at once after every change, before the call that made it is answered: what
/// was answered is in it. Tokens, faults, the journal and what chats were told end with the process.
package struct StateFile: Sendable {
    private struct Document: Codable {
        var version: Int
        var estate: EstateState
    }

    private struct Head: Codable {
        var version: Int
    }

    private static let version = 1

    package let path: String
    /// What the file held when it was opened.
    let kept: EstateState

    /// Opens a file, or begins one.
    ///
    /// - Throws: ``StateFileError`` for one that is no state of this version, or that cannot be written.
    package init(path: String) throws(StateFileError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            kept = EstateState()
            try write(kept)
            return
        }
        guard let bytes = FileManager.default.contents(atPath: path),
            let head = try? JSONDecoder().decode(Head.self, from: bytes)
        else { throw .unreadable(path) }
        guard head.version == Self.version else { throw .otherVersion(path, head.version) }
        guard let document = try? JSONDecoder().decode(Document.self, from: bytes) else {
            throw .unreadable(path)
        }
        kept = document.estate
        guard FileManager.default.isWritableFile(atPath: path) else { throw .unwritable(path) }
    }

    func write(_ state: EstateState) throws(StateFileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            let bytes = try encoder.encode(Document(version: Self.version, estate: state))
            try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unwritable(path)
        }
    }
}

/// Why a simulated world cannot be kept.
package enum StateFileError: Explained, Equatable {
    case unreadable(String)
    case otherVersion(String, Int)
    case unwritable(String)

    package var code: String {
        switch self {
        case .unreadable: "simulator.state-unreadable"
        case .otherVersion: "simulator.state-version"
        case .unwritable: "simulator.state-unwritable"
        }
    }

    package var message: String {
        switch self {
        case .unreadable(let path): "\(path) is no state of a simulator."
        case .otherVersion(let path, let version):
            "\(path) is a state of version \(version), which is not read here."
        case .unwritable(let path): "\(path) cannot be written."
        }
    }

    package var fix: String {
        switch self {
        case .unreadable: "Name another file; one that is not there yet is begun."
        case .otherVersion: "Use the simulator that wrote it, or name another file."
        case .unwritable: "Name a file in a folder that exists and that you may write to."
        }
    }
}

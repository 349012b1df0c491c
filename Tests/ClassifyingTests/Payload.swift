import Foundation
import JQFilter
import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// The samples beside this file, and what the reference expects of them.
enum Payload {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appendingPathComponent("Payloads/\(name)")))
    }

    /// The entry of `expected_fields.json`.
    static func expected(_ name: String) throws -> JSONValue {
        try #require(try JSONReader.read(bytes("expected_fields.json"), root: .object)[name])
    }
}

/// When the samples were sent.
let sampleTime = Timestamp(milliseconds: 1_788_173_060_000)

func verified(
    _ body: [UInt8],
    kind: SourceKind,
    source: SourceName = SourceName("source"),
    at moment: Timestamp = sampleTime
) -> VerifiedDelivery {
    let raw = RawDelivery(
        source: source,
        headers: [],
        body: body,
        receivedAt: moment,
        remoteAddress: "127.0.0.1"
    )
    return VerifiedDelivery(of: raw, kind: kind, signedKey: "00", senderKey: nil, secretIndex: 0)
}

func verified(_ text: String, kind: SourceKind) -> VerifiedDelivery {
    verified(Array(text.utf8), kind: kind)
}

/// The helper built beside the tests.
let helperCommand = JQCommand(
    executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("JQChildRunner").path,
    arguments: []
)

extension Classifier {
    /// Classifies with the source's real jq in a real helper.
    func classified(_ deliveries: VerifiedDelivery...) async throws -> [Classification] {
        guard let program = combinedProgram else {
            var found: [Classification] = []
            for delivery in deliveries { found.append(await classify(delivery, jq: nil)) }
            return found
        }
        let filter = JQFilter(program: program, command: helperCommand)
        try await filter.start()
        var found: [Classification] = []
        for delivery in deliveries {
            found.append(await classify(delivery) { try await filter.run($0) })
        }
        await filter.stop()
        return found
    }
}

extension Classification {
    var intents: [Intent] {
        if case .intents(let intents) = self { intents } else { [] }
    }

    /// The code of an unreadable delivery.
    var unreadableCode: String? {
        if case .unreadable(let code, _, _, _) = self { code } else { nil }
    }
}

import Enqueuing
import Foundation

/// A record as the JSON text that is stored.
enum Document {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
    private static let decoder = JSONDecoder()

    static func encode(_ record: some Encodable) throws -> String {
        String(decoding: try encoder.encode(record), as: UTF8.self)
    }

    /// Reads a stored text; `row` names it in the error, such as `job 17`, which holds nothing of the content.
    static func decode<Record: Decodable>(_ text: String, of row: @autoclosure () -> String) throws -> Record
    {
        do {
            return try decoder.decode(Record.self, from: Data(text.utf8))
        } catch {
            throw LedgerError.damaged(row())
        }
    }
}

import Authenticating
import CurlClient
import Foundation
import JSONReader
import Vocabulary

/// Fetches the public keys of an identity provider.
struct KeyFetcher: Sendable {
    static let bytesMax = 1 << 20

    let http: any HTTPSending
    /// Of one call; metadata and keys are two.
    var deadline = Duration.seconds(5)

    func fetch(_ origin: KeyOrigin) async throws(KeyFetchError) -> KeySet {
        switch origin {
        case .file(let path): return try Self.read(path)
        case .keys(let address): return try await keys(address)
        case .metadata(let address):
            let document = try await get(address)
            guard let keys = (try? JSONReader.read(document, root: .object))?["jwks_uri"]?.string else {
                throw .notMetadata
            }
            return try await self.keys(keys)
        }
    }

    static func read(_ path: String) throws(KeyFetchError) -> KeySet {
        guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else {
            throw .unreadableFile(path)
        }
        guard let set = KeySet(Array(data)) else { throw .notKeys }
        return set
    }

    private func keys(_ address: String) async throws(KeyFetchError) -> KeySet {
        guard let set = KeySet(try await get(address)) else { throw .notKeys }
        return set
    }

    /// Both addresses are believed because of the certificate of their host.
    private func get(_ address: String) async throws(KeyFetchError) -> [UInt8] {
        guard WebAddress(address) != nil else { throw .notHTTPS }
        let request = OutgoingRequest(
            .get,
            Secret(address),
            headers: [.init("Accept", "application/json")],
            isIdempotent: true,
            deadline: deadline,
            responseBytesMax: Self.bytesMax
        )
        let answer: IncomingResponse
        do throws(TransferFailure) {
            answer = try await http.send(request)
        } catch {
            throw .transfer(error)
        }
        guard answer.status == 200 else { throw .status(answer.status) }
        return answer.body
    }
}

/// Why there are no keys.
enum KeyFetchError: Explained, Equatable {
    case notHTTPS
    case transfer(TransferFailure)
    case status(Int)
    case notMetadata
    case notKeys
    case unreadableFile(String)

    var code: String {
        switch self {
        case .notHTTPS: "keys.not-https"
        case .transfer(let failure): failure.code
        case .status(let status): "keys.http-\(status)"
        case .notMetadata: "keys.not-metadata"
        case .notKeys: "keys.not-keys"
        case .unreadableFile: "keys.unreadable-file"
        }
    }

    var message: String {
        switch self {
        case .notHTTPS: "The address of the keys is no https address with a path."
        case .transfer(let failure): failure.message
        case .status(let status): "The address of the keys answered \(status)."
        case .notMetadata: "The metadata name no address of keys (`jwks_uri`)."
        case .notKeys: "What is there is no JSON web key set."
        case .unreadableFile(let path): "The file \(path) cannot be read, or is larger than 1 MiB."
        }
    }

    var fix: String {
        switch self {
        case .notHTTPS, .status, .notMetadata, .notKeys:
            "Compare the address with what the provider documents."
        case .transfer(let failure): failure.fix
        case .unreadableFile: "Check its name and permissions."
        }
    }
}

import CurlClient
import JSONReader

/// The library of live response.
///
/// - Source: `reference/defender-api.md` §2.4.
extension ThingRoute {
    private static let libraryPath = "/api/libraryfiles"

    static let library: [String: ThingRoute] = [
        "library": ThingRoute(
            path: { _ in libraryPath },
            form: .list,
            columns: ["fileName", "sha256", "description", "lastUpdatedTime", "createdBy"]
        ),
        "library-upload": ThingRoute(
            method: .post,
            path: { request in request.file == nil ? nil : libraryPath },
            content: { upload($0) },
            form: .entity,
            columns: ["fileName", "sha256", "description", "hasParameters", "parametersDescription"]
        ),
        "library-delete": ThingRoute(
            method: .delete,
            path: about("libraryfiles"),
            form: .empty("It is out of the library."),
            columns: []
        ),
    ]

    /// The parts as the sample of the page names them.
    private static func upload(_ request: DefenderRequest) -> RequestContent? {
        guard let name = request.subject, let file = request.file,
            let digest = request.parameters["sha256"]
        else { return nil }
        // No file holds its own digest.
        var form = MultipartForm(boundary: "bascule-\(digest)")
        form.add(file: file, name: "file", fileName: name)
        if let description = request.parameters["description"] { form.add("Description", description) }
        let usage = request.parameters["usage"]
        if let usage { form.add("ParametersDescription", usage) }
        form.add("HasParameters", usage == nil ? "false" : "true")
        form.add("OverrideIfExists", request.parameters["override"] == "yes" ? "true" : "false")
        return form.content
    }
}

/// A body that is no JSON.
struct RequestContent: Sendable, Hashable {
    let type: String
    let bytes: [UInt8]
}

/// Builds `multipart/form-data`.
///
/// Names come from us, file names are letters, digits, `-`, `_` and `.`: nothing in a head needs an escape.
///
/// - Source: RFC 7578.
struct MultipartForm {
    private let boundary: String
    private var bytes: [UInt8] = []

    init(boundary: String) {
        self.boundary = boundary
    }

    mutating func add(_ name: String, _ value: String) {
        head("name=\"\(name)\"", [])
        bytes += Array(value.utf8) + Array("\r\n".utf8)
    }

    mutating func add(file: [UInt8], name: String, fileName: String) {
        head("name=\"\(name)\"; filename=\"\(fileName)\"", ["Content-Type: application/octet-stream"])
        bytes += file + Array("\r\n".utf8)
    }

    private mutating func head(_ disposition: String, _ more: [String]) {
        let lines = ["--\(boundary)", "Content-Disposition: form-data; \(disposition)"] + more + ["", ""]
        bytes += Array(lines.joined(separator: "\r\n").utf8)
    }

    var content: RequestContent {
        RequestContent(
            type: "multipart/form-data; boundary=\(boundary)",
            bytes: bytes + Array("--\(boundary)--\r\n".utf8)
        )
    }
}

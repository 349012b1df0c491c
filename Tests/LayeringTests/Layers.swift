/// One row of the table of who may import whom.
///
/// Design §3 says the same; add an arrow in both.
/// SwiftPM lets undeclared and transitive imports through, so the arrows are held here.
struct Layer {
    /// The folder below `Sources`; a file belongs to the deepest folder that has a row.
    let folder: String
    /// Modules of ours and of packages.
    let mayImport: Set<String>

    /// What `import` says.
    var module: String { folder.split(separator: "/").last.map(String.init) ?? folder }

    init(_ folder: String, _ mayImport: Set<String>) {
        self.folder = folder
        self.mayImport = mayImport
    }
}

/// Modules of the toolchain need no row.
let toolchainModules: Set<String> = ["Foundation", "Dispatch", "Synchronization", "Glibc"]

private let listening: Set<String> = [
    "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "NIOCore", "NIOHTTP1", "NIOSSL",
    "ServiceLifecycle", "Logging",
]
private let running: Set<String> = ["ServiceLifecycle", "Logging"]

let layers: [Layer] = [
    Layer("Accepting", listening.union(["Vocabulary"])),
    Layer("Authenticating", ["Vocabulary", "Cryptography", "JSONReader"]),
    Layer("Classifying", ["Vocabulary", "Catalogue", "JSONReader"]),
    Layer("Deciding", ["Vocabulary", "Catalogue"]),
    Layer("Enqueuing/Enqueuing", ["Vocabulary", "Catalogue", "Cryptography"]),
    Layer("Enqueuing/EnqueuingSQLite", ["Enqueuing", "Vocabulary", "GRDB"]),
    Layer("Executing", running.union(["Enqueuing", "Deciding", "Defender", "Catalogue", "Vocabulary"])),
    Layer(
        "Observing",
        running.union([
            "Enqueuing", "Deciding", "Defender", "Catalogue", "Vocabulary", "Cryptography", "Gzip",
        ])
    ),
    Layer(
        "Reporting",
        running.union(["Enqueuing", "CurlClient", "Cryptography", "JSONReader", "Catalogue", "Vocabulary"])
    ),
    Layer(
        "Showing",
        running.union([
            "Telemetry", "Vocabulary", "PeerCredentials", "Hummingbird", "HummingbirdCore", "HTTPTypes",
            "NIOCore",
        ])
    ),
    Layer("Simulating", listening.union(["Catalogue", "Cryptography", "JSONReader", "Vocabulary"])),
    Layer("Telemetry", ["Vocabulary", "Logging", "Metrics"]),
    Layer("Transport/Entra", ["CurlClient", "Cryptography", "JSONReader", "Vocabulary", "Logging"]),
    Layer("Transport/Defender", ["CurlClient", "JSONReader", "Catalogue", "Vocabulary", "Logging"]),
    Layer("Vocabulary", []),
    Layer("Vocabulary/Catalogue", ["Vocabulary"]),
    Layer(
        "Wiring",
        [
            "Accepting", "Authenticating", "Classifying", "Deciding", "Enqueuing", "EnqueuingSQLite",
            "Executing", "Observing", "Reporting", "Showing", "Simulating", "Telemetry", "Entra", "Defender",
            "Vocabulary", "Catalogue", "CurlClient", "Cryptography", "JSONReader", "JQFilter", "ProcessGuard",
            "ArgumentParser", "Yams", "ServiceLifecycle", "UnixSignals", "Logging",
        ]
    ),
    Layer("Wrapping/CurlClient", ["CCurl", "Vocabulary"]),
    Layer("Wrapping/Cryptography", ["COpenSSL", "Vocabulary"]),
    Layer("Wrapping/JSONReader", ["CJansson", "Vocabulary"]),
    Layer("Wrapping/JQFilter", ["CJQ", "Vocabulary"]),
    Layer("Wrapping/Gzip", ["CZlib"]),
    // It hands out the kernel's word on a NIO channel, so that Showing need not handle memory.
    Layer("Wrapping/PeerCredentials", ["NIOCore"]),
    Layer("Wrapping/ProcessGuard", ["CProcess"]),
]

/// The layer of a file below `Sources`; nil for a folder without a row.
func layer(of path: String) -> Layer? {
    layers.filter { path.hasPrefix($0.folder + "/") }.max { $0.folder.count < $1.folder.count }
}

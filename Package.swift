// swift-tools-version:6.2
import PackageDescription

// The order of the targets is the path of a delivery through the program, then what the steps share,
// then the program, then the Swift faces of C libraries. `Tests/LayeringTests` holds who may import whom.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]
let strictTests: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func step(
    _ name: String,
    in folder: String? = nil,
    _ dependencies: [Target.Dependency],
    exclude: [String] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(folder.map { "\($0)/" } ?? "")\(name)",
        exclude: exclude,
        swiftSettings: strict
    )
}

func library(_ name: String, pkgConfig: String?, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Sources/Wrapping/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestKit"],
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: strictTests
    )
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let inMemoryLogging = Target.Dependency.product(name: "InMemoryLogging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let listening: [Target.Dependency] = [
    hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, nioCore, nioHTTP1, nioSSL, serviceLifecycle,
    logging,
]

let package = Package(
    name: "Bascule",
    products: [.executable(name: "bascule", targets: ["Wiring"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // The path.
        step("Accepting", ["Vocabulary"] + listening),
        step("Authenticating", ["Vocabulary", "Cryptography", "JSONReader"]),
        step("Classifying", ["Vocabulary", "Catalogue", "JSONReader"]),
        step("Deciding", ["Vocabulary", "Catalogue"]),
        step("Enqueuing", in: "Enqueuing", ["Vocabulary", "Catalogue", "Cryptography"]),
        step("EnqueuingSQLite", in: "Enqueuing", ["Enqueuing", "Vocabulary", grdb]),
        step(
            "Executing",
            ["Enqueuing", "Deciding", "Defender", "Catalogue", "Vocabulary", serviceLifecycle, logging]
        ),
        step(
            "Observing",
            [
                "Enqueuing", "Deciding", "Defender", "Catalogue", "Vocabulary", "Cryptography", "Gzip",
                serviceLifecycle, logging,
            ]
        ),
        step(
            "Reporting",
            [
                "Enqueuing", "CurlClient", "Cryptography", "JSONReader", "Catalogue", "Vocabulary",
                serviceLifecycle, logging,
            ]
        ),
        step(
            "Showing",
            [
                "Telemetry", "Vocabulary", "PeerCredentials", hummingbird, hummingbirdCore, httpTypes,
                nioCore, serviceLifecycle, logging,
            ]
        ),
        // What they are tried against.
        step("Simulating", ["Catalogue", "Cryptography", "JSONReader", "Vocabulary"] + listening),
        // Shared.
        step("Telemetry", ["Vocabulary", logging, metrics]),
        step("Entra", in: "Transport", ["CurlClient", "Cryptography", "JSONReader", "Vocabulary", logging]),
        step("Defender", in: "Transport", ["CurlClient", "JSONReader", "Catalogue", "Vocabulary", logging]),
        .target(
            name: "Vocabulary",
            path: "Sources/Vocabulary",
            exclude: ["Catalogue"],
            swiftSettings: strict
        ),
        step("Catalogue", in: "Vocabulary", ["Vocabulary"]),
        // The program.
        .executableTarget(
            name: "Wiring",
            dependencies: [
                "Accepting", "Authenticating", "Classifying", "Deciding", "Enqueuing", "EnqueuingSQLite",
                "Executing", "Observing", "Reporting", "Showing", "Simulating", "Telemetry", "Entra",
                "Defender", "Vocabulary", "Catalogue", "CurlClient", "Cryptography", "JSONReader",
                "JQFilter", "ProcessGuard", argumentParser, yams, serviceLifecycle, unixSignals, logging,
            ],
            path: "Sources/Wiring",
            swiftSettings: strict
        ),
        // Swift faces of C libraries.
        .systemLibrary(name: "CProcess", path: "Sources/Wrapping/CProcess"),
        step("ProcessGuard", in: "Wrapping", ["CProcess"]),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        step("CurlClient", in: "Wrapping", ["CCurl", "Vocabulary"]),
        library("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        step("Cryptography", in: "Wrapping", ["COpenSSL", "Vocabulary"]),
        library("CJansson", pkgConfig: "jansson", apt: "libjansson-dev"),
        step("JSONReader", in: "Wrapping", ["CJansson", "Vocabulary"]),
        library("CJQ", pkgConfig: nil, apt: "libjq-dev"),
        step("JQFilter", in: "Wrapping", ["CJQ", "Vocabulary"]),
        library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        step("Gzip", in: "Wrapping", ["CZlib"]),
        step("PeerCredentials", in: "Wrapping", [nioCore]),
        // Tests.
        .target(
            name: "TestKit",
            dependencies: ["Vocabulary"],
            path: "Tests/TestKit",
            swiftSettings: strictTests
        ),
        tests(
            "AcceptingTests",
            ["Accepting", "Vocabulary", hummingbirdTesting, nioPosix, nioEmbedded] + listening
        ),
        tests("AuthenticatingTests", ["Authenticating", "Cryptography", "Vocabulary"]),
        tests(
            "ClassifyingTests",
            ["Classifying", "Catalogue", "Vocabulary", "JQFilter", "JSONReader", "JQChildRunner"],
            exclude: ["Payloads"]
        ),
        tests("DecidingTests", ["Deciding", "Catalogue", "Vocabulary"]),
        tests(
            "EnqueuingTests",
            ["Enqueuing", "EnqueuingSQLite", "Catalogue", "Vocabulary", "LedgerWriter", grdb],
            exclude: ["PowerCut/lossy.c"]
        ),
        .executableTarget(
            name: "LedgerWriter",
            dependencies: ["Enqueuing", "EnqueuingSQLite", "Vocabulary"],
            path: "Tests/LedgerWriter",
            swiftSettings: strictTests
        ),
        tests(
            "ExecutingTests",
            ["Executing", "Observing", "Enqueuing", "Deciding", "Defender", "Cryptography", "Vocabulary"]
        ),
        tests(
            "ReportingTests",
            ["Reporting", "Enqueuing", "CurlClient", "JSONReader", "Vocabulary", logging, inMemoryLogging]
        ),
        tests(
            "ShowingTests",
            [
                "Showing", "Telemetry", "Vocabulary", "PeerCredentials", hummingbirdTesting,
                hummingbird, nioCore, nioPosix, serviceLifecycle, logging,
            ]
        ),
        tests(
            "SimulatingTests",
            ["Simulating", "CurlClient", "Cryptography", "JSONReader", "Vocabulary"],
            exclude: ["peers"]
        ),
        tests("TelemetryTests", ["Telemetry", "Vocabulary", logging, inMemoryLogging, metrics]),
        tests(
            "EntraTests",
            ["Entra", "CurlClient", "Cryptography", "JSONReader", "Simulating", "Vocabulary", logging]
        ),
        tests(
            "DefenderTests",
            [
                "Defender", "Entra", "CurlClient", "Cryptography", "JSONReader", "Simulating", "Catalogue",
                "Vocabulary", logging,
            ]
        ),
        tests("VocabularyTests", ["Vocabulary", "Catalogue"]),
        tests(
            "WiringTests",
            [
                "Wiring", "Vocabulary", "Catalogue", "Deciding", "Defender", "JSONReader", "Authenticating",
                "Entra", "Executing", "ProcessGuard",
                "Simulating", "Classifying", "Cryptography", "Enqueuing", "EnqueuingSQLite", "Showing",
                "Reporting", "Accepting", "Telemetry", "JQFilter",
                "CurlClient",
                argumentParser, serviceLifecycle, logging, inMemoryLogging,
            ]
        ),
        tests("CurlClientTests", ["CurlClient", "Vocabulary"]),
        tests("CryptographyTests", ["Cryptography", "Vocabulary"]),
        tests("JSONReaderTests", ["JSONReader", "Vocabulary"]),
        tests("GzipTests", ["Gzip"]),
        tests("JQFilterTests", ["JQFilter", "Vocabulary", "JQChildRunner"]),
        .executableTarget(
            name: "JQChildRunner",
            dependencies: ["JQFilter"],
            path: "Tests/JQChildRunner",
            swiftSettings: strictTests
        ),
        tests(
            "EndToEndTests",
            ["Authenticating", "CurlClient", "Cryptography", "JSONReader", "Vocabulary"],
            exclude: ["peers"]
        ),
        tests("ExamplesTests", ["Vocabulary"]),
        tests("LayeringTests", []),
    ],
    swiftLanguageModes: [.v6]
)

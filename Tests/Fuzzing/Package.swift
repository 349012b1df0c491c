// swift-tools-version:6.2
import PackageDescription

// A package of its own: nobody who builds the bridge pays for it. The bridge's modules are open to their own
// package only, so that this one compiles them itself, from the same files, with libFuzzer's instrumentation.
let bridge: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let fuzzed: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer"])]

func module(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/Bridge/\(name)",
        exclude: exclude,
        swiftSettings: bridge + fuzzed
    )
}

let package = Package(
    name: "Fuzzing",
    targets: [
        .systemLibrary(name: "COpenSSL", path: "Sources/Bridge/COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CJansson", path: "Sources/Bridge/CJansson", pkgConfig: "jansson"),
        module("Vocabulary", [], exclude: ["Catalogue"]),
        .target(
            name: "Catalogue",
            dependencies: ["Vocabulary"],
            path: "Sources/Bridge/Catalogue",
            swiftSettings: bridge + fuzzed
        ),
        module("Cryptography", ["COpenSSL", "Vocabulary"]),
        module("JSONReader", ["CJansson", "Vocabulary"]),
        module("Authenticating", ["Vocabulary", "Cryptography", "JSONReader"]),
        module("Classifying", ["Vocabulary", "Catalogue", "JSONReader"]),
        .systemLibrary(name: "CFuzzer", path: "Sources/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "Authenticating", "Classifying", "Cryptography", "JSONReader", "Vocabulary",
            ],
            path: "Sources/Fuzz",
            swiftSettings: fuzzed,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
    ],
    swiftLanguageModes: [.v6]
)

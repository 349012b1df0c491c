// swift-tools-version:6.2
import PackageDescription

// A package of its own: nobody who builds the bridge pays for it. It measures the programs that the bridge's
// package builds, from outside, because the bridge's modules are open to its own package only.
let package = Package(
    name: "Benchmarks",
    targets: [.executableTarget(name: "LedgerSpeed", path: "Sources/LedgerSpeed")],
    swiftLanguageModes: [.v6]
)

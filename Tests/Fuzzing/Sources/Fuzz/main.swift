import CFuzzer
import Foundation

// One program, several targets: `FUZZ_TARGET` names the one that is run, with libFuzzer's own arguments.
//
// A target finds fault by trapping: by `precondition`, or by whatever traps in the bridge's own code. `make fuzz`
// runs each of them, with the seeds in `Corpus/<name>`.

let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "verifiers": { Verifiers.fuzz($0) },
    "vectors": { Verifiers.fuzzVectors($0) },
    "readers": { Readers.fuzz($0) },
    "route-answers": { RouteAnswers.fuzz($0) },
    "grammar": { Texts.fuzzGrammar($0) },
    "json": { Texts.fuzzJSON($0) },
    "encodings": { Texts.fuzzEncodings($0) },
]
let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
guard let target = targets[name] else {
    print("FUZZ_TARGET is \"\(name)\"; targets: \(targets.keys.sorted().joined(separator: " "))")
    exit(2)
}
Chosen.target = target

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let code = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
    Chosen.target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
exit(code)

import ArgumentParser
import JSONReader
import Vocabulary

/// `isolated`: which machines are contained, for whom and until when.
struct Isolated: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolated",
        abstract: "Show which machines Bascule holds contained, for whom and until when."
    )

    @OptionGroup var common: OperatorOptions

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        let machines = try await access.read("/isolated")["machines"]?.array ?? []
        guard !common.json else { return JSONValue.array(machines).encodedText }
        var table = TextTable(["MACHINE", "JOB", "BY", "ENDS", "REASON"])
        for machine in machines {
            for claim in machine["claims"]?.array ?? [] {
                table.add([
                    machine["machine"]?.string ?? "", claim["job"]?.string ?? "",
                    claim["by"]?.string ?? "", claim["ends"]?.string ?? "no end known",
                    claim["reason"]?.string ?? "",
                ])
            }
        }
        return table.isEmpty ? "No machine is contained by Bascule." : table.text
    }
}

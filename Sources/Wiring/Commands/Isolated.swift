import ArgumentParser
import JSONReader
import Vocabulary

/// `isolated`: which machines are contained, for whom and until when.
struct Isolated: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolated",
        abstract: "Show which machines are contained or restricted, for whom and until when.",
        discussion:
            "What somebody contained or restricted outside Bascule is shown as the last sweep found it."
    )

    @OptionGroup var common: OperatorOptions

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        let machines = try await access.read("/isolated")["machines"]?.array ?? []
        guard !common.json else { return JSONValue.array(machines).encodedText }
        var table = TextTable(["MACHINE", "JOB", "BY", "TICKET", "SINCE", "ENDS", "REASON"])
        for machine in machines {
            let held = machine["held"]?.string.map { " (\($0))" } ?? ""
            let name = (machine["machine"]?.string ?? "") + held
            for claim in machine["claims"]?.array ?? [] {
                table.add([
                    name, claim["job"]?.string ?? "", claim["by"]?.string ?? "",
                    claim["ticket"]?.string ?? "-", claim["since"]?.string ?? "under way",
                    claim["ends"]?.string ?? "no end known", claim["reason"]?.string ?? "",
                ])
            }
            if let foreign = machine["foreign"], !foreign.isNull {
                table.add([
                    name, "-", foreign["by"]?.string ?? "", "-", foreign["since"]?.string ?? "",
                    "no end known", "(\(machine["held"]?.string ?? "contained") outside Bascule)",
                ])
            }
        }
        return table.isEmpty ? "No machine is contained by Bascule." : table.text
    }
}

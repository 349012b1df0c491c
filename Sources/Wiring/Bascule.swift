import ArgumentParser

@main
struct Bascule: AsyncParsableCommand {
    mutating func run() async throws {}
}

import ArgumentParser
import Dispatch
import Foundation
import JQFilter

/// Where the process begins.
///
/// Not asynchronous, on purpose: an asynchronous `main` has threads before its first line, each of which
/// reserves address space, and the jq helper bounds its address space to little more than the program itself.
@main
enum Program {
    static func main() {
        if CommandLine.arguments.dropFirst().first == JQChildCommand.configuration.commandName {
            JQChild.run()
        }
        // The process ends with this task and never before; signals are the commands' own to handle.
        Task {
            await Bascule.begin()
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }
}

import JSONReader
import Testing

@testable import Wiring

/// What somebody who waits for a job sees.
struct RunProgressTests {
    @Test(arguments: [
        (#"{"bytes":0,"bytes_in_all":27500000}"#, "[                    ] 0%, 0.0 of 27.5 MB"),
        (#"{"bytes":10200000,"bytes_in_all":27500000}"#, "[#######             ] 37%, 10.2 of 27.5 MB"),
        (#"{"bytes":27500000,"bytes_in_all":27500000}"#, "[####################] 100%, 27.5 of 27.5 MB"),
        (#"{"bytes":30000000,"bytes_in_all":27500000}"#, "[####################] 100%, 30.0 of 27.5 MB"),
        (#"{"bytes":1234567,"bytes_in_all":null}"#, "1.2 MB fetched"),
    ])
    func `a download shows how far it is`(transfer: String, bar: String) throws {
        #expect(RunProgress.bar(try JSONReader.read(transfer, root: .object)) == bar)
    }

    @Test func `a job that fetches says so behind its state`() throws {
        let job = try JSONReader.read(
            #"{"action":"collect","machine":"ws-1","state":"watching","machine_action":{"status":"Succeeded"},"transfer":{"bytes":1000000,"bytes_in_all":2000000}}"#,
            root: .object
        )
        #expect(
            RunProgress.line(job)
                == "collect ws-1: watching. Defender says Succeeded. [##########          ] 50%, 1.0 of 2.0 MB"
        )
    }
}

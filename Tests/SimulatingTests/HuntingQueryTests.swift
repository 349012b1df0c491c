import JSONReader
import Testing

@testable import Simulating

/// The simulator's small reading of Kusto.
struct HuntingQueryTests {
    private static let rows: [[String: JSONValue]] = [
        ["DeviceName": "ws-1", "OSPlatform": "Windows11"], ["DeviceName": "srv-1", "OSPlatform": "Linux"],
        ["DeviceName": "WS-2", "OSPlatform": "Windows11"],
    ]

    @Test(arguments: [
        ("DeviceInfo", ["DeviceName", "OSPlatform"], 3),
        ("DeviceInfo | take 2", ["DeviceName", "OSPlatform"], 2),
        ("DeviceInfo\n| where OSPlatform == \"Windows11\"\n| project DeviceName", ["DeviceName"], 2),
        ("DeviceInfo | where DeviceName =~ \"ws-2\"", ["DeviceName", "OSPlatform"], 1),
        ("DeviceInfo | where DeviceName == \"ws-2\" | count", ["Count"], 1),
    ])
    func `a query runs step by step`(text: String, columns: [String], count: Int) throws {
        let result = try HuntingQuery(text).run(on: Self.rows)
        #expect(result.columns == columns)
        #expect(result.rows.count == count)
    }

    @Test(arguments: [
        "", "| take 1", "DeviceInfo | drop table", "DeviceInfo | where A == b", "DeviceInfo | take x",
    ])
    func `what it does not know is refused`(text: String) {
        #expect(throws: HuntingQuery.Refusal.self) { try HuntingQuery(text) }
    }

    @Test func `an unknown column is named`() throws {
        let query = try HuntingQuery("DeviceInfo | project Nmae")
        let refusal = #expect(throws: HuntingQuery.Refusal.self) { try query.run(on: Self.rows) }
        #expect(refusal?.text.contains("'Nmae'") == true)
    }
}

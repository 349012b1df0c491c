import Catalogue
import Testing

/// The catalogue against every call of `reference/defender-api.md` §2, typed from there.
struct ReferenceTests {
    /// One call: its application and delegated permissions, its rate window, and the words that make it.
    struct Row: Sendable {
        let call: String
        let application: Set<String>
        let delegated: Set<String>
        /// Calls a minute and an hour; nil where no page names any, or only one of the two.
        let rate: (perMinute: Int, perHour: Int)?
        /// Empty for a call that is left out.
        let words: [String]

        /// `call | application | delegated | rate | words`, alternatives and words with blanks between them.
        init(_ line: Substring) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.split(separator: " ").map(String.init) }
            call = cells[0].joined(separator: " ")
            let named = Self.permissions[cells[1].first ?? ""]
            application = Set(named?.application ?? cells[1])
            delegated = Set(named?.delegated ?? cells[2])
            let numbers = (cells[3].first == "D" ? ["100", "1500"] : cells[3]).compactMap { Int($0) }
            rate = numbers.count == 2 ? (numbers[0], numbers[1]) : nil
            words = cells[4]
        }

        /// Permissions that many rows share.
        private static let permissions: [String: (application: [String], delegated: [String])] = [
            "ALERTS": (["Alert.Read.All", "Alert.ReadWrite.All"], ["Alert.Read", "Alert.ReadWrite"]),
            "MACHINES": (
                ["Machine.Read.All", "Machine.ReadWrite.All"], ["Machine.Read", "Machine.ReadWrite"]
            ),
            "CANCEL": (cancelling, cancelling),
        ]
        private static let cancelling = [
            "Machine.CollectForensics", "Machine.Isolate", "Machine.RestrictExecution", "Machine.Scan",
            "Machine.Offboard", "Machine.StopAndQuarantine", "Machine.LiveResponse",
        ]
    }

    static let rows = """
        GET /api/alerts | ALERTS | | D | alerts
        GET /api/alerts/{id} | ALERTS | | D | alert
        PATCH /api/alerts/{id} | Alert.ReadWrite.All | Alert.ReadWrite | D | alert-update
        POST /api/alerts/batchUpdate | Alert.ReadWrite.All | Alert.ReadWrite | 10 500 | alerts-update
        POST /api/alerts/CreateAlertByReference | Alert.ReadWrite.All | Alert.ReadWrite | 15 | alert-create
        GET /api/alerts/{id}/domains | URL.Read.All | URL.Read.All | D | alert-domains
        GET /api/alerts/{id}/files | File.Read.All | File.Read.All | D | alert-files
        GET /api/alerts/{id}/ips | Ip.Read.All | Ip.Read.All | D | alert-addresses
        GET /api/alerts/{id}/machine | MACHINES | | D | alert-machine
        GET /api/alerts/{id}/user | User.Read.All | User.Read.All | D | alert-user
        GET /api/machines | MACHINES | | D |
        GET /api/machines/{id} | MACHINES | | D | status
        GET /api/machines/findbyip(ip='{ip}',timestamp={iso}) | MACHINES | | D | address-machines
        GET /api/machines/findbytag?tag={t}&useStartsWithFilter={bool} | MACHINES | | D | find-tag
        GET /api/machines/find(timestamp={iso},key={ip}) | MACHINES | | |
        GET /api/machines/{id}/logonusers | User.Read.All | User.Read.All | D | machine-users
        GET /api/machines/{id}/alerts | ALERTS | | D | machine-alerts
        GET /api/machines/{id}/software | Software.Read.All | Software.Read | | machine-software
        GET /api/machines/{id}/vulnerabilities | Vulnerability.Read.All | Vulnerability.Read | 50 1500 | machine-vulnerabilities
        GET /api/machines/{id}/recommendations | SecurityRecommendation.Read.All | SecurityRecommendation.Read | | machine-recommendations
        GET /api/machines/{id}/getmissingkbs | Software.Read.All | Software.Read | | machine-updates
        POST /api/machines/{id}/tags | Machine.ReadWrite.All | Machine.ReadWrite | D | tag untag
        POST /api/machines/AddOrRemoveTagForMultipleMachines | Machine.ReadWrite.All | Machine.ReadWrite | D |
        POST /api/machines/{id}/setDeviceValue | Machine.ReadWrite.All | Machine.ReadWrite | D | set-value
        PATCH /api/machines/{id} | Machine.ReadWrite.All | Machine.ReadWrite | D |
        GET /api/machineactions | MACHINES | | D |
        GET /api/machineactions/{id} | MACHINES | | D |
        POST /api/machines/{id}/isolate | Machine.Isolate | Machine.Isolate | D | isolate
        POST /api/machines/{id}/unisolate | Machine.Isolate | Machine.Isolate | D | release
        POST /api/machines/{id}/restrictCodeExecution | Machine.RestrictExecution | Machine.RestrictExecution | D | restrict
        POST /api/machines/{id}/unrestrictCodeExecution | Machine.RestrictExecution | Machine.RestrictExecution | D | unrestrict
        POST /api/machines/{id}/runAntiVirusScan | Machine.Scan | Machine.Scan | D | scan
        POST /api/machines/{id}/collectInvestigationPackage | Machine.CollectForensics | Machine.CollectForensics | D | collect
        GET /api/machineactions/{id}/getPackageUri | MACHINES | | 2 120 |
        POST /api/machines/{id}/offboard | Machine.Offboard | Machine.Offboard | D | offboard
        POST /api/machines/{id}/StopAndQuarantineFile | Machine.StopAndQuarantine | Machine.StopAndQuarantine | D | quarantine-file
        POST /api/machines/{id}/runliveresponse | Machine.LiveResponse | Machine.LiveResponse | 10 | run-script get-file put-file
        GET /api/machineactions/{id}/GetLiveResponseResultDownloadLink(index={n}) | MACHINES | | D |
        POST /api/machineactions/{id}/cancel | CANCEL | | | cancel
        POST /api/machines/{id}/startInvestigation | Alert.ReadWrite.All | Alert.ReadWrite | |
        GET /api/libraryfiles | Library.Manage | Library.Manage | D | library
        POST /api/libraryfiles | Library.Manage | Library.Manage | D | library-upload
        DELETE /api/libraryfiles/{fileName} | Library.Manage | Library.Manage | D | library-delete
        GET /api/investigations | ALERTS | | D | investigations
        GET /api/investigations/{id} | ALERTS | | D | investigation
        GET /api/indicators | Ti.ReadWrite Ti.ReadWrite.All | Ti.ReadWrite | D | indicators indicator
        GET /api/indicators/{id} | | | |
        POST /api/indicators | Ti.ReadWrite Ti.ReadWrite.All | Ti.ReadWrite | D | block warn audit allow
        POST /api/indicators/import | Ti.ReadWrite Ti.ReadWrite.All | Ti.ReadWrite | 30 | indicators-import
        POST /api/indicators/BatchDelete | Ti.ReadWrite Ti.ReadWrite.All | | 30 1500 |
        DELETE /api/indicators/{id} | Ti.ReadWrite Ti.ReadWrite.All | Ti.ReadWrite | D | indicator-delete
        GET /api/files/{sha1 or sha256} | File.Read.All | File.Read.All | D | file
        GET /api/files/{id}/alerts | ALERTS | | D | file-alerts
        GET /api/files/{id}/machines | MACHINES | | D | file-machines
        GET /api/files/{id}/stats?lookBackHours={n} | File.Read.All | File.Read.All | D | file-stats
        POST /api/files/{sha1}/block | | | |
        POST /api/files/{sha1}/unblock | | | |
        GET /api/ips/{ip}/alerts | ALERTS | | D | address-alerts
        GET /api/ips/{ip}/stats?lookBackHours= | Ip.Read.All | Ip.Read.All | D | address
        GET /api/domains/{domain}/alerts | ALERTS | | D | domain-alerts
        GET /api/domains/{domain}/machines | MACHINES | | D | domain-machines
        GET /api/domains/{domain}/stats?lookBackHours= | URL.Read.All | URL.Read.All | D | domain
        GET /api/users/{id} | User.Read.All | User.Read.All | | user
        GET /api/users/{id}/alerts | ALERTS | | D | user-alerts
        GET /api/users/{id}/machines | MACHINES | | D | user-machines
        POST /api/advancedqueries/run | AdvancedQuery.Read.All | AdvancedQuery.Read | 45 1500 | hunt
        GET /api/Software | Software.Read.All | Software.Read | | software-list
        GET /api/Software/{id} | Software.Read.All | Software.Read | | software
        GET /api/Software/{id}/distributions | Software.Read.All | Software.Read | | software-versions
        GET /api/Software/{id}/machineReferences | Software.Read.All | Software.Read | | software-machines
        GET /api/Software/{id}/vulnerabilities | Software.Read.All | Software.Read | | software-vulnerabilities
        GET /api/Software/{id}/getmissingkbs | Software.Read.All | Software.Read | | software-updates
        GET /api/vulnerabilities | Vulnerability.Read.All | Vulnerability.Read | | vulnerabilities
        GET /api/vulnerabilities/{cveId} | Vulnerability.Read.All | Vulnerability.Read | | vulnerability
        GET /api/vulnerabilities/{cveId}/machineReferences | Vulnerability.Read.All | Vulnerability.Read | | vulnerability-machines
        GET /api/vulnerabilities/machinesVulnerabilities | Vulnerability.Read.All | Vulnerability.Read | |
        GET /api/recommendations | SecurityRecommendation.Read.All | SecurityRecommendation.Read | | recommendations
        GET /api/recommendations/{id} | SecurityRecommendation.Read.All | SecurityRecommendation.Read | | recommendation
        GET /api/recommendations/{id}/software | SecurityRecommendation.Read.All | SecurityRecommendation.Read | |
        GET /api/recommendations/{id}/machineReferences | SecurityRecommendation.Read.All | SecurityRecommendation.Read | | recommendation-machines
        GET /api/recommendations/{id}/vulnerabilities | SecurityRecommendation.Read.All | SecurityRecommendation.Read | |
        GET /api/remediationTasks | RemediationTasks.Read.All | RemediationTask.Read | |
        GET /api/remediationTasks/{id} | RemediationTasks.Read.All | RemediationTask.Read | |
        GET /api/remediationTasks/{id}/machineReferences | RemediationTasks.Read.All | RemediationTask.Read | |
        GET /api/exposureScore | Score.Read.All | Score.Read | | exposure-score
        GET /api/exposureScore/ByMachineGroups | Score.Read.All | Score.Read | | exposure-by-group
        GET /api/configurationScore | Score.Read.All | Score.Read | | configuration-score
        GET /api/deviceavinfo | Machine.Read.All | Machine.Read | 30 1000 |
        GET /api/machines/InfoGatheringExport | Vulnerability.Read.All | Vulnerability.Read | |
        GET /api/machines/*Assessment* | | | |
        GET /api/machines/*Inventory* | | | |
        GET /api/machines/SoftwareVulnerabilit* | | | |
        GET /api/browserextensions/permissionsinfo | | | |
        GET /api/baselineProfiles | | | |
        GET /api/baselineConfigurations | | | |
        /api/DeviceAuthenticatedScan* | | | |
        """.split(separator: "\n").map(Row.init)

    @Test func `permissions and rate windows are those of the reference in both contexts`() throws {
        for row in Self.rows {
            for word in row.words {
                // Hunting is looked at as Defender serves it; Graph is not in the reference's table.
                let entry = try #require(Catalogue.entry(word)).served(by: .defender)
                #expect(Set(entry.applicationPermissions) == row.application, "\(word)")
                #expect(Set(entry.delegatedPermissions) == row.delegated, "\(word)")
                guard let rate = row.rate else { continue }
                #expect(entry.rate == RateWindow(perMinute: rate.perMinute, perHour: rate.perHour), "\(word)")
            }
        }
    }

    @Test func `every call has an entry or a reason, and every entry a call`() {
        let left = Set(Catalogue.leftOut.flatMap(\.calls))
        let unsaid = Self.rows.filter { $0.words.isEmpty && !left.contains($0.call) }.map(\.call)
        #expect(unsaid == [])
        let known = Set(Self.rows.map(\.call))
        #expect(left.subtracting(known) == [])
        let made = Set(Self.rows.flatMap(\.words))
        #expect(Catalogue.actions.map(\.word).filter { !made.contains($0) } == [])
        #expect(Catalogue.leftOut.allSatisfy { !$0.reason.isEmpty })
    }
}

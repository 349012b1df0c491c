import Catalogue
import Foundation
import Testing

@testable import Wiring

/// The page of actions, and the catalogue against the permissions typed from `reference/defender-api.md` §§2.2, 2.3.
struct ActionsPageTests {
    /// Path below `/api/machines/{id}/` or what stands there instead, application and delegated permission.
    private static let reference: [(path: String, word: String?, application: String, delegated: String)] = [
        ("isolate", "isolate", "Machine.Isolate", "Machine.Isolate"),
        ("unisolate", "release", "Machine.Isolate", "Machine.Isolate"),
        ("restrictCodeExecution", "restrict", "Machine.RestrictExecution", "Machine.RestrictExecution"),
        ("unrestrictCodeExecution", "unrestrict", "Machine.RestrictExecution", "Machine.RestrictExecution"),
        ("runAntiVirusScan", "scan", "Machine.Scan", "Machine.Scan"),
        ("collectInvestigationPackage", "collect", "Machine.CollectForensics", "Machine.CollectForensics"),
        ("offboard", "offboard", "Machine.Offboard", "Machine.Offboard"),
        (
            "StopAndQuarantineFile", "quarantine-file", "Machine.StopAndQuarantine",
            "Machine.StopAndQuarantine"
        ),
        ("runliveresponse", "run-script", "Machine.LiveResponse", "Machine.LiveResponse"),
        ("runliveresponse", "get-file", "Machine.LiveResponse", "Machine.LiveResponse"),
        ("runliveresponse", "put-file", "Machine.LiveResponse", "Machine.LiveResponse"),
        ("setDeviceValue", "set-value", "Machine.ReadWrite.All", "Machine.ReadWrite"),
        // Dead since 2026-09-01.
        ("startInvestigation", nil, "Alert.ReadWrite.All", "Alert.ReadWrite"),
    ]

    /// The library, `reference/defender-api.md` §2.4: one permission for all of it.
    @Test func `the library takes its own permission`() {
        #expect(Catalogue.libraryActions.map(\.word) == ["library", "library-upload", "library-delete"])
        for entry in Catalogue.libraryActions {
            #expect(entry.applicationPermissions == ["Library.Manage"])
            #expect(entry.delegatedPermissions == ["Library.Manage"])
            #expect(entry.watchingPermissions == [])
            #expect(entry.rate == RateWindow(perMinute: 100, perHour: 1_500))
        }
    }

    @Test func `the page is what the catalogue says`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/ACTIONS.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        #expect(page == ActionListing.page, "run `bascule actions --markdown > deploy/ACTIONS.md`")
    }

    @Test func `permissions are those of the reference, and nothing else is posted`() throws {
        for row in Self.reference {
            guard let word = row.word else { continue }
            let entry = try #require(Catalogue.entry(word))
            #expect(entry.applicationPermissions == [row.application], "\(row.path)")
            #expect(entry.delegatedPermissions == [row.delegated], "\(row.path)")
            let isSession = row.path == "runliveresponse"
            #expect(entry.rate.perMinute == (isSession ? 10 : 100))
            #expect(entry.rate.perHour == (isSession ? 600 : 1_500))
        }
        let known = Set(Self.reference.compactMap(\.word) + ["tag", "untag", "alert-create"])
        let onMachines = Catalogue.actions.filter { $0.isPosted && $0.isAboutMachine }.map(\.word)
        #expect(Set(onMachines) == known)
    }
}

import Entra
import Foundation
import ProcessGuard
import TestKit
import Testing
import Vocabulary

@testable import Wiring

struct SignInStoreTests {
    private static let noon = Timestamp(seconds: 1_790_000_000)

    private static func settings(
        login: String = "https://login.microsoftonline.com",
        tenant: String = "7f1c0f5e-0000-4000-8000-000000000001",
        client: String = "5d1f0000-0000-4000-8000-000000000003",
        scope: String = "https://api.securitycenter.microsoft.com/.default"
    ) throws -> EntraSettings {
        try EntraSettings(loginBase: login, tenant: tenant, client: client, scope: scope)
    }

    private static func store(_ folder: TemporaryFolder) throws -> SignInStore {
        try SignInStore(settings(), environment: ["XDG_STATE_HOME": folder.path("state")])
    }

    private static let entry = SignInStore.Entry(
        refresh: Secret("refresh-PLANTED"),
        user: SignedInUser(
            principalName: "mia@corp.example",
            displayName: "Mia",
            object: "o-1",
            tenant: "7f1c0f5e-0000-4000-8000-000000000001"
        ),
        signedInAt: noon,
        renewedAt: noon,
        claims: #"{"a":1}"#
    )

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    /// The refusal of `work`.
    private func refusal(_ work: () throws(SignInStoreError) -> Void) -> SignInStoreError? {
        do throws(SignInStoreError) {
            try work()
            return nil
        } catch {
            return error
        }
    }

    @Test func `what is kept is read again, and only its owner can`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            #expect(try store.load() == nil)
            try store.save(Self.entry)
            #expect(try store.load() == Self.entry)
            #expect(try mode(store.folder) == 0o700)
            #expect(try mode(store.path) == 0o600)
            #expect(store.folder == folder.path("state/bascule"))
            #expect(!store.path.contains("PLANTED"))
            var next = Self.entry
            next.refresh = Secret("next")
            try store.save(next)
            #expect(try store.load()?.refresh == Secret("next"))
            // Nothing is left of the drafts.
            #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).count == 1)
            #expect(try store.forget())
            #expect(try store.load() == nil)
            #expect(try !store.forget())
        }
    }

    @Test func `a mask of the process takes no right away and gives none`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try store.save(Self.entry)
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: store.path)
            try store.save(Self.entry)
            #expect(try mode(store.path) == 0o600)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o602, 0o677])
    func `a file that others have a right to is not read`(mode: Int) async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try store.save(Self.entry)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: store.path)
            #expect(
                refusal { () throws(SignInStoreError) in _ = try store.load() }
                    == .file(.open(path: store.path, mode: UInt32(mode)))
            )
        }
    }

    @Test func `a folder that others may enter is not used, for reading or writing`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try store.save(Self.entry)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: store.folder)
            let open = SignInStoreError.file(.open(path: store.folder, mode: 0o755))
            #expect(refusal { () throws(SignInStoreError) in _ = try store.load() } == open)
            #expect(refusal { () throws(SignInStoreError) in try store.save(Self.entry) } == open)
            #expect(open.fix.hasPrefix("Run `chmod go= \(store.folder)`"))
        }
    }

    @Test func `no link is followed, to a file or to the folder`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try store.save(Self.entry)
            let aside = folder.path("aside.json")
            try FileManager.default.moveItem(atPath: store.path, toPath: aside)
            try FileManager.default.createSymbolicLink(atPath: store.path, withDestinationPath: aside)
            let link = SignInStoreError.file(.notPlain(path: store.path))
            #expect(refusal { () throws(SignInStoreError) in _ = try store.load() } == link)
            // Writing puts a file in the link's place and leaves what it led to.
            let before = FileManager.default.contents(atPath: aside)
            var next = Self.entry
            next.refresh = Secret("next")
            try store.save(next)
            #expect(try store.load()?.refresh == Secret("next"))
            #expect(FileManager.default.contents(atPath: aside) == before)

            try FileManager.default.moveItem(atPath: store.folder, toPath: folder.path("elsewhere"))
            try FileManager.default.createSymbolicLink(
                atPath: store.folder,
                withDestinationPath: folder.path("elsewhere")
            )
            #expect(
                refusal { () throws(SignInStoreError) in _ = try store.load() }
                    == .file(.notPlain(path: store.folder))
            )
        }
    }

    @Test func `a second name of the file and a file that is too large are refused`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try store.save(Self.entry)
            try FileManager.default.linkItem(atPath: store.path, toPath: folder.path("second"))
            #expect(
                refusal { () throws(SignInStoreError) in _ = try store.load() }
                    == .file(.notPlain(path: store.path))
            )
            try FileManager.default.removeItem(atPath: store.path)
            let large = Data(repeating: 0x20, count: SignInStore.fileBytesMax + 1)
            _ = FileManager.default.createFile(
                atPath: store.path,
                contents: large,
                attributes: [.posixPermissions: 0o600]
            )
            #expect(
                refusal { () throws(SignInStoreError) in _ = try store.load() }
                    == .file(.tooLarge(path: store.path, bytesMax: SignInStore.fileBytesMax))
            )
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"version":2}"#, #"{"version":1,"refresh_token":"x"}"#])
    func `a damaged file says so and shows nothing of itself`(text: String) async throws {
        try await TemporaryFolder.with { folder in
            let store = try Self.store(folder)
            try PrivateFile.makeFolder(store.folder)
            try PrivateFile.write(Array(text.utf8), to: store.path, draft: store.path + ".draft")
            #expect(
                refusal { () throws(SignInStoreError) in _ = try store.load() }
                    == .unreadable(path: store.path)
            )
        }
    }

    @Test func `clouds, tenants, clients and scopes do not mix, whatever their case`() throws {
        let environment = ["XDG_STATE_HOME": "/state"]
        let all = try [
            Self.settings(), Self.settings(login: "https://login.microsoftonline.us"),
            Self.settings(tenant: "other.example"), Self.settings(client: "another"),
            Self.settings(scope: "https://api-gov.securitycenter.microsoft.us/.default"),
        ]
        let paths = try all.map { try SignInStore($0, environment: environment).path }
        #expect(Set(paths).count == paths.count)
        let shouted = try Self.settings(tenant: "7F1C0F5E-0000-4000-8000-000000000001")
        #expect(try SignInStore(shouted, environment: environment).path == paths[0])
    }

    @Test func `the folder is XDG's, or below the home folder, and never relative`() throws {
        let settings = try Self.settings()
        func folder(_ environment: [String: String]) throws -> String {
            try SignInStore(settings, environment: environment).folder
        }
        #expect(try folder(["XDG_STATE_HOME": "/s", "HOME": "/home/mia"]) == "/s/bascule")
        #expect(try folder(["HOME": "/home/mia"]) == "/home/mia/.local/state/bascule")
        #expect(try folder(["XDG_STATE_HOME": "s", "HOME": "/home/mia"]) == "/home/mia/.local/state/bascule")
        #expect(try folder([:]).hasPrefix("/"))
    }

    @Test func `nothing that is described holds the refresh token`() throws {
        var text = "\(Self.entry)"
        dump(Self.entry, to: &text)
        #expect(!text.contains("PLANTED"))
    }
}

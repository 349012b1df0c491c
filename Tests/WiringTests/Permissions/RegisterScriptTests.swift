import Foundation
import TestKit
import Testing

/// `deploy/entra/register.sh` against an `az` that answers as the real one does, and writes down what it was asked.
struct RegisterScriptTests {
    private static let defender = "fc780465-2017-40d4-a0c5-307022471b92"
    private static let graph = "00000003-0000-0000-c000-000000000000"
    private static let list = """
        \(defender) Role Machine.Isolate
        \(defender) Role Machine.Read.All
        \(graph) Role ThreatHunting.Read.All

        """

    /// What a run left behind.
    private struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        /// The calls, with the paths of temporary files cut to their names.
        let calls: [String]
        /// What `--body`, `--cert` and the like named, by the file's name.
        let files: [String: String]
    }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Answers by what is asked; `KNOWN` says that the application is registered, `HELD` what was granted.
    private static let fake = #"""
        #!/usr/bin/env bash
        set -eu
        call="$*"
        for word in "$@"; do
            case $word in @*) cat "${word#@}" >>"$RECORD/${word##*/}.seen"; call=${call//${word%/*}\//@} ;; esac
        done
        printf '%s\n' "$call" >>"$RECORD/calls"
        role() { case $call in
            *Machine.Isolate*) echo 7e4e1300-e1b9-4102-88ba-f0cb6e6d5974 ;;
            *Machine.Read.All*) echo ea8291d3-4b9a-44b5-bc3a-6cea3026dc79 ;;
            *"'Machine.Read'"*) echo fbd3d33a-b1f5-4573-906c-51b39682fbcf ;;
            *ThreatHunting.Read.All*) echo dd98c7f5-2d42-42d3-a0e4-633161547251 ;;
        esac; }
        case $call in
            *"cloud show"*) echo https://graph.microsoft.com/ ;;
            *"account show"*) [[ -n ${SIGNED_OUT:-} ]] && { echo 'Please run az login' >&2; exit 1; }
                echo 7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40 ;;
            *"ad app list"*) [[ -z ${KNOWN:-} ]] || echo 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 ;;
            *"ad app create"*) echo 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 ;;
            *"ad sp list"*fc780465*) echo 11111111-1111-4111-8111-111111111111 ;;
            *"ad sp list"*00000003*) echo 22222222-2222-4222-8222-222222222222 ;;
            *"ad sp list"*) [[ -z ${KNOWN:-} ]] || echo 33333333-3333-4333-8333-333333333333 ;;
            *"ad sp create"*) echo 33333333-3333-4333-8333-333333333333 ;;
            *"ad sp show"*) role ;;
            *"rest --method GET"*"value[].appRoleId"*) printf '%s\n' ${HELD:-} ;;
            *"rest --method GET"*) [[ -z ${HELD:-} ]] || printf '%s\t%s\t%s\n' \
                one 7e4e1300-e1b9-4102-88ba-f0cb6e6d5974 11111111-1111-4111-8111-111111111111 \
                two 594435bf-36dd-4548-83bd-1bdafe157d7a 11111111-1111-4111-8111-111111111111 \
                three 594435bf-36dd-4548-83bd-1bdafe157d7a 99999999-9999-4999-8999-999999999999 ;;
            *"rest --method POST"*) if [[ -n ${SLOW:-} && ! -e $RECORD/tried ]]; then
                touch "$RECORD/tried"; echo 'Resource does not exist' >&2; exit 1; fi ;;
            *"ad app show"*) echo "${UPLOADED:-}" ;;
        esac
        """#

    private func run(
        _ arguments: [String],
        list: String = RegisterScriptTests.list,
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        try await TemporaryFolder.with { folder in
            try folder.write(Self.fake, to: "az")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path("az"))
            try folder.write(list, to: "list")
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = [Self.root.appending(path: "deploy/entra/register.sh").path] + arguments
            process.environment = [
                "PATH": "\(folder.path("")):/usr/bin:/bin", "RECORD": folder.path(""), "REGISTER_PAUSE": "0",
                "TMPDIR": folder.path(""),
            ].merging(environment) { $1 }
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path("list")))
            for name in ["out", "err"] { try folder.write("", to: name) }
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path("out")))
            process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path("err")))
            let status: Int32 = try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do {
                    try process.run()
                } catch {
                    process.terminationHandler = nil
                    continuation.resume(throwing: error)
                }
            }
            func text(_ name: String) -> String {
                String(decoding: folder.contents(of: name) ?? [], as: UTF8.self)
            }
            let seen = ["access.json", "assignment.json", "certificate.pem", "federated.json"]
            return Outcome(
                status: status,
                output: text("out"),
                errors: text("err"),
                calls: text("calls").split(separator: "\n").map(String.init),
                files: Dictionary(uniqueKeysWithValues: seen.map { ($0, text("\($0).seen")) })
            )
        }
    }

    private static let asking = [
        "cloud show --query endpoints.microsoftGraphResourceId --output tsv",
        "account show --query tenantId --output tsv",
    ]
    private static let resolving = [
        "ad sp list --filter appId eq 'fc780465-2017-40d4-a0c5-307022471b92' --query [0].id --output tsv",
        "ad sp show --id fc780465-2017-40d4-a0c5-307022471b92 --query appRoles[?value=='Machine.Isolate' && contains(allowedMemberTypes, 'Application')].id | [0] --output tsv",
        "ad sp show --id fc780465-2017-40d4-a0c5-307022471b92 --query appRoles[?value=='Machine.Read.All' && contains(allowedMemberTypes, 'Application')].id | [0] --output tsv",
        "ad sp list --filter appId eq '00000003-0000-0000-c000-000000000000' --query [0].id --output tsv",
        "ad sp show --id 00000003-0000-0000-c000-000000000000 --query appRoles[?value=='ThreatHunting.Read.All' && contains(allowedMemberTypes, 'Application')].id | [0] --output tsv",
    ]
    private static let assignments =
        "https://graph.microsoft.com/v1.0/servicePrincipals/33333333-3333-4333-8333-333333333333/appRoleAssignments"
    private static let granting =
        "rest --method POST --url \(assignments) --headers Content-Type=application/json --body @assignment.json --output none"

    @Test func `a new application is registered with exactly the list, and consented to`() async throws {
        let outcome = try await run(["--name", "bascule"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let making = [
            "ad app list --filter displayName eq 'bascule' --query [].appId --output tsv",
            "ad app create --display-name bascule --sign-in-audience AzureADMyOrg --query appId --output tsv",
            "ad sp list --filter appId eq '0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254' --query [0].id --output tsv",
            "ad sp create --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --query id --output tsv",
        ]
        let ending = [
            "ad app update --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --required-resource-accesses @access.json",
            "rest --method GET --url \(Self.assignments) --query value[].appRoleId --output tsv",
            Self.granting, Self.granting, Self.granting,
            "rest --method GET --url \(Self.assignments) --query value[].[id, appRoleId, resourceId] --output tsv",
        ]
        #expect(outcome.calls == Self.asking + making + Self.resolving + ending)
        let defender = """
            {"resourceAppId":"fc780465-2017-40d4-a0c5-307022471b92","resourceAccess":[\
            {"id":"7e4e1300-e1b9-4102-88ba-f0cb6e6d5974","type":"Role"},\
            {"id":"ea8291d3-4b9a-44b5-bc3a-6cea3026dc79","type":"Role"}]}
            """
        let graph = """
            {"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[\
            {"id":"dd98c7f5-2d42-42d3-a0e4-633161547251","type":"Role"}]}
            """
        let access = outcome.files["access.json"]
        #expect(
            access == "[\(defender),\(graph)]\n" || access == "[\(graph),\(defender)]\n",
            "\(access ?? "")"
        )
        #expect(
            outcome.files["assignment.json"] == """
                {"principalId":"33333333-3333-4333-8333-333333333333","resourceId":"11111111-1111-4111-8111-111111111111",\
                "appRoleId":"7e4e1300-e1b9-4102-88ba-f0cb6e6d5974"}
                {"principalId":"33333333-3333-4333-8333-333333333333","resourceId":"11111111-1111-4111-8111-111111111111",\
                "appRoleId":"ea8291d3-4b9a-44b5-bc3a-6cea3026dc79"}
                {"principalId":"33333333-3333-4333-8333-333333333333","resourceId":"22222222-2222-4222-8222-222222222222",\
                "appRoleId":"dd98c7f5-2d42-42d3-a0e4-633161547251"}

                """
        )
        #expect(
            outcome.output
                == "tenant: 7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40\nclient: 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254\n"
        )
    }

    @Test func `run again it makes nothing twice, and names what is too much`() async throws {
        let held = "7e4e1300-e1b9-4102-88ba-f0cb6e6d5974 EA8291D3-4B9A-44B5-BC3A-6CEA3026DC79"
        let environment = ["KNOWN": "yes", "HELD": held]
        let outcome = try await run(["--name", "bascule"], environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.calls.contains { $0.contains("create") || $0.contains("DELETE") })
        #expect(outcome.calls.count { $0 == Self.granting } == 1)
        #expect(
            outcome.errors.contains(
                "granted and not on the list: 594435bf-36dd-4548-83bd-1bdafe157d7a (--prune takes it away)"
            )
        )
        let pruned = try await run(["--name", "bascule", "--prune"], environment: environment)
        // That of another API is left alone.
        #expect(
            pruned.calls.filter { $0.contains("DELETE") } == [
                "rest --method DELETE --url \(Self.assignments)/two --output none"
            ]
        )
    }

    @Test func `what was just made is tried again until it is known`() async throws {
        let outcome = try await run(["--name", "bascule"], environment: ["SLOW": "yes"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.calls.count { $0 == Self.granting } == 4)
    }

    @Test func `only the certificate is uploaded, and only once`() async throws {
        try await TemporaryFolder.with { folder in
            let make = Process()
            make.executableURL = URL(filePath: "/usr/bin/openssl")
            make.arguments = [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bascule",
                "-keyout",
                folder.path("key"), "-out", folder.path("crt"),
            ]
            make.standardError = FileHandle.nullDevice
            try make.run()
            make.waitUntilExit()
            let key = String(decoding: try #require(folder.contents(of: "key")), as: UTF8.self)
            let certificate = String(decoding: try #require(folder.contents(of: "crt")), as: UTF8.self)
            try folder.write(key + certificate, to: "app.pem")
            let arguments = ["--name", "bascule", "--certificate", folder.path("app.pem")]
            let outcome = try await run(arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.calls.suffix(2) == [
                    "ad app show --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --query keyCredentials[].customKeyIdentifier --output tsv",
                    "ad app credential reset --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --append --cert @certificate.pem --output none",
                ]
            )
            #expect(outcome.files["certificate.pem"] == certificate)
            let said = try #require(outcome.errors.firstMatch(of: /certificate uploaded: ([0-9A-F]{40})/))
            let again = try await run(arguments, environment: ["UPLOADED": String(said.1).lowercased()])
            #expect(!again.calls.contains { $0.contains("credential reset") })
        }
    }

    @Test func `a cluster's tokens are trusted, letter by letter`() async throws {
        let outcome = try await run([
            "--app", "0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254", "--federated-issuer",
            "https://oidc.corp.example/",
            "--federated-subject", "system:serviceaccount:soc:bascule",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.calls.suffix(2) == [
                "ad app federated-credential list --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --query [?issuer=='https://oidc.corp.example/' && subject=='system:serviceaccount:soc:bascule'].name | [0] --output tsv",
                "ad app federated-credential create --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --parameters @federated.json --output none",
            ]
        )
        let federated = try #require(outcome.files["federated.json"])
        #expect(
            federated.wholeMatch(
                of:
                    /\{"name":"bascule-[0-9]+","issuer":"https:\/\/oidc.corp.example\/","subject":"system:serviceaccount:soc:bascule","audiences":\["api:\/\/AzureADTokenExchange"\]\}\n/
            ) != nil,
            "\(federated)"
        )
    }

    @Test func `a managed identity has no registration, only grants`() async throws {
        let outcome = try await run(["--managed-identity", "33333333-3333-4333-8333-333333333333"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let ending = [
            "rest --method GET --url \(Self.assignments) --query value[].appRoleId --output tsv",
            Self.granting, Self.granting, Self.granting,
            "rest --method GET --url \(Self.assignments) --query value[].[id, appRoleId, resourceId] --output tsv",
        ]
        #expect(outcome.calls == Self.asking + Self.resolving + ending)
        #expect(outcome.output == "tenant: 7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40\n")
    }

    @Test func `people who sign in get a public client with scopes`() async throws {
        let list = "\(Self.defender) Scope Machine.Isolate\n\(Self.defender) Scope Machine.Read\n"
        let outcome = try await run(["--name", "people", "--user"], list: list)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.calls.suffix(5) == [
                "ad sp show --id fc780465-2017-40d4-a0c5-307022471b92 --query oauth2PermissionScopes[?value=='Machine.Isolate'].id | [0] --output tsv",
                "ad sp show --id fc780465-2017-40d4-a0c5-307022471b92 --query oauth2PermissionScopes[?value=='Machine.Read'].id | [0] --output tsv",
                "ad app update --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --required-resource-accesses @access.json",
                "ad app update --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --public-client-redirect-uris http://localhost --is-fallback-public-client true",
                "ad app permission grant --id 0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254 --api fc780465-2017-40d4-a0c5-307022471b92 --scope Machine.Isolate Machine.Read --output none",
            ]
        )
        #expect(
            outcome.files["access.json"] == """
                [{"resourceAppId":"fc780465-2017-40d4-a0c5-307022471b92","resourceAccess":[\
                {"id":"7e4e1300-e1b9-4102-88ba-f0cb6e6d5974","type":"Scope"},\
                {"id":"fbd3d33a-b1f5-4573-906c-51b39682fbcf","type":"Scope"}]}]

                """
        )
    }

    /// One call that cannot be.
    struct Mistake: Sendable {
        let arguments: [String]
        var list = ""
        let status: Int32
        let words: String
    }

    private static let mistakes: [Mistake] = [
        Mistake(arguments: [], status: 2, words: "name exactly one of --name, --app and --managed-identity"),
        Mistake(arguments: ["--name", "x", "--app", "y"], status: 2, words: "name exactly one of"),
        Mistake(
            arguments: ["--name", "x", "--colour"],
            status: 2,
            words: "--colour is no option, or lacks its value"
        ),
        Mistake(
            arguments: ["--name", "x", "--user", "--certificate", "f"],
            status: 2,
            words: "--user makes a public client"
        ),
        Mistake(arguments: ["--name", "x"], status: 1, words: "the list of permissions is empty"),
        Mistake(
            arguments: ["--name", "x"],
            list: "rm -rf /\n",
            status: 1,
            words: "this is no line of the list"
        ),
        Mistake(
            arguments: ["--name", "x"],
            list: "\(defender) Scope Machine.Read\n",
            status: 1,
            words: "Machine.Read is listed as Scope, and Role is wanted here"
        ),
        Mistake(
            arguments: ["--name", "x"],
            list: "\(defender) Role Machine.Fly\n",
            status: 1,
            words: "has no Role Machine.Fly in this tenant"
        ),
    ]

    @Test(arguments: mistakes)
    func `what cannot be is said before anything is changed`(mistake: Mistake) async throws {
        let outcome = try await run(mistake.arguments, list: mistake.list, environment: ["KNOWN": "yes"])
        #expect(outcome.status == mistake.status)
        #expect(outcome.errors.contains(mistake.words), "\(outcome.errors)")
        #expect(!outcome.calls.contains { $0.contains("update") || $0.contains("POST") })
    }

    @Test func `an az that fails is no az that found nothing`() async throws {
        let outcome = try await run(["--name", "bascule"], environment: ["SIGNED_OUT": "yes"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Please run az login"))
        #expect(!outcome.calls.contains { $0.contains("create") })
    }
}

/// One row of what AADSTS numbers mean to whoever runs this program.
///
/// For people only: Microsoft may change numbers at any time. The one decision taken from a number is
/// ``isTransient``, which turns a failure into a later try and never the reverse.
///
/// - Source: `reference/entra-auth.md` §4.3, rows that can come in application context.
package struct EntraCode: Sendable, Hashable {
    package let numbers: [Int]
    package let meaning: String
    package let fix: String
    package let isTransient: Bool

    /// The row that holds `number`; nil for a number not in the table.
    package init?(number: Int) {
        guard let row = Self.table.first(where: { $0.numbers.contains(number) }) else { return nil }
        self = row
    }

    init(_ numbers: [Int], _ meaning: String, fix: String, isTransient: Bool = false) {
        self.numbers = numbers
        self.meaning = meaning
        self.fix = fix
        self.isTransient = isTransient
    }

    package static let table: [EntraCode] = identity + assertions + resources + policies + passing

    private static let identity = [
        EntraCode(
            [7_000_215, 70_002],
            "the secret is wrong",
            fix:
                "Use the secret's Value, not its Secret ID, of this very application; make a new one if in doubt."
        ),
        EntraCode(
            [7_000_222],
            "the secret has expired",
            fix: "Create a new secret or, better, upload a certificate; deploy it, then remove the old one."
        ),
        EntraCode(
            [7_000_218],
            "the request carried no credential that Entra ID takes",
            fix:
                "Set `defender.application` to a certificate, a federated token, a managed identity or a secret."
        ),
        EntraCode(
            [700_025],
            "the application is registered as a public client, which may not send a credential",
            fix: "Register a confidential (web or daemon) application and use its client id."
        ),
        EntraCode(
            [700_016],
            "the tenant does not know this application",
            fix: "Check `client` and `tenant`; an application of another tenant needs consent in this one."
        ),
        EntraCode(
            [7_000_229],
            "the application has no service principal in the tenant",
            fix: "Run `az ad sp create --id <client id>` or grant admin consent."
        ),
        EntraCode(
            [7_000_112, 70_001],
            "the application is disabled",
            fix: "Enable the enterprise application in the tenant."
        ),
        EntraCode(
            [90_002],
            "the tenant was not found",
            fix: "Check `tenant`, and `cloud`: national clouds have their own login host."
        ),
        EntraCode(
            [900_023, 50_059, 90_019],
            "the tenant cannot be read",
            fix: "Set `tenant` to the directory's GUID."
        ),
        EntraCode(
            [9_001_023, 90_124, 90_130, 50_194],
            "the shared endpoint gives no application tokens",
            fix: "Set `tenant` to the directory's GUID instead of `common` or `consumers`."
        ),
        EntraCode(
            [900_439, 90_038, 900_382, 900_432],
            "the tenant belongs to another cloud",
            fix: "Set `cloud` to the tenant's and register the application there."
        ),
    ]

    private static let assertions = [
        EntraCode(
            [700_027],
            "the certificate is not one of the application's, or key and certificate do not belong together",
            fix:
                "Upload the certificate with the thumbprint named here; a new one needs some minutes to be known."
        ),
        EntraCode(
            [700_024],
            "the signed assertion is outside its time",
            fix: "Set this machine's clock right (NTP); a federated token may be stale as well."
        ),
        EntraCode(
            [50_027],
            "the signed assertion cannot be read",
            fix: "Check that the PEM file holds the private key and its certificate; report it if it does."
        ),
        EntraCode([50_048], "the assertion names another client", fix: "Check `client` in the settings."),
        EntraCode(
            [700_030],
            "the certificate's subject is not authorised",
            fix: "Upload the certificate itself to the application instead of a subject name."
        ),
        EntraCode(
            [70_021, 700_213, 7_002_137, 7_002_138, 700_211, 700_212, 700_229],
            "no federated credential of the application fits",
            fix:
                """
                Compare issuer, subject and audience, named here, with the application's federated credential, to the \
                letter; a new one needs some minutes to be known.
                """
        ),
    ]

    private static let resources = [
        EntraCode(
            [500_011, 50_001],
            "the tenant has no such resource",
            fix:
                "Check `scope` and `cloud`; without a Defender for Endpoint licence the tenant has no WindowsDefenderATP."
        ),
        EntraCode(
            [650_052, 650_054, 650_056, 650_057],
            "the application may not ask for this resource in this tenant",
            fix:
                "Check the licence; add WindowsDefenderATP permissions to the registration and grant admin consent."
        ),
        EntraCode(
            [70_011, 1_002_012, 700_022, 28_002, 28_003, 700_023],
            "the scope is not one that application context can have",
            fix: "Set `scope` to one resource followed by `/.default`."
        ),
        EntraCode(
            [900_144, 90_014, 901_002, 900_561],
            "the request lacks a field or has one too many",
            fix: "Check `tenant`, `client` and `scope`; report it if they are right."
        ),
        EntraCode(
            [65_001, 90_094, 90_095],
            "consent is missing",
            fix: "Let an administrator grant admin consent to the application."
        ),
        EntraCode(
            [50_105],
            "the application requires an assignment that is missing",
            fix: "Assign it, or switch off `Assignment required` of the enterprise application."
        ),
    ]

    private static let policies = [
        EntraCode(
            [53_000, 53_001, 53_003, 530_032, 530_035, 50_131, 50_005],
            "a Conditional Access policy blocks it",
            fix: "Let an administrator look the correlation id up in the sign-in logs of service principals."
        )
    ]

    private static let passing = [
        EntraCode(
            [90_033, 90_006, 90_012, 90_024, 50_033, 50_087, 90_090, 90_091, 80_002],
            "Entra ID has a passing fault",
            fix: "Nothing to do: it is tried again by itself.",
            isTransient: true
        ),
        EntraCode(
            [90_055],
            "the tenant is throttled",
            fix: "Wait; look for other programs that use the same application.",
            isTransient: true
        ),
        EntraCode(
            [50_196],
            "the same request came too often",
            fix: "Look for other programs that use the same application; this one slows down by itself.",
            isTransient: true
        ),
    ]
}

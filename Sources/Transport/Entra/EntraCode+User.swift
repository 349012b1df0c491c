/// Rows that a person's sign-in can meet.
///
/// - Source: `reference/entra-auth.md` §4.3: user and policy, device code, and rows that mean something else
///   where a person signs in.
extension EntraCode {
    /// The row that fits `number` where a person signs in; an application's row where there is no other.
    package init?(userNumber number: Int?) {
        guard let number else { return nil }
        guard let row = Self.userTable.first(where: { $0.numbers.contains(number) }) else {
            self.init(number: number)
            return
        }
        self = row
    }

    /// What such numbers mean to a person; looked at before ``table``.
    package static let userTable: [EntraCode] = registration + people + signIns

    private static let registration = [
        EntraCode(
            [7_000_218],
            "the client is not registered as a public one",
            fix:
                "In the app registration, allow public client flows and add http://localhost under \"Mobile and desktop applications\"."
        ),
        EntraCode(
            [700_025],
            "a public client may not send a credential",
            fix: "Nothing is sent here; report it."
        ),
        EntraCode(
            [700_016],
            "the tenant does not know this client",
            fix: "Check `defender.user.client` and `tenant`."
        ),
        EntraCode(
            [50_011],
            "the address that the browser should come back to is not registered",
            fix:
                "Add http://localhost under \"Mobile and desktop applications\", or sign in without --browser."
        ),
        EntraCode(
            [65_001, 90_094, 90_095],
            "consent is missing",
            fix: "Let an administrator consent to the client's delegated permissions of WindowsDefenderATP."
        ),
        EntraCode(
            [9_001_023, 90_124, 90_130, 50_194],
            "the shared endpoint does not serve this client",
            fix: "Set `tenant` to the directory's GUID."
        ),
    ]

    private static let people = [
        EntraCode(
            [50_034, 51_004, 50_020],
            "the tenant does not know this user",
            fix: "Sign in with an account of this tenant, or let them invite it as a guest."
        ),
        EntraCode(
            [50_126, 50_053, 50_055, 50_057],
            "the account cannot sign in: wrong or expired password, locked, or disabled",
            fix: "Put the account right with whoever runs the directory."
        ),
        EntraCode(
            [50_076, 50_074, 50_078, 50_079, 50_072],
            "a further proof of the person is needed",
            fix: "Sign in anew, with the second factor."
        ),
        EntraCode(
            [53_000, 53_001, 53_003, 530_032, 530_035, 50_131, 50_005],
            "a Conditional Access policy blocks it",
            fix:
                "Try `login --browser` where device codes are blocked; else let an administrator look the correlation id up in the sign-in logs."
        ),
        EntraCode(
            [50_105],
            "the user is not assigned to the client",
            fix: "Let an administrator assign the user or a group, or switch off `Assignment required`."
        ),
    ]

    private static let signIns = [
        EntraCode(
            [70_008, 700_082, 50_173, 70_043, 50_089, 50_133, 70_000],
            "it is too old, was revoked, or the password was changed",
            fix: "Sign in again."
        ),
        EntraCode(
            [54_005, 501_481, 70_004],
            "the code was used before, or was made for another sign-in",
            fix: "Sign in again; if it happens twice, look for what else reads the browser's addresses."
        ),
        EntraCode(
            [70_016],
            "the person has not signed in yet",
            fix: "Open the page and type the code."
        ),
        EntraCode([70_019, 70_020], "the device code is too old", fix: "Sign in again."),
        EntraCode([65_004], "the person said no", fix: "Sign in again, and agree if it was you who asked."),
        EntraCode(
            [70_018, 90_119, 7_000_014, 90_120, 50_134],
            "the device code is not known, or was used",
            fix: "Sign in again."
        ),
    ]
}

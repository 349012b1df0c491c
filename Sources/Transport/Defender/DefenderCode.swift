/// One row of Defender's error table: what kind of no it is, and what to do about it.
///
/// - Source: `reference/defender-api.md` §6.2; `ActiveRequestAlreadyExists` from §3.7.
package struct DefenderCode: Sendable, Hashable {
    package let code: String
    package let kind: DefenderError.Kind
    package let meaning: String
    package let fix: String

    private init(_ code: String, _ kind: DefenderError.Kind, _ meaning: String, fix: String) {
        self.code = code
        self.kind = kind
        self.meaning = meaning
        self.fix = fix
    }

    /// The row of a code, compared without regard to case; nil for a code never seen before.
    package init?(_ code: String) {
        let folded = code.lowercased()
        guard let row = Self.table.first(where: { $0.code.lowercased() == folded }) else { return nil }
        self = row
    }

    package static let table: [DefenderCode] = requests + machines + rights + service

    private static let requests = [
        DefenderCode(
            "BadRequest",
            .refused,
            "Defender could not use the request",
            fix: "Read Defender's words; if they do not help, report it with the correlation id."
        ),
        DefenderCode(
            "ODataError",
            .refused,
            "Defender could not read the query",
            fix: "Name the machine by its 40-digit id; report the query with the correlation id."
        ),
        DefenderCode(
            "InvalidInput",
            .refused,
            "Defender refuses a value of the request",
            fix: "Correct the value that Defender names."
        ),
        DefenderCode(
            "InvalidRequestBody",
            .refused,
            "Defender could not read the request's body",
            fix: "Report it with the correlation id: the form of the body is ours."
        ),
        DefenderCode(
            "InvalidHashValue",
            .refused,
            "the file hash is not one",
            fix: "Give the SHA-1 as 40 hex digits."
        ),
        DefenderCode(
            "InvalidDomainName",
            .refused,
            "the domain name is not one",
            fix: "Correct the domain name."
        ),
        DefenderCode(
            "InvalidIpAddress",
            .refused,
            "the IP address is not one",
            fix: "Correct the IP address."
        ),
        DefenderCode("InvalidUrl", .refused, "the URL is not one", fix: "Correct the URL."),
        DefenderCode(
            "MaximumBatchSizeExceeded",
            .refused,
            "too many items in one request",
            fix: "Name fewer machines at once."
        ),
        DefenderCode(
            "MissingRequiredParameter",
            .refused,
            "Defender misses a parameter",
            fix: "Read which one Defender names; report it if it was given."
        ),
    ]

    private static let machines = [
        DefenderCode(
            "OsPlatformNotSupported",
            .notSupported,
            "the machine's operating system cannot do this",
            fix: "See `actions` for the platforms; contain this machine by other means."
        ),
        DefenderCode(
            "ClientVersionNotSupported",
            .notSupported,
            "the machine's Defender client is too old for this",
            fix: "Update the Defender client on the machine."
        ),
        DefenderCode(
            "ActiveRequestAlreadyExists",
            .activeRequest,
            "such an action is under way on the machine already",
            fix: "Wait for it, or cancel it first; `status` shows it."
        ),
        DefenderCode(
            "NotFound",
            .notFound,
            "Defender does not know this address or entity",
            fix: "Check the machine id, and `api` in the settings."
        ),
        DefenderCode(
            "ResourceNotFound",
            .notFound,
            "Defender knows nothing by this name or id",
            fix: "Check it; a machine that was never onboarded or was removed is not known either."
        ),
    ]

    private static let rights = [
        DefenderCode(
            "Unauthorized",
            .unauthorized,
            "Defender does not take the token",
            fix: "Check `scope`, `tenant` and this machine's clock."
        ),
        DefenderCode(
            "Forbidden",
            .permission,
            "the application lacks a permission, or the token is for another audience",
            fix: "Grant the application permission that is named and admin consent; check `scope`."
        ),
        DefenderCode(
            "DisabledFeature",
            .permission,
            "the feature is switched off in the tenant",
            fix: "Switch it on in the Defender portal: Settings, Endpoints, Advanced features."
        ),
        DefenderCode(
            "DisallowedOperation",
            .permission,
            "the tenant's settings do not permit this on the machine",
            fix: "Check the automation level of the machine's device group."
        ),
    ]

    private static let service = [
        DefenderCode(
            "TooManyRequests",
            .throttled,
            "the calls allowed to this application are used up",
            fix: "Wait; look for other programs that use the same application."
        ),
        DefenderCode(
            "429",
            .throttled,
            "the calls allowed to this application are used up",
            fix: "Wait; look for other programs that use the same application."
        ),
        DefenderCode(
            "InternalServerError",
            .server,
            "Defender had a fault of its own",
            fix: "Nothing to do: what is safe to repeat is repeated, anything else is looked up first."
        ),
    ]
}

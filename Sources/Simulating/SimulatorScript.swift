package import JSONReader

/// What the simulated world holds and how it misbehaves.
///
/// Every default is the behaviour of `reference/defender-api.md` §9; the settings file of `simulate --script`
/// has one key for each property.
package struct SimulatorScript: Sendable, Equatable {
    /// The directory, application and secret that Entra knows.
    package var tenant: String
    /// A verified domain that stands for the tenant in addresses.
    package var tenantDomain: String
    package var client: String
    package var secret: String
    /// A secret of the application whose time is over; nil for none.
    package var expiredSecret: String?
    /// How far the clocks of Entra and Defender are ahead of the machine's; negative for behind.
    package var clockAheadSeconds = 0
    /// Application permissions in the token; an empty list leaves the claim out.
    package var roles: [String]
    /// Application permissions in a token for Microsoft Graph.
    package var graphRoles: [String]
    /// `expires_in` of a token.
    package var tokenLifetimeSeconds: Int
    /// Audiences that the Defender side accepts, without `/.default`.
    package var audiences: [String]

    /// Whose tokens stand for the application.
    package var federation = FederationScript()
    /// What the platform's own ends know.
    package var identities = IdentityScript()
    /// The one user of the directory, and how sign-ins go.
    package var user = UserScript()

    package var machines: [SimulatedMachine]
    /// Alert ids and the machine each is about.
    package var alerts: [String: String]
    /// What else Defender knows, by the collection's name in addresses: `alerts`, `software`, `indicators`.
    package var records: [String: [[String: JSONValue]]] = [:]
    /// Indicators that may be active at a time.
    package var indicatorsMax = 15_000
    /// Report ids of events that Defender does not find when an alert is to be made of them.
    package var unknownReports: Set<String> = []

    /// How long an action takes, and what it ends as.
    package var actions: ActionCourse
    package var duplicates: DuplicateAnswer
    /// An isolate of an isolated machine becomes an action that stays Pending for ever.
    package var leavesRepeatedIsolatePending: Bool
    /// A repeated isolate is carried out after the releases that were asked for later.
    package var reordersRepeatedIsolate: Bool
    /// A new action is not shown for this long.
    package var visibilityLagSeconds: Double
    package var rate: CallRate
    package var packageRate: CallRate
    package var liveResponse = LiveResponseScript()
    /// The package's address comes inside a second pair of quotes.
    package var quotesPackageAddress: Bool
    package var packageLifetimeSeconds: Double
    /// Size of the filler inside the package.
    package var packageBytes: Int
    /// Entities carry properties that no page documents.
    package var addsUnknownProperties: Bool
    /// An empty estate is answered 404 instead of an empty list.
    package var answersEmptyEstateNotFound: Bool
    /// Rows of a list without `$top`.
    package var pageRows: Int

    package var faults: [ScriptedFault]
    package var chat: ChatScript

    package init(machines: [SimulatedMachine] = []) {
        tenant = "7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40"
        tenantDomain = "corp.example"
        client = "0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254"
        secret = "sim~8Q_plain.Secret-for+trying/out="
        roles = [
            "Machine.Read.All", "Machine.Isolate", "Machine.Scan", "Machine.CollectForensics",
            "Machine.RestrictExecution", "Machine.StopAndQuarantine", "Machine.Offboard",
            "Machine.ReadWrite.All", "Alert.ReadWrite.All", "AdvancedQuery.Read.All", "Ti.ReadWrite.All",
            "User.Read.All", "File.Read.All", "Ip.Read.All", "URL.Read.All", "Software.Read.All",
            "Vulnerability.Read.All", "SecurityRecommendation.Read.All", "Score.Read.All",
            "Machine.LiveResponse", "Library.Manage",
        ]
        graphRoles = ["ThreatHunting.Read.All", "SecurityAlert.ReadWrite.All"]
        tokenLifetimeSeconds = 3_599
        audiences = [
            "https://api.securitycenter.microsoft.com",
            "https://securitycenter.onmicrosoft.com/windowsatpservice",
            "https://api.securitycenter.windows.com",
            "https://api-gcc.securitycenter.microsoft.us",
            "https://api-gov.securitycenter.microsoft.us",
        ]
        self.machines = machines
        alerts = [:]
        actions = ActionCourse()
        duplicates = .returnsExisting
        leavesRepeatedIsolatePending = false
        reordersRepeatedIsolate = false
        visibilityLagSeconds = 0
        rate = CallRate(perMinute: 100, perHour: 1_500)
        packageRate = CallRate(perMinute: 2, perHour: 120)
        quotesPackageAddress = true
        packageLifetimeSeconds = 300
        packageBytes = 4_096
        addsUnknownProperties = true
        answersEmptyEstateNotFound = false
        pageRows = 10_000
        faults = []
        chat = ChatScript()
    }
}

/// How an action goes on: Pending, InProgress, then its end.
package struct ActionCourse: Sendable, Equatable, Codable {
    /// From the call to the end; InProgress begins half-way.
    package var delaySeconds: Double
    /// Defender's word; one that is no final state is kept for ever.
    package var end: String

    package init(delaySeconds: Double = 1, end: String = "Succeeded") {
        self.delaySeconds = delaySeconds
        self.end = end
    }
}

/// What a second action of the same kind on a machine is answered while one is under way.
package enum DuplicateAnswer: String, Sendable, Equatable, CaseIterable {
    /// 201 with the action that is there already.
    case returnsExisting = "return"
    /// 400 `ActiveRequestAlreadyExists`.
    case refuses = "refuse"
    /// The one and the other in turn.
    case alternates = "alternate"
}

/// Calls allowed per minute and hour, counted for each route, tenant and application.
package struct CallRate: Sendable, Equatable {
    package var perMinute: Int
    package var perHour: Int

    package init(perMinute: Int, perHour: Int) {
        self.perMinute = perMinute
        self.perHour = perHour
    }
}

/// What chat and tickets demand.
package struct ChatScript: Sendable, Equatable {
    /// The bot token; nil takes any.
    package var slackToken: String?
    /// Channels that exist; empty means all.
    package var channels: [String]
    /// Jira's `user:token` or bearer token; nil takes any.
    package var jiraCredential: String?
    /// Issues that exist; empty means all.
    package var issues: [String]
    /// What the ends besides Slack and Jira demand, by their first path segment: a token, or `user:password`.
    package var credentials: [String: String]
    /// What callbacks are signed with, as `whsec_…`; empty believes any signature.
    package var callbackSecrets: [String]
    /// The client secret of a bot in Teams; nil takes any.
    package var teamsSecret: String?
    /// Accounts in Teams, such as `29:…`, whose owners have not installed the bot for themselves.
    package var teamsStrangers: [String] = []

    package init(
        slackToken: String? = nil,
        channels: [String] = [],
        jiraCredential: String? = nil,
        issues: [String] = [],
        credentials: [String: String] = [:],
        callbackSecrets: [String] = []
    ) {
        self.slackToken = slackToken
        self.channels = channels
        self.jiraCredential = jiraCredential
        self.issues = issues
        self.credentials = credentials
        self.callbackSecrets = callbackSecrets
    }
}

/// One machine: what Defender shows of it, and how it behaves.
package struct SimulatedMachine: Sendable, Equatable {
    /// Defender's fields, shown as they are; `id` is always there.
    package var fields: [String: JSONValue]
    /// Does not answer: its actions stay Pending and time out after three days.
    package var isOffline: Bool
    /// Its own course; nil takes the script's.
    package var course: ActionCourse?

    /// Without an `id` among the fields, one is made from `computerDnsName`.
    package init(fields: [String: JSONValue], isOffline: Bool = false, course: ActionCourse? = nil) {
        self.fields = fields
        self.isOffline = isOffline
        self.course = course
        if fields["id"]?.string == nil {
            self.fields["id"] = .string(Estate.identifier(for: fields["computerDnsName"]?.string ?? ""))
        }
    }

    package var id: String { fields["id"]?.string ?? "" }
    package var name: String? { fields["computerDnsName"]?.string }
}

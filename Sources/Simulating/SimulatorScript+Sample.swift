import JSONReader
package import Vocabulary

extension SimulatorScript {
    /// A plausible estate: workstations, servers, two of a kind, a stale twin, and a protected group.
    ///
    /// - Parameters:
    ///   - seed: Equal seeds give equal names and ids.
    ///   - now: `lastSeen` counts from it.
    /// - Returns: A script without faults; an action takes a second.
    package static func sample(seed: UInt64, now: Timestamp) -> SimulatorScript {
        var dice = Dice(state: seed)
        let site = ["ber", "muc", "ams", "lis", "osl", "gva"][dice.roll(6)]
        let first = 7 + dice.roll(3)
        let domain = "\(site).corp.example"
        var machines = [
            machine("laptop-\(first)", domain, .windows, group: "Workstations", &dice, now),
            // The neighbour whose name begins with the other's.
            machine("laptop-\(first)0", domain, .windows, group: "Workstations", &dice, now),
            machine("\(site)-mac-\(10 + dice.roll(80))", domain, .mac, group: "Workstations", &dice, now),
            machine("\(site)-file-0\(1 + dice.roll(8))", domain, .server, group: "Servers", &dice, now),
            machine("\(site)-web-0\(1 + dice.roll(8))", domain, .linux, group: "Servers", &dice, now),
            machine("dc01", domain, .server, group: "Tier-0", &dice, now),
        ]
        // Two machines of one name in two sites, and one reinstalled: the old id is stale.
        let kiosk = "kiosk-\(20 + dice.roll(70))"
        machines.append(machine(kiosk, domain, .windows, group: "Workstations", &dice, now))
        machines.append(machine(kiosk, "branch.corp.example", .windows, group: "Workstations", &dice, now))
        let twin = "desk-\(100 + dice.roll(800))"
        machines.append(machine(twin, domain, .windows, group: "Workstations", &dice, now))
        var stale = machine(twin, domain, .windows, group: "Workstations", &dice, now - .seconds(90 * 86_400))
        stale.fields["healthStatus"] = "Inactive"
        machines.append(stale)
        var script = SimulatorScript(machines: machines)
        script.alerts = ["da6370\(dice.digits(12))_-\(dice.digits(9))": machines[0].id]
        return script
    }

    private enum Platform: String {
        case windows = "Windows11"
        case server = "WindowsServer2022"
        case linux = "Linux"
        case mac = "macOS"
    }

    private static func machine(
        _ name: String,
        _ domain: String,
        _ platform: Platform,
        group: String,
        _ dice: inout Dice,
        _ seen: Timestamp
    ) -> SimulatedMachine {
        let address = "10.\(20 + dice.roll(40)).\(dice.roll(250)).\(2 + dice.roll(250))"
        let lastSeen = seen - .seconds(Int64(60 + dice.roll(7_200)))
        return SimulatedMachine(fields: [
            "id": .string(dice.hex(40)),
            "computerDnsName": .string("\(name).\(domain)"),
            "firstSeen": .string(SimulatedAction.stamp(lastSeen - .seconds(400 * 86_400))),
            "lastSeen": .string(SimulatedAction.stamp(lastSeen)),
            "osPlatform": .string(platform.rawValue),
            "version": platform == .windows ? "24H2" : "Other",
            "agentVersion": "10.8750.26100.4061",
            "onboardingStatus": "Onboarded",
            "healthStatus": "Active",
            "lastIpAddress": .string(address),
            "lastExternalIpAddress": "203.0.113.80",
            "ipAddresses": [
                [
                    "ipAddress": .string(address), "macAddress": .string(dice.hex(12).uppercased()),
                    "type": "Ethernet", "operationalStatus": "Up",
                ]
            ],
            "rbacGroupId": group == "Tier-0" ? 9 : (group == "Servers" ? 5 : 3),
            "rbacGroupName": .string(group),
            "riskScore": "None",
            "exposureLevel": "Low",
            "deviceValue": group == "Tier-0" ? "High" : "Normal",
            "aadDeviceId": .string(dice.guid()),
            "isAadJoined": true,
            "machineTags": [],
        ])
    }
}

/// A small generator of numbers that replays (SplitMix64).
private struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func roll(_ sides: Int) -> Int { Int(next() % UInt64(sides)) }

    mutating func hex(_ count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<count).map { _ in digits[roll(16)] })
    }

    mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(roll(10)) }.joined()
    }

    mutating func guid() -> String {
        [8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-")
    }
}

import Entra
import Foundation
import Vocabulary
import Yams

/// Credentials that the platform gives: a federated token's file, a managed identity.
extension SettingsReader {
    static func readFederated(_ node: Node, _ reading: SettingsReading) -> EntraCredential? {
        guard let part = Fields(node, "\"federated\"", known: ["file"], in: reading),
            let path = part.text("file", isRequired: true).map(reading.path)
        else { return nil }
        guard reading.secretScope.includes(nil) else { return .federated(path: path) }
        do throws(TokenError) {
            try EntraCredential.examineFederated(path: path)
        } catch {
            reading.error(part["file"], bare(error.message), bare(error.fix))
            return nil
        }
        return checkMode(of: path, part["file"], reading) ? .federated(path: path) : nil
    }

    /// Platforms write such files for anybody in the container to read, so that reading is a warning only.
    private static func checkMode(of path: String, _ node: Node?, _ reading: SettingsReading) -> Bool {
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        let shown = String(mode & 0o777, radix: 8)
        if mode & 0o022 != 0 {
            reading.error(node, "others may write \(path) (mode 0\(shown))", "let only the platform write it")
            return false
        }
        if mode & 0o004 != 0 {
            reading.warn(
                node,
                "everybody on this host may read \(path) (mode 0\(shown))",
                "let the platform write it for the bridge's user alone, such as by runAsUser, mode 0600"
            )
        }
        return true
    }

    static func readManagedIdentity(
        _ node: Node,
        client: String?,
        _ reading: SettingsReading
    ) -> EntraCredential? {
        guard node.mapping != nil else {
            guard node.scalar?.string == "system" else {
                reading.error(
                    node,
                    "\"managed-identity\" is neither \"system\" nor a mapping",
                    "write system, { client: ID }, { object: ID } or { resource: /subscriptions/… }"
                )
                return nil
            }
            return identity(.system, kind: nil, node, reading)
        }
        let known = ["kind", "client", "object", "resource"]
        guard let part = Fields(node, "\"managed-identity\"", known: known, in: reading) else { return nil }
        let kinds = ManagedIdentity.Kind.allCases
        let kind = part.word("kind", of: kinds.map(\.rawValue)).flatMap { ManagedIdentity.Kind(rawValue: $0) }
        if part["kind"] != nil && kind == nil { return nil }
        guard let selector = selector(part, client: client) else { return nil }
        return identity(selector, kind: kind, part.key("kind") ?? node, reading)
    }

    private static func selector(_ part: Fields, client: String?) -> ManagedIdentity.Selector? {
        let given = ["client", "object", "resource"].filter { part[$0] != nil }
        guard let word = given.first else { return .system }
        guard given.count == 1 else {
            part.reading.error(
                part.node,
                "\"managed-identity\" names \(given.joined(separator: " and "))",
                "keep one of them"
            )
            return nil
        }
        guard let value = part.text(word) else { return nil }
        let isResource = word == "resource"
        guard isResource ? value.hasPrefix("/subscriptions/") : UUID(uuidString: value) != nil else {
            part.reading.error(
                part[word],
                "\"\(word)\" of \"managed-identity\" is \"\(value)\"",
                isResource ? "write the resource id, /subscriptions/…" : "write the id, eight digits first"
            )
            return nil
        }
        guard word == "client" else { return isResource ? .resource(value) : .object(value) }
        guard client == nil || client?.lowercased() == value.lowercased() else {
            part.reading.error(
                part[word],
                "the identity's client id is not the \"client\" of \"application\"",
                "write the same id in both: Defender names it as the one who asked"
            )
            return nil
        }
        return .client(value)
    }

    private static func identity(
        _ selector: ManagedIdentity.Selector,
        kind: ManagedIdentity.Kind?,
        _ node: Node,
        _ reading: SettingsReading
    ) -> EntraCredential? {
        let isRead = reading.secretScope.includes(nil) || reading.secretScope == .application
        do throws(TokenError) {
            let identity = try ManagedIdentity(
                selector,
                kind: isRead ? kind : .imds,
                environment: isRead ? reading.environment : [:]
            )
            if identity.header != nil { reading.takenVariables.formUnion(ManagedIdentity.secretVariables) }
            return .managedIdentity(identity)
        } catch {
            reading.error(
                node,
                bare(error.message).replacing("`", with: "\""),
                "say the \"kind\", or start the bridge where the platform sets these variables"
            )
            return nil
        }
    }
}

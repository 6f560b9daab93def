import ArgumentParser
import Sessions

/// `sandmartin keys create`: makes a key and prints it, this once.
struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key. Only the key itself goes to standard output.",
        discussion: """
            Quotas that can be set: concurrent_runs, sessions, runs_per_minute,
            cpu_seconds_per_hour, disk_mb. What is not set is as in the configuration.
            """)

    @Argument(help: "For people: whose key it is, or what it is for.")
    var name: String

    @Option(help: "user, or administrator: may manage keys and read the audit log.")
    var role = "user"

    @Option(help: ArgumentHelp("The key's lifetime; without it, for ever.", valueName: "days"))
    var expiresInDays: Double?

    @Option(help: ArgumentHelp("A quota of this key's own. May be repeated.", valueName: "name=number"))
    var quota: [String] = []

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard Caller.Role(rawValue: role) != nil else {
            throw ValidationError("--role must be user or administrator, not “\(role)”")
        }
        _ = try overrides()
    }

    func run() async throws {
        try await Keys.perform {
            let key = try NewKey(
                name: name, role: Caller.Role(rawValue: role) ?? .user,
                lifetimeSeconds: expiresInDays.map { $0 * 86_400 }, overrides: try overrides())
            let (record, secret) = try await Keys.ring(options).create(key, by: .commandLine)
            print(secret.text)
            StandardStreams.say(
                "\(record.id), \(record.role.rawValue), “\(record.name)”: above is the key; it is shown only this once")
        }
    }

    private func overrides() throws -> QuotaOverrides {
        var overrides = QuotaOverrides()
        for text in quota {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let resource = QuotaResource(rawValue: parts[0]), let number = Double(parts[1])
            else {
                let known = QuotaResource.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--quota must be name=number with one of \(known), not “\(text)”")
            }
            do {
                try overrides.set(resource, to: number)
            } catch {
                throw ValidationError(error.message)
            }
        }
        return overrides
    }
}

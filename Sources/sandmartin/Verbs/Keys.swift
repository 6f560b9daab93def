import ArgumentParser
import Logging
import Sessions
import Storage

/// `sandmartin keys`: who may use the server.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create, list and revoke the keys with which callers use the server.",
        discussion: """
            Works on the data folder of the server (setting data_dir), whether that runs or
            not; a running server follows within a second.

            Examples:
              sandmartin keys create agents
              sandmartin keys create me --role administrator
              sandmartin keys create course --expires-in-days 90 --quota runs_per_minute=600
              sandmartin keys list
              sandmartin keys revoke key_0123456789abcdef0123456789abcdef
            """,
        subcommands: [KeysCreate.self, KeysList.self, KeysRevoke.self])

    /// The keys in the data folder.
    static func ring(_ options: ConfigurationOptions) async throws -> KeyRing {
        let configuration = try options.configuration()
        let store = try SQLiteStore(path: try DataFolder(path: configuration.dataDirectory).database)
        return KeyRing(
            .init(quota: configuration.access.quota), store: store, logger: Logger("sandmartin", configuration))
    }

    /// Runs a verb; what goes wrong is one line on standard error, and exit status 1.
    static func perform(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let invalid as InvalidRequest {
            StandardStreams.say("sandmartin: \(invalid.message)")
            throw ExitCode(1)
        } catch {
            StandardStreams.say("sandmartin: \(error)")
            throw ExitCode(1)
        }
    }
}

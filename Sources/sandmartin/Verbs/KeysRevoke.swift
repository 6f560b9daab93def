import ArgumentParser
import Sessions

/// `sandmartin keys revoke`: from now on the key is refused.
struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a key for good; a running server refuses it within a second.")

    @Argument(help: "The key's id, as `sandmartin keys list` shows it.")
    var id: String

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await Keys.perform {
            guard let id = KeyID(id), let key = try await Keys.ring(options).revoke(id, by: .commandLine) else {
                throw RunFailure("there is no key \(id); `sandmartin keys list` shows the ids")
            }
            StandardStreams.say("\(key.id), “\(key.name)”, is revoked")
        }
    }
}

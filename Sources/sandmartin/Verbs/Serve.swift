import ArgumentParser
import Logging
import Storage

/// `sandmartin serve`: the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the HTTP API.",
        discussion: """
            Examples:
              sandmartin serve
              sandmartin serve --port 8080 --set max_execution_time=60
              MAX_MEMORY_MB=512 sandmartin serve --config /etc/sandmartin/config.yaml
              sandmartin keys create agents && sandmartin serve --host 0.0.0.0
              ALLOW_ANONYMOUS=true sandmartin serve --host 0.0.0.0

            Exit status: 0 after it was asked to stop, 78 when the configuration is
            wrong, 1 when it could not start or go on.
            """)

    /// EX_CONFIG of sysexits.h.
    private static let wrongConfiguration: Int32 = 78

    @Option(help: "Address to listen on (setting host).")
    var host: String?

    @Option(help: "Port to listen on (setting port).")
    var port: String?

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try checkedConfiguration()
        let logger = Logger("sandmartin", configuration)
        do {
            try await Wiring.serve(configuration, logger: logger)
        } catch let error as ConfigurationError {
            throw Self.refusal("\(error)")
        } catch let error as DataFolder.Refusal {
            throw Self.refusal("\(error)")
        } catch {
            logger.critical("the server cannot go on", metadata: ["reason": "\(error)"])
            throw ExitCode(1)
        }
    }

    /// The options of this verb, as settings.
    var given: [ConfigurationSources.Option] {
        [
            host.map { .init(option: "--host", key: Settings.host.key, value: $0) },
            port.map { .init(option: "--port", key: Settings.port.key, value: $0) },
        ].compactMap(\.self)
    }

    private func checkedConfiguration() throws -> Configuration {
        do throws(ConfigurationError) {
            return try options.configuration(adding: given)
        } catch {
            throw Self.refusal("\(error)")
        }
    }

    /// Says what the operator must change.
    private static func refusal(_ reason: String) -> ExitCode {
        StandardStreams.say("sandmartin: \(reason)")
        return ExitCode(wrongConfiguration)
    }
}

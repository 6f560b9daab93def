import ArgumentParser
import Logging

/// `sandmartin serve`: the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the HTTP API.",
        discussion: """
            Examples:
              sandmartin serve
              sandmartin serve --port 8080 --set max_execution_time=60
              MAX_MEMORY_MB=512 sandmartin serve --config /etc/sandmartin/config.yaml
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
            let configuration = try options.configuration(adding: given)
            try configuration.checkListening()
            return configuration
        } catch {
            StandardStreams.say("sandmartin: \(error)")
            throw ExitCode(Self.wrongConfiguration)
        }
    }
}

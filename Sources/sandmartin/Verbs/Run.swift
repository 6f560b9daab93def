import ArgumentParser
import Glibc
import Isolation
import Languages
import Logging
import Sessions

/// `sandmartin run`: one program, with the same engine as the server's and without a server.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one program in a sandbox.",
        discussion: """
            The program's output is passed through byte for byte. When it does not end
            well, one line on standard error says why.

            Examples:
              sandmartin run hello.py
              sandmartin run sort.cpp --stdin numbers.txt --timeout 5
              echo 'console.log(6 * 7)' | sandmartin run - --language javascript
              sandmartin run report.py --json -- first second

            \(RunExitStatus.explanation)
            """)

    @Argument(help: ArgumentHelp("The program; - reads it from standard input.", valueName: "file"))
    var file: String

    @Option(help: "The program's language; without it, its extension or #! line tells.")
    var language: String?

    @Option(help: ArgumentHelp("The program's standard input; - passes ours on.", valueName: "file"))
    var stdin: String?

    @Option(help: ArgumentHelp("Seconds after which the program is ended.", valueName: "seconds"))
    var timeout: Double?

    @Option(help: "The policy that decides whether the program is refused before it runs (setting policy).")
    var policy: String?

    @Flag(help: "Print the result as POST /execute answers it, instead of the output.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    @Argument(parsing: .postTerminator, help: "Arguments of the program.")
    var arguments: [String] = []

    func validate() throws {
        guard file != "-" || stdin != "-" else {
            throw ValidationError("standard input cannot be both the program and its input")
        }
    }

    func run() async throws {
        let status: Int32
        do {
            status = try await outcome()
        } catch {
            StandardStreams.say("sandmartin: \(error)")
            status = RunExitStatus.failure
        }
        throw ExitCode(status)
    }

    private func outcome() async throws -> Int32 {
        let configuration = try options.configuration(adding: ConfigurationSources.Option.policy(policy))
        let request = try request(configuration)
        // What the engine has to say must not drown the program's output.
        var logger = Logger("sandmartin", configuration)
        logger.logLevel = max(configuration.logLevel, .error)
        let streams = StandardStreams()
        let interruptions = Interruptions.stream()
        let isJSON = json
        let result = try await Wiring.withExecutionService(
            configuration, languages: [request.language], logger: logger
        ) { service in
            let entry = service.languages.language(named: request.language.name)
            if case .unavailable(let reason)? = entry?.availability { throw RunFailure(reason) }
            let output: any ProgramOutput = isJSON ? NoOutput() : streams
            return try await ProgramRun(service: service, output: output, interruptions: interruptions)
                .result(of: request)
        }
        let status = RunExitStatus(result)
        if json {
            _ = await streams.write(Wiring.json(result) + [UInt8(ascii: "\n")], to: .standardOutput)
        } else if let summary = status.summary {
            if result.outcome == .blocked { explain(result, request) }
            StandardStreams.say(summary)
        }
        return status.code
    }

    /// What `analyze` would print, on standard error.
    private func explain(_ result: ExecutionResult, _ request: ExecutionRequest) {
        guard let report = result.securityReport else { return }
        let palette = Palette(descriptor: STDERR_FILENO)
        let text = AnalysisText(
            report, of: Array(request.code.utf8), name: InputFile(path: file).name, palette: palette)
        StandardStreams.say("\(text)\n")
    }

    private func request(_ configuration: Configuration) throws -> ExecutionRequest {
        let code = try InputFile(path: file).text(maximum: configuration.maximumCode)
        let languages = try LanguageCatalog(folder: configuration.languagesDirectory).languages
        let language = try LanguageGuess(languages: languages).language(named: language, path: file, code: code)
        var wanted = LimitPolicy.Request()
        wanted.timeout = timeout
        let limits: Limits
        do {
            limits = try configuration.limits.limits(for: wanted)
        } catch {
            throw RunFailure(error.message)
        }
        var request = ExecutionRequest(code: code, language: language, limits: limits)
        request.arguments = arguments
        request.streamsOutput = !json
        if let stdin {
            request.standardInput = try InputFile(path: stdin).bytes(maximum: configuration.maximumBody)
        }
        return request
    }
}

/// For the JSON result, which holds the output itself.
private struct NoOutput: ProgramOutput {
    func write(_ bytes: [UInt8], to stream: OutputStream) async -> Bool { true }
}

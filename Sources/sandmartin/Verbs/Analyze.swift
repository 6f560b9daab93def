import ArgumentParser
import Glibc
import HTTPAPI
import Interception
import Isolation
import Languages
import Sessions

/// `sandmartin analyze`: what a program would do, without running it.
struct Analyze: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a program would do, without running it.",
        discussion: """
            The program is read and nothing of it is run. Each finding comes with its
            place, the reason and what to write instead.

            Examples:
              sandmartin analyze hello.py
              sandmartin analyze app.js --policy strict
              echo 'curl example.org | sh' | sandmartin analyze - --language shell
              sandmartin analyze main.rs --sarif >main.sarif

            \(AnalyzeExitStatus.explanation)
            """)

    @Argument(help: ArgumentHelp("The program; - reads it from standard input.", valueName: "file"))
    var file: String

    @Option(help: "The program's language, or shell for one command; without it, its extension or #! line tells.")
    var language: String?

    @Option(help: "The policy that decides (setting policy).")
    var policy: String?

    @Flag(help: "Print the report as POST /api/v1/analyze answers it.")
    var json = false

    @Flag(help: "Print the report in SARIF 2.1.0, which editors and code-scanning pages show.")
    var sarif = false

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard !json || !sarif else { throw ValidationError("--json and --sarif exclude each other") }
    }

    func run() async throws {
        let status: Int32
        do {
            let report = try await analyze()
            _ = await StandardStreams().write(report.text, to: .standardOutput)
            status = report.isRefused ? AnalyzeExitStatus.refused : AnalyzeExitStatus.allowed
        } catch {
            StandardStreams.say("sandmartin: \(error)")
            status = AnalyzeExitStatus.usage
        }
        throw ExitCode(status)
    }

    private func analyze() async throws -> (text: [UInt8], isRefused: Bool) {
        let configuration = try options.configuration(adding: ConfigurationSources.Option.policy(policy))
        let screening = try await Screening(configuration)
        let source = try InputFile(path: file).bytes(maximum: configuration.maximumCode)
        let language = try sourceLanguage(of: source, configuration)
        if self.language?.lowercased() == "shell", source.count > screening.maximumCommand {
            throw RunFailure(
                "the command has \(source.count) bytes, and a shell command may have \(screening.maximumCommand)")
        }
        let report = await screening.interceptor.analyze(
            source, language: language, policy: screening.policies.standard)
        return (text(of: report, source, language, screening) + [UInt8(ascii: "\n")], report.decision == .block)
    }

    private func text(
        of report: SecurityReport, _ source: [UInt8], _ language: SourceLanguage, _ screening: Screening
    ) -> [UInt8] {
        if json { return SecurityReportAnswer(report).bytes }
        if sarif {
            return SARIFLog(report, of: file, language: language, rules: screening.interceptor.rules).bytes
        }
        let palette = Palette(descriptor: STDOUT_FILENO)
        let name = InputFile(path: file).name
        return Array(AnalysisText(report, of: source, name: name, palette: palette).description.utf8)
    }

    private func sourceLanguage(of source: [UInt8], _ configuration: Configuration) throws -> SourceLanguage {
        let languages = try LanguageCatalog(folder: configuration.languagesDirectory).languages
            .filter { SourceLanguage($0) != nil }
        let code = String(decoding: source.prefix(1024), as: UTF8.self)
        let guessed = try LanguageGuess(languages: languages).language(named: language, path: file, code: code)
        guard let language = SourceLanguage(guessed) else {
            throw RunFailure("\(guessed.title) is not a language that can be analysed")
        }
        return language
    }
}

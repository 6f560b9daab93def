import ArgumentParser
import Foundation
import Languages
import Sessions

/// `sandmartin doctor`: what this machine can isolate and run.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what this machine can isolate, which tools it has, and what is missing.",
        discussion: """
            Examples:
              sandmartin doctor
              sandmartin doctor --json
              sandmartin doctor --set minimum_isolation=landlock

            Exit status: 0 when nothing is missing, 1 when something is; each missing
            thing comes with its fix.
            """)

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let report = await report()
        print(json ? try report.json() : report.text)
        if report.isSomethingMissing { throw ExitCode(1) }
    }

    private func report() async -> DoctorReport {
        do {
            let configuration = try options.configuration()
            let languages = try LanguageCatalog(folder: configuration.languagesDirectory).languages
            let resolver = ToolchainResolver(environment: ProcessInfo.processInfo.environment)
            return DoctorReport(
                diagnosis: await Wiring.diagnose(configuration), minimum: configuration.minimumIsolation,
                languages: await LanguageRegistry(resolving: languages, with: resolver),
                screening: try await Screening(configuration))
        } catch {
            return DoctorReport(unusableConfiguration: "\(error)")
        }
    }
}

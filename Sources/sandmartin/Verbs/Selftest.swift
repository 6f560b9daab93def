import ArgumentParser
import Foundation
import Glibc

/// `sandmartin selftest`: whether a running server does what it promises.
struct Selftest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a running server: what it promises, and whether its walls hold.",
        discussion: """
            Sends programs and requests to the server as any caller does, in six suites:
            system, security, files, api, performance, logging. Walls are tried by programs
            that want out; each does the same where it is allowed, too. What the server
            does not have is “not available”, and counts neither as passed nor as failed.

            It takes some seconds, some processor time, and about a hundred runs of the
            key's quota. With an administrator's key it also looks at the audit log.

            Examples:
              sandmartin selftest
              sandmartin selftest --url http://sandbox.internal:7860 --key "$KEY"
              sandmartin selftest --suite security --suite api
              sandmartin selftest --json >selftest.json
              sandmartin selftest --junit selftest.xml

            Exit status: 0 when nothing failed, 1 when something did, 2 when there is no
            server at the address.
            """)

    private static let unreachable: Int32 = 2

    @Option(
        help: ArgumentHelp("The server, by http; HTTPS ends at a proxy, and is not spoken here.", valueName: "url"))
    var url = "http://127.0.0.1:7860"

    @Option(help: "A key of the server; by default the environment's API_KEY, if it has one.")
    var key: String?

    @Option(help: "A suite to run; may be repeated. Without it, all of them.")
    var suite: [SelftestSuite] = []

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(help: ArgumentHelp("Write the report as JUnit XML too.", valueName: "file"))
    var junit: String?

    func validate() throws {
        guard ServerAddress(url) != nil else {
            throw ValidationError("--url must be like http://127.0.0.1:7860, not “\(url)”")
        }
    }

    func run() async throws {
        guard let address = ServerAddress(url) else { throw ExitCode(Self.unreachable) }
        let server: ServerUnderTest
        do {
            server = try await ServerUnderTest(PlainHTTPClient(address: address), key: key ?? Self.keyOfEnvironment)
        } catch {
            StandardStreams.say("sandmartin: no server at \(url): \(error)")
            throw ExitCode(Self.unreachable)
        }
        let suites = suite.isEmpty ? SelftestSuite.allCases : SelftestSuite.allCases.filter(suite.contains)
        let report = await SelftestRunner(server: server, suites: suites).report()
        if let junit { try write(report.junit, to: junit) }
        print(json ? try report.json() : report.text(Palette(descriptor: STDOUT_FILENO)))
        if report.hasFailed { throw ExitCode(1) }
    }

    private static var keyOfEnvironment: String? {
        ProcessInfo.processInfo.environment["API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            StandardStreams.say("sandmartin: \(path) cannot be written: \(error.localizedDescription)")
            throw ExitCode(1)
        }
    }
}

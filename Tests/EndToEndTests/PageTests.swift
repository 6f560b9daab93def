import Foundation
import Testing

/// The web page in a real browser, with real programs. The tests themselves are in `Tests/PageTests`, in the language that
/// the browser's driver speaks; a browser or driver that is missing fails them.
@Suite(.server(["ALLOWED_POLICIES": "strict,standard,permissive"]), .serialized, .needsDeveloperMachine)
struct PageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Each file is a test of its own, so that a new file is run without being listed.
    private static let files: [String] = {
        let names = FileManager.default.enumerator(atPath: root.appending(path: "Tests/PageTests").path)
        return (names?.allObjects ?? []).compactMap { $0 as? String }
            .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()
    }()

    @Test func thereAreTests() { #expect(Self.files.count >= 4) }

    @Test(arguments: files) func thePageWorksInABrowser(file: String) async throws {
        try await Self.expectSuccess(file)
    }

    /// Records an issue for each test of the file that failed, named first: summaries keep no more than a line.
    fileprivate static func expectSuccess(_ file: String, _ environment: [String: String] = [:]) async throws {
        let ended = try await run(file, environment)
        let failures = "\n\(ended.text)".components(separatedBy: "\nFAILED ").dropFirst()
        for failure in failures { Issue.record("\(failure)") }
        #expect(ended.status == 0 || !failures.isEmpty, "\(ended.text)")
    }

    /// Runs the tests of a file against the suite's server.
    private static func run(
        _ file: String, _ environment: [String: String] = [:]
    ) async throws -> (status: Int32, text: String) {
        let arguments = [
            "--url", "http://127.0.0.1:\(try ServerProcess.current.api.port)", "Tests/PageTests/\(file)",
        ]
        let pipe = try ChildPipe()
        let process = Process()
        process.executableURL = root.appending(path: "scripts/page-tests")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = root
        process.standardOutput = pipe.writing
        process.standardError = pipe.writing
        let reader = PipeReader(pipe)
        try process.run()
        do {
            try pipe.writing.close()
            // The browser's own patience ends a test that hangs; this is only for a browser that does.
            let deadline = ContinuousClock.now + .seconds(1200)
            while process.isRunning || !reader.isAtEnd {
                guard ContinuousClock.now < deadline else { throw DeadlineExceeded(condition: "\(arguments) ended") }
                try await Task.sleep(for: .milliseconds(50))
            }
        } catch {
            if process.isRunning { process.terminate() }
            throw error
        }
        return (process.terminationStatus, reader.text)
    }
}

private let pageKey = "sm_page-tests-of-signing-in"

/// The page of a server that needs a key.
@Suite(.server(["API_KEY": pageKey]), .needsDeveloperMachine) struct SignInPageTests {
    @Test func theKeyOpensThePage() async throws {
        try await PageTests.expectSuccess("keyed/test_sign_in.py", ["SANDMARTIN_KEY": pageKey])
    }
}

import Foundation
import Glibc
import Testing

/// A real `sandmartin serve` on a free port.
final class ServerProcess: Sendable {
    private let process: Process
    private let log: PipeReader
    private let mounts: HostMounts
    /// Its data folder, if the test did not name one.
    private let ownFolder: URL?
    let api: APIClient

    var pid: Int32 { process.processIdentifier }

    /// Starts a server with a data folder of its own, has `body` use it, and ends it: by SIGTERM, if `body` has not ended
    /// it. Requires that it exits with 0 and leaves no process, control group or mount. After a throw nothing of it is left
    /// either.
    static func with<Value>(
        _ environment: [String: String] = [:], prefix: [String] = [], isolation: isolated (any Actor)? = #isolation,
        _ body: (ServerProcess) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerProcess(environment, prefix: prefix)
        do {
            let value = try await body(server)
            if server.process.isRunning { try await server.endAndLeaveNothing() }
            try await server.removeFolder()
            return value
        } catch {
            server.signal(SIGKILL)
            try await server.removeFolder()
            throw error
        }
    }

    private func removeFolder() async throws {
        // A server that was killed may still be on its way out.
        try await eventually("the server ended") { [process] in !process.isRunning }
        guard let ownFolder, FileManager.default.fileExists(atPath: ownFolder.path) else { return }
        try FileManager.default.removeItem(at: ownFolder)
    }

    private init(_ environment: [String: String], prefix: [String]) async throws {
        mounts = try HostMounts()
        ownFolder =
            environment["DATA_DIR"] == nil
            ? FileManager.default.temporaryDirectory.appending(path: "sandmartin-data-\(UUID().uuidString)") : nil
        let pipe = try ChildPipe()
        // Compilers share two processors with every other test: no limit of time but a test's own may end them.
        var settings = [
            "LOG_FORMAT": "json", "MAX_EXECUTION_TIME": "120", "DEFAULT_TIMEOUT": "120", "COMPILE_TIMEOUT": "120",
        ]
        settings["DATA_DIR"] = ownFolder?.path
        process = SandmartinExecutable.process(
            ["serve", "--port", "0"], environment: settings.merging(environment) { $1 }, prefix: prefix)
        process.standardError = pipe.writing
        log = PipeReader(pipe)
        try process.run()
        do {
            try pipe.writing.close()
            let (process, log) = (process, log)
            let port = try await eventualValue("the server says that it serves") { () -> Int? in
                if let port = Self.port(in: log.lines) { return port }
                guard process.isRunning else { throw Refused(log: log.text) }
                return nil
            }
            api = APIClient(port: port)
        } catch {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            throw error
        }
    }

    /// The server ended before it served.
    struct Refused: Error, CustomStringConvertible {
        let log: String
        var description: String { "the server ended: \(log)" }
    }

    private struct LogLine: Decodable {
        let message: String
        let port: String?
    }

    private static func port(in lines: [String]) -> Int? {
        for line in lines {
            guard let line = try? JSONDecoder().decode(LogLine.self, from: Data(line.utf8)) else { continue }
            if line.message == "serving", let port = line.port.flatMap(Int.init) { return port }
        }
        return nil
    }

    // MARK: Its end

    /// Does nothing to a process that has ended.
    func signal(_ number: Int32) {
        if process.isRunning { kill(pid, number) }
    }

    /// The exit status, or 128 and the signal's number.
    func exitStatus() async throws -> Int32 {
        try await eventually("the server ended") { [process] in !process.isRunning }
        return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
    }

    /// What it has on this machine now, once its launcher and a keeper are there, and, where it has any, their groups.
    func traces() async throws -> HostTraces {
        let hasGroups = try await api.isolationLevel() != "landlock"
        return try await eventualValue("the server has a sandbox") {
            var traces = HostTraces()
            try traces.add(of: pid)
            return hasGroups && traces.groups.isEmpty || traces.processes.count < 2 ? nil : traces
        }
    }

    /// The child that makes the sandboxes: the only one there is.
    func launcher() async throws -> HostProcess {
        try await eventualValue("the server has a launcher") {
            try HostProcess.children(of: pid).first
        }
    }

    /// SIGTERM, exit status 0, and nothing left.
    func endAndLeaveNothing() async throws {
        let traces = try await traces()
        signal(SIGTERM)
        #expect(try await exitStatus() == 0, "\(log.text)")
        try await expectNothingLeft(of: traces)
    }

    /// Processes that were killed may take a moment to be gone; everything else is gone when the server is.
    func expectNothingLeft(of traces: HostTraces) async throws {
        #expect(traces.groupDirectories == [])
        try await eventually("no launcher, keeper or program is left") { traces.livingProcesses.isEmpty }
        #expect(try HostMounts().lines.subtracting(mounts.lines) == [])
    }
}

extension ServerProcess {
    /// The server of the suite that a test belongs to.
    @TaskLocal private static var ofSuite: ServerProcess?

    static var current: ServerProcess {
        get throws { try #require(ofSuite, "the suite has the trait .server") }
    }

    /// Gives a suite one server, which ends with it.
    struct Trait: SuiteTrait, TestScoping {
        let environment: [String: String]

        func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
        ) async throws {
            try await ServerProcess.with(environment) { server in
                try await ServerProcess.$ofSuite.withValue(server) { try await function() }
            }
        }
    }
}

extension Trait where Self == ServerProcess.Trait {
    /// One server for all tests of the suite, ended by SIGTERM after the last one and held to leave nothing.
    static var server: Self { .init(environment: [:]) }
    static func server(_ environment: [String: String]) -> Self { .init(environment: environment) }
}

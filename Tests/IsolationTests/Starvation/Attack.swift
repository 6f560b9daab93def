import Foundation
import Isolation
import Testing

/// A program that takes what it can, with a mark in its environment by which the host finds what is left of it.
struct Attack {
    enum Program {
        case bash(String)
        case python(String)
        case compiled(String, [String])
    }

    let program: Program
    let limits: Limits
    var input = ""

    /// Runs it; afterwards nothing of it may live, and the next run must work.
    func run(
        on engine: SandboxEngine, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> RunResult {
        let mark = "mark-\(UInt64.random(in: 0 ... .max))"
        let result = try await run(on: engine, marked: mark)
        #expect(try HostProcesses.marked(mark) == [], sourceLocation: sourceLocation)
        // The same limits, but for the time that a slow machine may take.
        var patient = limits
        (patient.wall, patient.cpu) = (.seconds(120), .seconds(120))
        let next = try await engine.bash("echo alive", limits: patient)
        #expect(next.outcome == .ok && next.text == "alive\n", sourceLocation: sourceLocation)
        return result
    }

    private func run(on engine: SandboxEngine, marked mark: String) async throws -> RunResult {
        let environment = programEnvironment.merging(["MARK": mark]) { _, new in new }
        return switch program {
        case .bash(let script):
            try await engine.bash(script, input: input, environment: environment, limits: limits)
        case .python(let source):
            try await engine.python(source, input: Array(input.utf8), environment: environment, limits: limits)
        case .compiled(let source, let arguments):
            try await engine.compiled(source, arguments, input: input, environment: environment, limits: limits)
        }
    }
}

/// Runs an attack that ends as `outcome` with that explanation.
func expect(
    _ program: Attack.Program, endsAs outcome: Outcome, _ explanation: String?, limits: Limits, input: String = "",
    on engine: SandboxEngine, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let attack = Attack(program: program, limits: limits, input: input)
    let result = try await attack.run(on: engine, sourceLocation: sourceLocation)
    #expect(result.outcome == outcome, "\(result.text.prefix(500))", sourceLocation: sourceLocation)
    #expect(result.explanation == explanation, sourceLocation: sourceLocation)
}

/// Processes of the whole host.
enum HostProcesses {
    /// Those that were started with `mark` in their environment.
    static func marked(_ mark: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil, let variables = FileManager.default.contents(atPath: "/proc/\(name)/environ")
            else { return false }
            return String(decoding: variables, as: UTF8.self).contains(mark)
        }
    }
}

extension SandboxEngine {
    /// Stops the test unless limits are really in force, found out by programs that cannot do harm: a bomb without
    /// limits would take the machine with it.
    func requireLimits(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let memory = try await python(
            "block = bytearray(96 << 20)", limits: patientLimits(memory: .mebibytes(64)))
        try #require(memory.outcome == .memoryLimit, sourceLocation: sourceLocation)
        let processes = try await python(
            "import signal\nfor _ in range(30):\n    if os.fork() == 0: signal.pause()",
            limits: patientLimits(processes: 20))
        try #require(processes.outcome == .processLimit, "\(processes.text)", sourceLocation: sourceLocation)
    }
}

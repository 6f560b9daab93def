import Isolation
import Testing

@testable import Languages

@Suite struct ProgramTests {
    private let catalog: [Language]

    init() throws { catalog = try LanguageCatalog().languages }

    private func language(_ name: String) throws -> Language { try #require(catalog.first { $0.name == name }) }

    private let python = Toolchain(
        executables: ["python3": "/opt/python/3.11/bin/python3"], mounts: ["/opt/python/3.11"], version: "Python 3.11")

    @Test func anInterpretedProgramIsOneCommand() throws {
        let program = Program(
            code: "print(1)", language: try language("python"), toolchain: python, arguments: ["a", "{source}"],
            environment: ["A": "b"], standardInput: [1, 2])
        #expect(
            program.sourceFile == WorkspaceFile(path: try WorkspacePath("main.py"), contents: Array("print(1)".utf8)))
        #expect(program.compile == nil)
        #expect(program.artifacts.isEmpty)
        #expect(program.run.executable == "/opt/python/3.11/bin/python3")
        // What the caller passes is never expanded.
        #expect(program.run.arguments == ["/opt/python/3.11/bin/python3", "main.py", "a", "{source}"])
        #expect(program.run.workingDirectory == "/workspace")
        #expect(program.run.standardInput == [1, 2])
        #expect(
            program.run.environment == [
                "PATH": "/opt/python/3.11/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "/workspace", "LANG": "C.UTF-8",
                "TMPDIR": "/tmp", "USER": "sandbox", "LOGNAME": "sandbox", "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1", "A": "b",
            ])
    }

    @Test func aCompiledProgramHasACompilerAndAnArtifact() throws {
        let toolchain = Toolchain(executables: ["g++": "/usr/bin/g++"], mounts: [], version: "12")
        let program = Program(
            code: "int main() {}", language: try language("cpp"), toolchain: toolchain, arguments: ["x"],
            environment: ["CPATH": "/y"])
        let compile = try #require(program.compile)
        #expect(compile.executable == "/usr/bin/g++")
        #expect(compile.arguments == ["/usr/bin/g++", "-O2", "-std=c++20", "-o", "program", "main.cpp"])
        #expect(compile.environment["CPATH"] == nil)
        #expect(compile.environment["PATH"] == "/usr/local/bin:/usr/bin:/bin")
        #expect(program.run.executable == "/workspace/program")
        #expect(program.run.arguments == ["./program", "x"])
        #expect(program.run.environment["CPATH"] == "/y")
        #expect(program.artifacts == [try WorkspacePath("program")])
    }

    @Test func theCallersVariablesWin() throws {
        let program = Program(
            code: "", language: try language("python"), toolchain: python,
            environment: ["PYTHONUNBUFFERED": "", "PATH": "/x"])
        #expect(program.run.environment["PYTHONUNBUFFERED"] == "")
        #expect(program.run.environment["PATH"] == "/x")
    }

    @Test func eachTestHasItsOwnArgumentsAndInput() throws {
        let program = Program(
            code: "", language: try language("python"), toolchain: python, arguments: ["one"], standardInput: [1])
        let command = program.run(arguments: ["two"], standardInput: [2])
        #expect(command.arguments == ["/opt/python/3.11/bin/python3", "main.py", "two"])
        #expect(command.standardInput == [2])
        #expect(command.environment == program.run.environment)
    }
}

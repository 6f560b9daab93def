import CLinux
import Foundation
import LinuxKernel

/// A folder for one test, removed with all it holds, whatever its modes, when the test is over.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
        try SystemError.check(linux_mkdirat(AT_FDCWD, path, 0o755), "mkdir", path)
    }

    deinit {
        // Not FileManager: the trees of hostile tests are deeper than it can go.
        let remover = Child("/bin/rm", ["-rf", "--", path])
        precondition(remover.status == 0, "cannot remove \(path): \(remover.errors)")
    }

    /// Makes a folder and answers its path.
    func folder(_ name: String) throws -> String {
        try SystemError.check(linux_mkdirat(AT_FDCWD, path + "/" + name, 0o755), "mkdir", name)
        return path + "/" + name
    }

    /// Writes a file and answers its path.
    @discardableResult
    func file(_ name: String, _ contents: String) throws -> String {
        try Data(contents.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }

    /// A descriptor of the folder itself.
    func descriptor() throws -> SharedDescriptor {
        SharedDescriptor(try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY, 0), "open", path))
    }
}

/// A program that has run to its end.
struct Child {
    let output: String
    let errors: String
    /// The exit code, or the negated signal.
    let status: Int32

    init(_ program: String, _ arguments: [String], input: String = "") {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (stdin, stdout, stderr) = (Foundation.Pipe(), Foundation.Pipe(), Foundation.Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        do {
            try process.run()
        } catch {
            self.init(output: "", errors: "\(error)", status: 127)
            return
        }
        stdin.fileHandleForWriting.write(Data(input.utf8))
        stdin.fileHandleForWriting.closeFile()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        let errors = stderr.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        self.init(
            output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self),
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
    }

    private init(output: String, errors: String, status: Int32) {
        self.output = output
        self.errors = errors
        self.status = status
    }
}

/// Runs `body` on a thread that no other work ever sees, because what it does to the thread cannot be undone.
func onThreadOfItsOwn<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: body)) }.start()
    }
}

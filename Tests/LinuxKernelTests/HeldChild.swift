import CLinux
import Foundation
import LinuxKernel

/// A program that is started and waits, until it has been moved where it belongs.
final class HeldChild {
    private let process = Process()
    private let input = Foundation.Pipe()
    private let output = Foundation.Pipe()

    init(_ command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "read go && exec \"$@\"", "sh"] + command
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// A Python program, run by the interpreter itself: a version manager's script would fork before it.
    static func python(_ source: String) throws -> HeldChild { try HeldChild([interpreter, "-c", source]) }

    private static let interpreter = Child(
        "/usr/bin/env", ["python3", "-c", "import sys; print(sys.executable, end='')"]
    ).output

    var pid: Int32 { process.processIdentifier }

    func go() { input.fileHandleForWriting.write(Data("go\n".utf8)) }

    /// Blocks until the program has written `count` bytes.
    func read(_ count: Int) -> String {
        String(decoding: output.fileHandleForReading.readData(ofLength: count), as: UTF8.self)
    }

    /// Tells the program, which reads its standard input, to end.
    func closeInput() { input.fileHandleForWriting.closeFile() }

    /// The exit code, or the negated signal.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}

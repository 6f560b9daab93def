import Isolation
import LinuxKernel
import Testing

/// C programs, each compiled once, statically and in a sandbox: compilers are programs too.
actor Compilation {
    static let shared = Compilation()
    private var binaries: [String: Task<[UInt8], any Error>] = [:]

    /// The executable's bytes.
    func binary(of source: String, on engine: SandboxEngine) async throws -> [UInt8] {
        let task =
            binaries[source]
            ?? Task {
                let result = try await engine.bash(
                    "cc -O1 -static -s -pthread -x c -o program - && cat program", input: source,
                    limits: patientLimits(output: .mebibytes(8)))
                try #require(result.outcome == .ok, "\(result.text)")
                return result.output.standardOutput
            }
        binaries[source] = task
        return try await task.value
    }
}

extension SandboxEngine {
    /// Compiles a C program and runs it in a fresh sandbox.
    func compiled(
        _ source: String, _ arguments: [String] = [], input: String = "",
        environment: [String: String] = programEnvironment, limits: Limits = standardLimits
    ) async throws -> RunResult {
        let program = WorkspaceFile(
            path: try WorkspacePath("program"), contents: try await Compilation.shared.binary(of: source, on: self),
            isExecutable: true)
        let command = Command(
            executable: "/workspace/program", arguments: ["program"] + arguments, environment: environment,
            standardInput: Array(input.utf8))
        return try await run(command, files: [program], limits: limits)
    }

    /// Makes system calls, each in a process of its own, and tells what the kernel answered.
    func calls(_ attempts: [SystemCallAttempt], limits: Limits = standardLimits) async throws -> [String] {
        let lines = attempts.map { attempt in
            ([attempt.number] + attempt.arguments.map(\.line)).joined(separator: " ") + "\n"
        }
        let result = try await compiled(systemCallProgram, input: lines.joined(), limits: limits)
        try #require(result.outcome == .ok, "\(result.text)")
        return result.text.split(separator: "\n").map(String.init)
    }
}

/// One call with its arguments, and what must come of it.
struct SystemCallAttempt: Sendable {
    enum Argument: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, Sendable {
        case number(Int)
        case text(String)
        /// A page of zeros.
        case page

        init(integerLiteral value: Int) { self = .number(value) }
        init(stringLiteral value: String) { self = .text(value) }

        var line: String {
            switch self {
            case .number(let value): "\(value)"
            case .text(let value): "\"\(value)"
            case .page: "*"
            }
        }
    }

    let name: String
    let number: String
    let arguments: [Argument]
    /// `ok`, or the errno's name.
    let expected: String

    /// Nil where the architecture has no such call.
    init?(_ call: Syscall, _ arguments: Argument..., expecting expected: String) {
        guard let number = call.number(on: .current) else { return nil }
        name = call.rawValue
        self.number = "\(number)"
        self.arguments = arguments
        self.expected = expected
    }

    init(number: UInt32, named name: String, _ arguments: Argument..., expecting expected: String) {
        self.name = name
        self.number = "\(number)"
        self.arguments = arguments
        self.expected = expected
    }
}

/// Reads one call a line: number and arguments; answers `ok`, an errno's name, or the signal that ended the caller.
private let systemCallProgram = #"""
    #define _GNU_SOURCE
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>

    static char line[4096];

    static void answer(char *word) {
        char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        long number = strtol(word, NULL, 10), a[6] = {0};
        for (int i = 0; i < 6 && (word = strtok(NULL, " \n")); i++)
            a[i] = *word == '"' ? (long)strdup(word + 1) : *word == '*' ? (long)page : strtol(word, NULL, 10);
        pid_t self = getpid();
        long result;
    #ifdef __x86_64__
        if (number < 0) {
            result = -number;
            __asm__ volatile("int $0x80" : "+a"(result) : "b"(a[0]), "c"(a[1]), "d"(a[2]) : "memory");
            errno = result < 0 ? -result : 0;
        } else
    #endif
        result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        int error = errno;
        if (getpid() != self) _exit(0);
        dprintf(1, "%s\n", result < 0 ? strerrorname_np(error) : "ok");
        _exit(0);
    }

    int main(void) {
        while (fgets(line, sizeof line, stdin)) {
            char *word = strtok(line, " \n");
            if (!word) continue;
            pid_t child = fork();
            if (child == 0) answer(word);
            int status;
            waitpid(child, &status, 0);
            if (WIFSIGNALED(status)) dprintf(1, "SIG%s\n", sigabbrev_np(WTERMSIG(status)));
        }
    }
    """#

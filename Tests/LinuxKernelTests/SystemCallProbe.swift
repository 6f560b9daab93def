import Isolation
import LinuxKernel
import Testing

/// A C program, built once, that puts itself under a filter and then makes the calls that it is told.
enum SystemCallProbe {
    /// A call by number; `text` arguments are C strings, `buffer` is a page of zeros.
    enum Argument: ExpressibleByIntegerLiteral {
        case number(Int64)
        case text(String)
        case buffer
        init(integerLiteral value: Int64) { self = .number(value) }

        var line: String {
            switch self {
            case .number(let value): "\(value)"
            case .text(let value): "\"\(value)"
            case .buffer: "*"
            }
        }
    }

    /// Makes each call under the filter; answers its result or negated errno. Nil: the program did not live to tell.
    static func answers(
        _ filter: SeccompFilter, _ calls: [(Syscall, [Argument])], in scratch: ScratchFolder
    ) throws -> [Int]? {
        let program = try build(in: scratch)
        let bytes = filter.instructions.map { String($0) }.joined(separator: " ")
        let lines = try calls.map { call, arguments in
            let number = try #require(call.number(on: .current), "\(call)")
            return (["\(number)"] + arguments.map(\.line)).joined(separator: " ")
        }
        let input = "\(filter.instructions.count) \(bytes)\n" + lines.joined(separator: "\n") + "\n"
        let child = Child(program, [], input: input)
        guard child.status == 0 else { return nil }
        return child.output.split(separator: "\n").compactMap { Int($0) }
    }

    /// How the program ends if it makes a call by the 32-bit gate: the exit code or the negated signal.
    static func statusOfForeignCall(_ filter: SeccompFilter, in scratch: ScratchFolder) throws -> Int32 {
        let bytes = filter.instructions.map { String($0) }.joined(separator: " ")
        return Child(try build(in: scratch), [], input: "\(filter.instructions.count) \(bytes)\nforeign\n").status
    }

    private static func build(in scratch: ScratchFolder) throws -> String {
        let source = try scratch.file("probe.c", source)
        let compiler = Child("/usr/bin/env", ["cc", "-O1", "-o", scratch.path + "/probe", source])
        try #require(compiler.status == 0, "\(compiler.errors)")
        return scratch.path + "/probe"
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <errno.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>

        int main(void) {
            static struct sock_filter program[4096];
            static char page[4096], line[4096];
            unsigned count = 0;
            if (scanf("%u", &count) != 1 || count > 4096) return 10;
            for (unsigned i = 0; i < count; i++) {
                unsigned long long word;
                if (scanf("%llu", &word) != 1) return 11;
                memcpy(&program[i], &word, 8);
            }
            struct sock_fprog filter = {count, program};
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 12;
            if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter)) return 13;
            pid_t self = getpid();
            while (fgets(line, sizeof line, stdin)) {
                char *word = strtok(line, " \n");
                if (!word) continue;
        #ifdef __x86_64__
                if (!strcmp(word, "foreign")) {
                    long result;
                    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid of i386 */) : "memory");
                    printf("%ld\n", result);
                    continue;
                }
        #endif
                long number = atol(word), a[6] = {0};
                for (int i = 0; i < 6 && (word = strtok(NULL, " \n")); i++)
                    a[i] = *word == '"' ? (long)strdup(word + 1) : *word == '*' ? (long)page : strtol(word, NULL, 10);
                memset(page, 0, sizeof page);
                fflush(stdout);
                long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
                int error = errno;
                if (getpid() != self) _exit(0);
                printf("%ld\n", result < 0 ? -(long)error : result);
            }
            fflush(stdout);
            return 0;
        }
        """#
}

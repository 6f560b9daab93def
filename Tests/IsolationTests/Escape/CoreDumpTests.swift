import Isolation
import Testing

/// A crash writes no image, and starts no program of the host, which a core pattern may name (core(5)).
@Suite(.serialized) struct CoreDumpTests {
    @Test func aCrashLeavesNoFile() async throws {
        let script = """
            import subprocess
            before = set(os.listdir(".")) | set(os.listdir("/tmp"))
            child = subprocess.run([sys.executable, "-c", "import os; os.abort()"], stderr=subprocess.DEVNULL)
            tell("ended by", -child.returncode)
            tell("new files", sorted((set(os.listdir(".")) | set(os.listdir("/tmp"))) - before))
            """
        try await withEngine(unlike: .ownRoot) { engine in
            #expect(try await engine.attempts(script) == ["ended by": "6", "new files": "[]"])
            let crash = try await engine.bash("kill -SEGV $$")
            #expect(crash.outcome == .signaled && crash.signal == "SIGSEGV")
            #expect(crash.explanation == "the program was ended by SIGSEGV")
        }
    }

    /// 1 is the one limit for which the kernel starts no such program; other limits change as ever.
    @Test func theLimitOfCoreDumpsStaysAsItIs() async throws {
        try await withEngine { engine in
            let result = try await engine.compiled(limitProgram)
            #expect(
                result.answers == [
                    "at first": "1 1", "after setrlimit": "1 1", "after prlimit": "1 1", "at an even address": "1 1",
                    "open files": "99 100",
                ], "\(result.text)")
        }
    }

    private var limitProgram: String {
        #"""
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <sys/mman.h>
        #include <sys/resource.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static void show(const char *name, int resource) {
            struct rlimit limit = {77, 77};
            syscall(SYS_prlimit64, 0, resource, NULL, &limit);
            printf("%s\t%lu %lu\n", name, limit.rlim_cur, limit.rlim_max);
        }

        int main(void) {
            struct rlimit none = {0, 1}, files = {99, 100};
            show("at first", RLIMIT_CORE);
        #ifdef SYS_setrlimit
            syscall(SYS_setrlimit, RLIMIT_CORE, &none);
        #endif
            show("after setrlimit", RLIMIT_CORE);
            syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, NULL);
            show("after prlimit", RLIMIT_CORE);
            /* The low half of this pointer is zero. */
            struct rlimit *even = mmap((void *)0x100000000, 4096, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            *even = none;
            syscall(SYS_prlimit64, 0, RLIMIT_CORE, even, NULL);
            show("at an even address", RLIMIT_CORE);
            syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &files, NULL);
            show("open files", RLIMIT_NOFILE);
        }
        """#
    }
}

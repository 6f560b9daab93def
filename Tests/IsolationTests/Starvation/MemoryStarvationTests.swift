import Isolation
import Testing

/// Memory is memory, whatever it is called: all of it counts, and too much of it ends the run.
@Suite(.serialized) struct MemoryStarvationTests {
    @Test(arguments: [
        "anonymous", "shared", "file", "shm", "memfd", "pipes", "sockets", "children", "tables",
    ])
    func everyKindOfMemoryCounts(_ kind: String) async throws {
        let limits = patientLimits(memory: .mebibytes(32), disk: .mebibytes(512))
        // What no process has mapped is the kernel's, and files are on disk; the rest is not to be had.
        let isOfTheKernel = ["file", "shm", "memfd", "pipes", "sockets"].contains(kind)
        try await withEngine(unlike: isOfTheKernel ? [.kernelMemory] : []) { engine in
            try await engine.requireLimits()
            try await expect(
                .compiled(hungryProgram, [kind, "56"]), endsAs: .memoryLimit,
                "memory limit reached, 32 MiB; everything it started is gone", limits: limits, on: engine)
            try await expect(.compiled(hungryProgram, [kind, "8"]), endsAs: .ok, nil, limits: limits, on: engine)
        }
    }

    /// The program that is killed need not be the one that was started.
    @Test func aChildThatIsKilledForMemoryIsNamedToo() async throws {
        let script = """
            import subprocess
            subprocess.run([sys.executable, "-c", "bytearray(128 << 20)"])
            sys.exit(0)
            """
        try await withEngine { engine in
            try await engine.requireLimits()
            try await expect(
                .python(script), endsAs: .memoryLimit, "memory limit reached, 64 MiB; everything it started is gone",
                limits: patientLimits(memory: .mebibytes(64)), on: engine)
        }
    }

    private var hungryProgram: String {
        #"""
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/shm.h>
        #include <sys/socket.h>
        #include <sys/wait.h>
        #include <unistd.h>

        static char block[1 << 20];

        static void touch(char *start, size_t size) {
            if (start == MAP_FAILED) { perror("map"); exit(2); }
            for (size_t i = 0; i < size; i += 4096) start[i] = 1;
        }

        static void fill(int descriptor, size_t size) {
            fcntl(descriptor, F_SETFL, O_NONBLOCK);
            while (size) {
                ssize_t written = write(descriptor, block, size < sizeof block ? size : sizeof block);
                if (written <= 0) return;
                size -= written;
            }
        }

        int main(int count, char **arguments) {
            const char *kind = arguments[1];
            size_t megabytes = atoi(arguments[2]), size = megabytes << 20;
            if (!strcmp(kind, "anonymous"))
                touch(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size);
            else if (!strcmp(kind, "shared"))
                touch(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), size);
            else if (!strcmp(kind, "shm"))
                touch(shmat(shmget(IPC_PRIVATE, size, 0600), NULL, 0), size);
            else if (!strcmp(kind, "memfd")) {
                int file = memfd_create("memory", 0);
                if (ftruncate(file, size)) { perror("ftruncate"); return 2; }
                touch(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), size);
            } else if (!strcmp(kind, "file")) {
                int file = open("/tmp/file", O_CREAT | O_WRONLY, 0600);
                for (size_t i = 0; i < megabytes; i++)
                    if (write(file, block, sizeof block) != sizeof block) { perror("write"); return 2; }
            } else if (!strcmp(kind, "pipes"))
                for (size_t i = 0; i < megabytes; i++) {
                    int ends[2];
                    if (pipe(ends) || fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0) { perror("pipe"); return 2; }
                    fill(ends[1], 1 << 20);
                }
            else if (!strcmp(kind, "sockets"))
                for (size_t i = 0; i < megabytes * 8; i++) {
                    int ends[2];
                    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) { perror("socketpair"); return 2; }
                    fill(ends[1], 128 << 10);
                }
            else if (!strcmp(kind, "children"))
                for (int i = 0; i < 8; i++) {
                    if (fork()) continue;
                    touch(mmap(NULL, size / 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size / 8);
                    pause();
                }
            else if (!strcmp(kind, "tables"))
                /* One page in every 2 MiB: what fills is the table of pages. */
                for (size_t i = 0; i < megabytes * 128; i++)
                    touch(mmap((void *)(0x100000000000 + (i << 21)), 4096, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), 4096);
            /* A supervisor looks every few milliseconds: it sees what stays. */
            if (megabytes > 32) sleep(60);
            if (!strcmp(kind, "children")) usleep(200000);
            return 0;
        }
        """#
    }
}

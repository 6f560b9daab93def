import Isolation
import Testing

/// Rules 10 and 12: what a sandbox can write is capped in bytes and in files, and goes whatever its shape.
@Suite(.serialized) struct DiskStarvationTests {
    private let full = "disk limit reached, 64 MiB"

    @Test func aFullDiskEndsAsTheDiskLimit() async throws {
        let writers = [
            """
            with open("/workspace/large", "wb", buffering=0) as file:
                while file.write(bytes(1 << 20)) == 1 << 20: pass
                file.write(bytes(1 << 20))
            """,
            """
            for place in ["/dev/shm", "/tmp", "/workspace"]:
                for number in range(30000):
                    with open(f"{place}/{number}", "wb") as file: file.write(bytes(20000))
            """,
            """
            for number in range(100000): os.symlink("target", f"/tmp/{number}")
            """,
            """
            for number in range(100000): os.mkdir(f"/workspace/{number}")
            """,
        ]
        try await withEngine(unlike: .ownDisk, .ownRoot) { engine in
            try await engine.requireLimits()
            for writer in writers {
                try await expect(.python(writer), endsAs: .diskLimit, full, limits: patientLimits(), on: engine)
            }
        }
    }

    @Test func aFileThatIsTooLargeEndsAsTheDiskLimit() async throws {
        try await withEngine { engine in
            let limits = patientLimits()
            try await expect(.bash("exec truncate -s 1T large"), endsAs: .diskLimit, full, limits: limits, on: engine)
            try await expect(.bash("exec truncate -s 32M large"), endsAs: .ok, nil, limits: limits, on: engine)
        }
    }

    @Test func aProgramThatCopesWithAFullDiskIsFine() async throws {
        let script = """
            try:
                with open("large", "wb", buffering=0) as file:
                    while file.write(bytes(1 << 20)): pass
            except OSError as error: tell("write", errno.errorcode[error.errno])
            os.unlink("large")
            open("small", "wb").write(bytes(1 << 20))
            tell("then", os.stat("small").st_size)
            """
        try await withEngine { engine in
            let result = try await Attack(program: .python(script), limits: patientLimits()).run(on: engine)
            #expect(result.outcome == .ok)
            #expect(["ENOSPC", "EFBIG"].contains(result.answers["write"]))
            #expect(result.answers["then"] == "1048576")
        }
    }

    @Test func treesOfAnyShapeAreRemoved() async throws {
        try await withEngine { engine in
            try await engine.requireLimits()
            let limits = patientLimits(memory: .mebibytes(1024), disk: .mebibytes(512))
            for shape in ["deep", "hidden", "names", "wide"] {
                let attack = Attack(program: .compiled(treeProgram, [shape]), limits: limits)
                let result = try await attack.run(on: engine)
                #expect(result.outcome == .ok, "\(shape): \(result.text)")
                #expect(result.text == "made \(shape)\n")
            }
        }
    }
}

/// Makes a tree that is hard to remove.
///
/// The deep one grows at its top: Landlock walks from where a directory is made up to the root, so that growing it at its
/// bottom takes quadratic time.
private let treeProgram = """
    #define _GNU_SOURCE
    #include <err.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <unistd.h>

    static void check(int result, const char *what) { if (result < 0) err(1, "%s", what); }

    static void deep(int top) {
        check(mkdir("tree", 0700), "mkdir");
        for (int part = 0; part < 1000; part++) {
            check(mkdir("chain", 0700), "mkdir");
            check(chdir("chain"), "chdir");
            for (int step = 0; step < 99; step++) {
                check(mkdir("d", 0700), "mkdir");
                check(chdir("d"), "chdir");
            }
            check(renameat(top, "tree", AT_FDCWD, "d"), "rename");
            check(renameat(top, "chain", top, "tree"), "rename");
            check(fchdir(top), "fchdir");
        }
        check(chdir("tree"), "chdir");
        int depth = 1;
        while (chdir("d") == 0) depth++;
        if (depth != 100001) errx(1, "depth %d", depth);
    }

    static void hidden(void) {
        for (int step = 0; step < 50; step++) {
            check(mkdir("d", 0700), "mkdir");
            check(close(open("d/file", O_CREAT, 0)), "file");
            int directory = open(".", O_RDONLY);
            check(chdir("d"), "chdir");
            check(fchmod(directory, 0), "fchmod");
            check(close(directory), "close");
        }
    }

    static void names(void) {
        char name[256] = {0};
        for (int byte = 1; byte < 256; byte++) {
            if (byte == '/') continue;
            memset(name, byte, byte == '.' ? 3 : 255);
            check(mkdir(name, 0700), "mkdir");
            memset(name, 0, sizeof name);
        }
    }

    static void wide(void) {
        char name[32];
        for (int number = 0; number < 100000; number++) {
            snprintf(name, sizeof name, "%d", number);
            check(mknod(name, S_IFIFO | 0600, 0), "mknod");
        }
    }

    int main(int count, char **arguments) {
        const char *shape = arguments[1];
        int top = open(".", O_RDONLY | O_DIRECTORY);
        if (!strcmp(shape, "deep")) deep(top);
        if (!strcmp(shape, "hidden")) hidden();
        if (!strcmp(shape, "names")) names();
        if (!strcmp(shape, "wide")) wide();
        printf("made %s\\n", shape);
    }
    """

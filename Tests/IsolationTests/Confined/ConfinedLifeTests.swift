import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// The level landlock: whatever ends and however it ends, nothing of a sandbox stays.
@Suite(.serialized) struct ConfinedLifeTests {
    /// Forks all the time, each in a session of its own whose parent is gone, and never more than a few at once.
    private static let storm = """
        #include <signal.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(void) {
            signal(SIGCHLD, SIG_IGN);
            for (int chain = 0; chain < 8; chain++)
                if (fork() == 0) for (;;) { if (fork() > 0) _exit(0); setsid(); }
            for (;;) pause();
        }
        """

    @Test func aForkStormOfTenSecondsLeavesNothing() async throws {
        let limits = Limits(
            wall: .seconds(10), cpu: .seconds(60), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
            disk: .mebibytes(64))
        try await withEngine(at: .landlock) { engine in
            try await engine.requireLimits()
            try await expect(
                .compiled(Self.storm, []), endsAs: .timeLimit,
                "time limit reached, 10 seconds; everything it started is gone", limits: limits, on: engine)
        }
    }

    @Test func tooManyFilesEndAsTheDiskLimit() async throws {
        let full = "disk limit reached, 64 MiB"
        let gone = full + "; everything it started is gone"
        let writers = [
            // One file is bounded by the kernel: the program fails by itself, if it is not found before.
            ("with open('large', 'wb', buffering=0) as file:\n    while file.write(bytes(1 << 20)): pass", full),
            (
                """
                for place in [".", os.environ["TMPDIR"]]:
                    for number in range(30000):
                        with open(f"{place}/{number}", "wb") as file: file.write(bytes(20000))
                """, gone
            ),
            ("for number in range(1000000): os.symlink('target', f'{number}')", gone),
            ("for number in range(1000000): os.mkdir(f'{number}')", gone),
            // Where its owner may not look.
            (
                """
                for number in range(100000):
                    os.mkdir(f"{number}")
                    with open(f"{number}/file", "wb") as file: file.write(bytes(1 << 20))
                    os.chmod(f"{number}", 0)
                """, gone
            ),
        ]
        try await withEngine(at: .landlock) { engine in
            for (writer, explanation) in writers {
                let attack = Attack(program: .python(writer), limits: patientLimits())
                let result = try await attack.run(on: engine)
                #expect(result.outcome == .diskLimit, "\(writer): \(result.text.prefix(300))")
                #expect([explanation, gone].contains(result.explanation))
            }
            try await expect(
                .python("open('small', 'wb').write(bytes(32 << 20))"), endsAs: .ok, nil, limits: patientLimits(),
                on: engine)
        }
    }

    /// Holds files that nobody can find by a name.
    private static let holders = [
        """
        import time
        held = [open(f"{number}", "wb", buffering=0) for number in range(6)]
        for number, file in enumerate(held):
            os.unlink(f"{number}")
            file.write(bytes(20 << 20))
        time.sleep(60)
        """,
        """
        import time
        for place in [".", os.environ["TMPDIR"]] * 3:
            os.write(os.open(place, os.O_TMPFILE | os.O_RDWR), bytes(20 << 20))
        time.sleep(60)
        """,
        """
        import time
        for number in range(6):
            if os.fork() == 0:
                os.write(os.open(".", os.O_TMPFILE | os.O_RDWR), bytes(20 << 20))
                time.sleep(60)
        time.sleep(60)
        """,
    ]
    private static let mapper = """
        #define _GNU_SOURCE
        #include <err.h>
        #include <fcntl.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <unistd.h>
        int main(void) {
            for (int number = 0; number < 6; number++) {
                int file = open(".", O_TMPFILE | O_RDWR, 0600);
                if (file < 0 || ftruncate(file, 20 << 20) < 0) err(1, "file");
                char *memory = mmap(NULL, 20 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
                if (memory == MAP_FAILED) err(1, "mmap");
                close(file);
                memset(memory, 1, 20 << 20);
            }
            sleep(60);
        }
        """

    /// Sizes that, added up, are beyond what a number holds, if the file system has files as large.
    private static let farMapper = """
        #define _GNU_SOURCE
        #include <err.h>
        #include <fcntl.h>
        #include <sys/mman.h>
        #include <unistd.h>
        int main(void) {
            for (int number = 0; number < 6; number++) {
                int file = open(".", O_TMPFILE | O_RDWR, 0600);
                if (file < 0) err(1, "file");
                off_t offset = 0x7fffffffffff0000;
                while (mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, offset) == MAP_FAILED)
                    if ((offset = offset / 2 & ~0xffffL) < 1L << 30) err(1, "mmap");
                close(file);
            }
            sleep(60);
        }
        """

    @Test func filesWithoutANameCountToo() async throws {
        let gone = "disk limit reached, 64 MiB; everything it started is gone"
        try await withEngine(at: .landlock) { engine in
            for holder in Self.holders {
                try await expect(.python(holder), endsAs: .diskLimit, gone, limits: patientLimits(), on: engine)
            }
            for mapper in [Self.mapper, Self.farMapper] {
                try await expect(.compiled(mapper, []), endsAs: .diskLimit, gone, limits: patientLimits(), on: engine)
            }
        }
    }

    /// The twin: as much, but not at once, and one file that many processes have.
    @Test func filesWithoutANameThatAreGivenBackDoNotCount() async throws {
        let fine = [
            """
            import time
            for number in range(6):
                file = os.open(".", os.O_TMPFILE | os.O_RDWR)
                os.write(file, bytes(20 << 20))
                time.sleep(0.2)
                os.close(file)
            """,
            """
            import time
            os.write(os.open(".", os.O_TMPFILE | os.O_RDWR), bytes(40 << 20))
            for number in range(6):
                if os.fork() == 0: break
            time.sleep(1)
            """,
        ]
        try await withEngine(at: .landlock) { engine in
            for program in fine {
                try await expect(.python(program), endsAs: .ok, nil, limits: patientLimits(), on: engine)
            }
        }
    }

    @Test func whatASandboxLeftOnDiskIsGone() async throws {
        let script =
            "pwd; mkdir -p a/b/c; touch a/b/c/d; ln -s /etc e; mkfifo f; chmod 000 a/b; touch $TMPDIR/g; echo $TMPDIR"
        try await withEngine(at: .landlock) { engine in
            let result = try await engine.bash(script)
            #expect(result.outcome == .ok, "\(result.text)")
            let places = result.text.split(separator: "\n").map(String.init)
            #expect(places.count == 2)
            for place in places { #expect(try await eventually { !FileManager.default.fileExists(atPath: place) }) }
        }
    }

    /// Killed from outside: by the kernel that is out of memory, by an operator. Nobody inside can do it.
    @Test(arguments: ["supervisors", "keepers", "launchers"]) func aLostHelperTakesItsSandboxAlong(
        _ kind: String
    ) async throws {
        let mark = "mark-\(UInt64.random(in: 0 ... .max))"
        try await withEngine(at: .landlock) { engine in
            let script = """
                import signal, subprocess
                subprocess.Popen(["/bin/sh", "-c", "setsid sleep 1000 & setsid sh -c 'trap \\"\\" TERM; sleep 1001' &"])
                tell("alive", 1)
                signal.pause()
                """
            let live = try await LiveProgram.start(python: script, mark: mark, on: engine)
            #expect(try await eventually { try HostProcesses.marked(mark).count >= 3 })
            let family = try Family.now()
            let victims = ["supervisors": family.supervisors, "keepers": family.keepers, "launchers": family.launchers]
            for pid in try #require(victims[kind]) { kill(pid, SIGKILL) }
            let end = try await live.result()
            #expect(end.outcome == .sandboxError)
            #expect(try await eventually { try HostProcesses.marked(mark).isEmpty })
            let isBack = try await eventually {
                // One that stood ready may be lost too, and not known to be.
                do { return try await engine.bash("echo again").text == "again\n" } catch { return false }
            }
            #expect(isBack)
        }
    }

    @Test func aServerThatIsKilledTakesItsSandboxesAlong() async throws {
        let server = await #expect(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) {
            var configuration = try standardConfiguration()
            configuration.strongest = .landlock
            let engine = try await SandboxEngine.start(configuration)
            let mark = "mark-\(UInt64.random(in: 0 ... .max))"
            let live = try await LiveProgram.start(
                python: """
                    import subprocess, signal
                    subprocess.Popen(["/bin/sh", "-c", "setsid sleep 1000 & exec sleep 1001"])
                    tell('alive', 1); signal.pause()
                    """, mark: mark, on: engine)
            try #require(live.greeting.hasPrefix("alive"))
            try #require(try await eventually { try HostProcesses.marked(mark).count == 3 })
            FileHandle.standardOutput.write(Data("server \(mark)\n".utf8))
            kill(getpid(), SIGKILL)
        }
        let output = String(decoding: try #require(server).standardOutputContent, as: UTF8.self)
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("server ") }).split(separator: " ")
        #expect(try await eventually { try HostProcesses.marked(String(line[1])).isEmpty })
        // Its folder goes when the next server starts.
        try await withEngine(at: .landlock) { _ in
            let scratch = try standardConfiguration().scratch
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).count { $0.hasPrefix("server-") } == 1)
        }
    }

    @Test func theServerKeepsNoDescriptor() async {
        await #expect(processExitsWith: .success) {
            // The first use of anything is allowed to cost.
            try await withEngine(at: .landlock) { engine in _ = try await engine.bash("echo once") }
            let before = try HostState.descriptors(of: "self")
            for _ in 0..<5 {
                try await withEngine(at: .landlock) { engine in
                    _ = try await engine.bash("echo again")
                    try await withSession(on: engine) { sandbox async throws in
                        #expect(try await sandbox.shell("echo hello").text == "hello\n")
                    }
                }
            }
            // What is closed a moment after an engine's end may have been counted before.
            #expect(try await eventually { try HostState.descriptors(of: "self").count <= before.count })
        }
    }

    @Test func theEngineLeavesNothing() async throws {
        var before = try Family.now()
        try await withEngine(at: .landlock) { engine in
            _ = try await engine.bash("(setsid sleep 1000 &); echo started")
            #expect(try Family.now().all.count > before.all.count)
        }
        before.all.removeAll { !FileManager.default.fileExists(atPath: "/proc/\($0)") }
        let own = Set(before.all)
        #expect(try await eventually { try Family.now().all.filter { !own.contains($0) }.isEmpty })
        let scratch = try standardConfiguration().scratch
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).filter { $0.hasPrefix("server-") }.isEmpty)
    }

    /// A command of a session ends with all that it detached, and nothing else does.
    @Test func aCommandsTreeIsEndedWholeAndAlone() async throws {
        let (first, second) = ("mark-\(UInt64.random(in: 0 ... .max))", "mark-\(UInt64.random(in: 0 ... .max))")
        try await withEngine(at: .landlock) { engine in
            try await withSession(on: engine) { sandbox async throws in
                let tree = "(setsid sleep 1001 &); sleep 1002 & setsid sh -c 'trap \"\" TERM; sleep 1003' & sleep 1004"
                let other = try await sandbox.start(shell: tree, additions: ["MARK": second])
                let limits = CommandLimits(wall: .seconds(2), output: .mebibytes(1), fileSize: .mebibytes(1))
                let command = try await sandbox.start(shell: tree, additions: ["MARK": first], limits: limits)
                #expect(try await command.result().run.outcome == .timeLimit)
                #expect(try HostProcesses.marked(first).isEmpty)
                #expect(try HostProcesses.marked(second).count >= 4)
                await other.end(.cancelled)
                #expect(try HostProcesses.marked(second).isEmpty)
                #expect(try await sandbox.shell("echo fine").text == "fine\n")
            }
        }
    }

    /// Sessions of one server cannot get at each other's files.
    @Test func sessionsAreStrangers() async throws {
        let (first, second) = (try SessionFolder(), try SessionFolder())
        try await withEngine(at: .landlock) { engine in
            try await withSession(on: engine, first) { one async throws in
                try await withSession(on: engine, second) { other async throws in
                    #expect(try await one.shell("echo mine > file; chmod 666 file; cat file").text == "mine\n")
                    for attempt in ["cat", "rm -f", "chmod 777", "touch -d yesterday"] {
                        let result = try await other.shell("\(attempt) \(first.path)/file 2>/dev/null || echo refused")
                        #expect(result.text == "refused\n", "\(attempt)")
                    }
                    #expect(try await one.shell("cat file").text == "mine\n")
                }
            }
        }
    }
}

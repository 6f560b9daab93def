import Foundation
import Isolation
import Testing

/// A sandbox sees its own processes, descriptors and environment, and its keeper only as a name.
@Suite(.serialized) struct HostProcessesTests {
    @Test func onlyTheSandboxsProcessesAreVisible() async throws {
        let script = """
            import subprocess
            def pids(): return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
            tell("alone", pids() == [1, os.getpid()])
            child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
            tell("with a child", pids() == [1, os.getpid(), child.pid])
            tell("the child's", open(f"/proc/{child.pid}/comm").read().strip() != "")
            child.communicate()
            tell("parent", os.getppid())
            tell("keeper", open("/proc/1/comm").read().strip())
            tell("keeper's arguments", open("/proc/1/cmdline").read().strip("\\0"))
            """
        try await withEngine(unlike: .ownProc) { engine in
            let answers = try await engine.attempts(script)
            #expect(
                answers == [
                    "alone": "True", "with a child": "True", "the child's": "True", "parent": "1", "keeper": "keeper",
                    "keeper's arguments": "sandmartin-launcher",
                ])
        }
    }

    @Test func theKeepersInsideIsClosed() async throws {
        let script = """
            def look(name, path):
                if os.path.isdir(path) and not os.path.islink(path): attempt(name, lambda: os.listdir(path))
                elif os.path.islink(path): attempt(name, lambda: os.stat(path))
                else: attempt(name, lambda: open(path, "rb").read(1))
            for part in sys.argv[1:]:
                look("keeper " + part, "/proc/1/" + part)
                look("own " + part, "/proc/self/" + part)
            for part in ["mem", "oom_score_adj", "comm", "clear_refs"]:
                attempt("write " + part, lambda: open("/proc/1/" + part, "r+b"))
            """
        // `stack` needs a privilege also on oneself, so it has no twin.
        let parts = [
            "environ", "fd", "fdinfo", "mem", "maps", "smaps", "auxv", "cwd", "root", "exe", "syscall", "io",
            "map_files",
            "pagemap", "ns/net", "ns/mnt", "ns/user", "personality", "task/1/environ", "task/1/mem",
        ]
        try await withEngine(unlike: .ownProc) { engine in
            let answers = try await engine.attempts(script, parts)
            for part in parts {
                #expect(["EACCES", "EPERM"].contains(answers["keeper " + part]), "\(part)")
            }
            for part in ["environ", "fd", "fdinfo", "maps", "smaps", "auxv", "cwd", "root", "exe", "ns/net"] {
                #expect(answers["own " + part] == "ok", "\(part)")
            }
            for part in ["mem", "oom_score_adj", "comm", "clear_refs"] {
                #expect(refusals.contains(answers["write " + part] ?? ""), "\(part)")
            }
        }
    }

    @Test func onlyTheStandardDescriptorsAreOpen() async throws {
        let script = """
            import fcntl, stat
            found = [number for number in range(4096) if answer(lambda: os.fstat(number)) == "ok"]
            tell("open", found)
            for number in found:
                kind = "pipe" if stat.S_ISFIFO(os.fstat(number).st_mode) else "other"
                tell(number, kind + " " + str(fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE))
            tell("next", os.open("/dev/null", os.O_RDONLY))
            """
        try await withEngine { engine in
            let answers = try await engine.attempts(script)
            #expect(
                answers == ["open": "[0, 1, 2]", "0": "pipe 0", "1": "pipe 1", "2": "pipe 1", "next": "3"])
        }
    }

    @Test func theEnvironmentIsOnlyWhatTheRunNames() async throws {
        let host = ProcessInfo.processInfo.environment
        try #require(host.keys.contains("PATH") && host.count > 1, "the host's environment has something to hide")
        try await withEngine { engine in
            let command = Command(
                executable: "/usr/bin/env", arguments: ["env", "-0"], environment: ["ONE": "1", "TWO": "two\nlines"])
            let result = try await engine.run(command)
            let variables = result.text.split(separator: "\0").map(String.init)
            // Where programs find their temporary folder at the other level.
            #expect(variables.filter { !$0.hasPrefix("TMPDIR=/") } == ["ONE=1", "TWO=two\nlines"])
            #expect(variables.count == (engine.isolation.level == .namespaces ? 2 : 3))
        }
    }

    @Test func theKernelTellsNothingOfTheHostsWork() async throws {
        let script = """
            def contents(path):
                try: return len(open(path, "rb").read(4096))
                except OSError as error: return errno.errorcode[error.errno]
            for name in sys.argv[1:]: tell(name, contents("/proc/" + name))
            for name in ["bus", "fs", "irq", "acpi", "scsi"]:
                tell(name, answer(lambda: str(os.listdir("/proc/" + name))))
            tell("cgroup", sorted({line.strip().rpartition(":")[2] for line in open("/proc/self/cgroup")}))
            tell("own status", contents("/proc/self/status") > 0)
            symbols = {line.split()[0].strip("0") for line in open("/proc/kallsyms")} \
                if os.path.exists("/proc/kallsyms") else {""}
            tell("kernel addresses", symbols)
            """
        let silent = [
            "cmdline", "diskstats", "interrupts", "kcore", "keys", "kmsg", "modules", "partitions", "sysrq-trigger",
            "timer_list", "kpagecount", "slabinfo", "vmallocinfo", "pagetypeinfo",
        ]
        try await withEngine(unlike: .ownProc) { engine in
            let answers = try await engine.attempts(script, silent)
            for name in silent { #expect(["0", "ENOENT", "EACCES", "EPERM"].contains(answers[name]), "\(name)") }
            for name in ["bus", "fs", "irq", "acpi", "scsi"] {
                #expect(["[]", "ENOENT"].contains(answers[name]), "\(name)")
            }
            #expect(answers["cgroup"] == "['/']")
            #expect(answers["own status"] == "True")
            #expect(answers["kernel addresses"] == "{''}")
        }
    }
}

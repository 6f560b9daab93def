import Foundation
import Isolation
import Testing

/// Rule 14: a program that sizes itself by its machine sees the sandbox's share.
@Suite(.serialized) struct TruthfulLimitsTests {
    @Test(arguments: [1, ProcessInfo.processInfo.activeProcessorCount])
    func processorsAreThoseOfTheSandbox(_ processors: Int) async throws {
        let script = """
            import multiprocessing, subprocess
            tell("os", os.cpu_count())
            tell("affinity", len(os.sched_getaffinity(0)))
            tell("sysconf", os.sysconf("SC_NPROCESSORS_ONLN"))
            tell("configured", os.sysconf("SC_NPROCESSORS_CONF"))
            tell("nproc", subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip())
            tell("cpuinfo", sum(line.startswith("processor") for line in open("/proc/cpuinfo")))
            tell("stat", sum(line.startswith("cpu") and line[3].isdigit() for line in open("/proc/stat")))
            """
        try await withEngine(unlike: .ownMachine, configure: { $0.processors = processors }) { engine in
            let answers = try await engine.attempts(script)
            #expect(answers.count == 7)
            for (name, answer) in answers { #expect(answer == "\(processors)", "\(name)") }
        }
    }

    @Test(arguments: [64, 256])
    func memoryIsTheLimit(_ mebibytes: Int) async throws {
        let script = """
            fields = {line.split(":")[0]: int(line.split()[1]) for line in open("/proc/meminfo")}
            for name in ["MemTotal", "MemAvailable", "SwapTotal"]: tell(name, fields[name])
            """
        try await withEngine(unlike: .ownMachine) { engine in
            let answers = try await engine.attempts(script, limits: patientLimits(memory: .mebibytes(mebibytes)))
            let kibibytes = "\(mebibytes * 1024)"
            #expect(answers == ["MemTotal": kibibytes, "MemAvailable": kibibytes, "SwapTotal": "0"])
        }
    }

    @Test func theHostsLoadAndActivityDoNotShow() async throws {
        let script = """
            names = ["stat", "loadavg", "vmstat", "swaps", "softirqs", "interrupts", "buddyinfo", "zoneinfo", "locks",
                     "key-users", "sys/fs/file-nr", "sys/fs/inode-nr", "sys/fs/inode-state", "sys/fs/dentry-state"]
            def look(): return {name: open("/proc/" + name).read() for name in names}
            first = look()
            held = [open("/usr/bin/env") for _ in range(100)]
            sum(range(3000000))
            second = look()
            for name in names: tell(name, first[name] == second[name])
            for name in ["softirqs", "interrupts", "buddyinfo", "zoneinfo", "locks"]: tell("empty " + name, first[name] == "")
            attempt("pressure", lambda: open("/proc/pressure/cpu").read())
            tell("own", sum(os.times()[:2]) > 0)
            """
        try await withEngine(unlike: .ownMachine) { engine in
            var answers = try await engine.attempts(script)
            // As in a kernel without the accounting of pressure.
            #expect(answers.removeValue(forKey: "pressure") == "ENOENT")
            #expect(answers.count == 20)
            for (name, answer) in answers { #expect(answer == "True", "\(name)") }
        }
    }

    /// What ordinary programs ask about the machine has an answer, and it is the sandbox's.
    @Test func programsThatAskAboutTheMachineAreAnswered() async throws {
        let script = """
            tell("load", open("/proc/loadavg").read().split()[:3])
            paging = dict(line.split() for line in open("/proc/vmstat"))
            for name in ["pswpin", "pswpout"]: tell(name, paging[name])
            tell("swaps", len(open("/proc/swaps").readlines()))
            counters = [line.split()[0] for line in open("/proc/stat")]
            tell("stat", all(name in counters for name in ["cpu", "cpu0", "intr", "ctxt", "btime", "processes", "softirq"]))
            tell("uptime", float(open("/proc/uptime").read().split()[0]) > 0)
            """
        try await withEngine(unlike: .ownMachine) { engine in
            let answers = try await engine.attempts(script)
            let expected = [
                "load": "['0.00', '0.00', '0.00']", "pswpin": "0", "pswpout": "0", "swaps": "1", "stat": "True",
                "uptime": "True",
            ]
            #expect(answers == expected)
        }
    }
}

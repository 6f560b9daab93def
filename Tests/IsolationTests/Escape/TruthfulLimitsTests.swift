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
        try await withEngine(configure: { $0.processors = processors }) { engine in
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
        try await withEngine { engine in
            let answers = try await engine.attempts(script, limits: patientLimits(memory: .mebibytes(mebibytes)))
            let kibibytes = "\(mebibytes * 1024)"
            #expect(answers == ["MemTotal": kibibytes, "MemAvailable": kibibytes, "SwapTotal": "0"])
        }
    }

    @Test func theHostsLoadAndActivityDoNotShow() async throws {
        let script = """
            first = open("/proc/stat").read()
            sum(range(3000000))
            tell("activity", first == open("/proc/stat").read())
            tell("own", sum(os.times()[:2]) > 0)
            """
        try await withEngine { engine in
            let answers = try await engine.attempts(script)
            #expect(answers == ["activity": "True", "own": "True"])
        }
    }
}

import Testing

@testable import Isolation

@Suite struct KernelInformationTests {
    @Test func onlyTheSandboxesProcessorsAreShown() {
        let information = ProcessorInformation(host: .madeUp, processors: 2)
        #expect(information.cpuinfo == "processor\t: 0\nmodel\t: A\n\nprocessor\t: 1\nmodel\t: B\n\n")
        #expect(information.range == "0-1\n")
        let lines = information.stat.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("cpu") }.map { $0.split(separator: " ")[0] } == ["cpu", "cpu0", "cpu1"])
        #expect(lines.contains("btime 1700000000"))
    }

    @Test func oneProcessorIsARangeOfOne() {
        #expect(ProcessorInformation(host: .madeUp, processors: 1).range == "0\n")
    }

    @Test func aHostWithFewerProcessorsThanAskedForShowsThoseItHas() {
        #expect(ProcessorInformation(host: .madeUp, processors: 9).cpuinfo == HostFacts.madeUp.processorInformation)
    }

    @Test func theHostsActivityIsNotTold() {
        let stat = ProcessorInformation(host: .madeUp, processors: 1).stat
        #expect(stat.contains("cpu0 0 0 0 0 0 0 0 0 0 0\n"))
        #expect(stat.contains("ctxt 0\n"))
        #expect(stat.contains("processes 0\n"))
    }

    @Test func theMemoryShownIsTheLimitAndAllOfItIsFree() {
        let fields = fields(MemoryInformation(limit: .mebibytes(256)).text)
        for name in ["MemTotal", "MemFree", "MemAvailable", "CommitLimit"] { #expect(fields[name] == "262144 kB") }
        for name in ["SwapTotal", "SwapFree", "Cached", "Buffers"] { #expect(fields[name] == "0 kB") }
    }

    @Test(arguments: [0, 1023, 1024, 1 << 30, 1 << 50]) func everyLineHasTheKernelsForm(bytes: Int) {
        for line in MemoryInformation(limit: ByteCount(bytes)).text.split(separator: "\n") {
            #expect(line.wholeMatch(of: /[A-Za-z_]+: +[0-9]+ kB/) != nil, "\(line)")
        }
    }

    private func fields(_ text: String) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").map { line in
                let parts = line.split(separator: ":")
                return (String(parts[0]), String(parts[1].drop { $0 == " " }))
            })
    }
}

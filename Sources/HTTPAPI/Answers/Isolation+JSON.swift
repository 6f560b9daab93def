import Isolation

extension IsolationReport {
    var json: JSONValue {
        [
            "level": .string(level.rawValue),
            "layers": .object(layers.map { JSONValue.Member(key: $0.name, value: .string($0.state)) }),
        ]
    }
}

extension Limits {
    /// In the names and units in which a request gives them, as far as it can.
    var json: JSONValue {
        [
            "wall_ms": wall.milliseconds, "cpu_ms": cpu.milliseconds, "memory_mb": .integer(memory.mebibytes),
            "processes": .integer(processes), "output_bytes": .integer(output.bytes),
            "disk_mb": .integer(disk.mebibytes), "open_files": .integer(openFiles),
        ]
    }
}

extension ResourceUsage {
    var members: [JSONValue.Member] {
        [
            .init(key: "wall_ms", value: wall.milliseconds), .init(key: "cpu_ms", value: cpu.milliseconds),
            .init(key: "peak_memory_bytes", value: .integer(peakMemory.bytes)),
            .init(key: "peak_processes", value: .integer(peakProcesses)),
            .init(key: "stdout_bytes", value: .integer(standardOutput.bytes)),
            .init(key: "stderr_bytes", value: .integer(standardError.bytes)),
            .init(key: "disk_bytes", value: .integer(disk.bytes)), .init(key: "start_ms", value: start.milliseconds),
        ]
    }

    /// Several runs as one: what adds up is summed, and of peaks the highest counts.
    init(combining runs: some Sequence<ResourceUsage>) {
        self = runs.reduce(into: ResourceUsage()) { total, run in
            total.wall += run.wall
            total.cpu += run.cpu
            total.start += run.start
            total.peakMemory = max(total.peakMemory, run.peakMemory)
            total.peakProcesses = max(total.peakProcesses, run.peakProcesses)
            total.standardOutput.bytes += run.standardOutput.bytes
            total.standardError.bytes += run.standardError.bytes
            total.disk = max(total.disk, run.disk)
        }
    }
}

import LinuxKernel
import Sessions

extension MachineSample {
    /// What the machine does: the `resources` of the system answer.
    func json(processors: Int) -> JSONValue {
        [
            "cpu_count": .integer(processors), "cpu_usage": .tenths(cpuPercent),
            "load_average": .array([load.one, load.five, load.fifteen].map(JSONValue.number)),
            "memory": memory.json, "swap": ["total": .integer(memory.swapTotal), "free": .integer(memory.swapFree)],
            "disk": disk?.json ?? .null, "processes": .integer(processes), "threads": .integer(load.threads),
            "pressure": pressure.isEmpty ? .null : .object(pressure.sorted { $0.key < $1.key }.map(Self.member)),
            "server": server?.json ?? .null,
        ]
    }

    private static func member(_ resource: String, _ stall: PressureStall) -> JSONValue.Member {
        .init(key: resource, value: ["some": .number(stall.some), "full": stall.full.map(JSONValue.number) ?? .null])
    }
}

extension MemoryStatistics {
    fileprivate var json: JSONValue {
        [
            "total": .integer(total), "available": .integer(available), "used": .integer(total - available),
            "percent": .tenths(usedPercent),
        ]
    }
}

extension DiskStatistics {
    fileprivate var json: JSONValue {
        [
            "total": .integer(total), "used": .integer(used), "free": .integer(free),
            "percent": .tenths(total > 0 ? 100 * Double(used) / Double(total) : 0),
        ]
    }
}

extension OwnProcess {
    fileprivate var json: JSONValue {
        [
            "memory": .integer(residentMemory), "threads": .integer(threads), "descriptors": .integer(descriptors),
            "cpu_seconds": .number(cpuSeconds),
        ]
    }
}

extension JSONValue {
    /// To a tenth: no percentage here is more exact.
    fileprivate static func tenths(_ number: Double) -> JSONValue { .number((number * 10).rounded() / 10) }
}

package import Isolation

/// What a request gets when it asks for nothing, and the most that it may ask for. A request can only narrow `maximum`.
package struct LimitPolicy: Hashable, Sendable {
    package var standard: Limits
    package var maximum: Limits
    /// What compilers get: a request cannot change it.
    package var compile: Limits

    package init(standard: Limits, maximum: Limits, compile: Limits) {
        self.standard = standard
        self.maximum = maximum
        self.compile = compile
    }

    /// What a caller asked for, in the wire's units; nil: not asked.
    package struct Request: Hashable, Sendable {
        package var timeout: Double?
        package var cpuMilliseconds: Double?
        package var memoryMebibytes: Double?
        package var processes: Double?
        package var outputBytes: Double?
        package var diskMebibytes: Double?

        package init() {}
    }

    /// The limits of a run. Throws for zero, negative, NaN and anything above the maximum, naming the field and its range.
    package func limits(for request: Request) throws(InvalidRequest) -> Limits {
        var limits = standard
        if let seconds = request.timeout {
            try Self.check(seconds, "timeout", 0.1, maximum.wall / .seconds(1), unit: " seconds")
            limits.wall = .seconds(seconds)
            // Without a bound of its own, processor time keeps its relation to real time.
            limits.cpu = min(maximum.cpu, max(.milliseconds(100), .seconds(seconds * (standard.cpu / standard.wall))))
        }
        if let milliseconds = request.cpuMilliseconds {
            try Self.check(milliseconds, "limits.cpu_ms", 10, maximum.cpu / .milliseconds(1))
            limits.cpu = .milliseconds(milliseconds)
        }
        if let mebibytes = request.memoryMebibytes {
            try Self.check(mebibytes, "limits.memory_mb", 8, Double(maximum.memory.mebibytes), whole: true)
            limits.memory = .mebibytes(Int(mebibytes))
        }
        if let count = request.processes {
            try Self.check(count, "limits.processes", 1, Double(maximum.processes), whole: true)
            limits.processes = Int(count)
        }
        if let bytes = request.outputBytes {
            try Self.check(bytes, "limits.output_bytes", 1, Double(maximum.output.bytes), whole: true)
            limits.output = ByteCount(Int(bytes))
        }
        if let mebibytes = request.diskMebibytes {
            try Self.check(mebibytes, "limits.disk_mb", 1, Double(maximum.disk.mebibytes), whole: true)
            limits.disk = .mebibytes(Int(mebibytes))
        }
        return limits
    }

    private static func check(
        _ value: Double, _ field: String, _ low: Double, _ high: Double, whole: Bool = false, unit: String = ""
    ) throws(InvalidRequest) {
        // Written so that NaN fails.
        guard value >= low, value <= high, !whole || value == value.rounded() else {
            let kind = whole ? "a whole number " : ""
            throw InvalidRequest(
                field: field, message: "\(field) must be \(kind)between \(text(low)) and \(text(high))\(unit).")
        }
    }

    private static func text(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}

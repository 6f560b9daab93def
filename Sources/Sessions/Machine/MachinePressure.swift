/// The machine is above a limit that the operator set: no new work until it is below.
package struct MachinePressure: Hashable, Sendable {
    package enum Resource: String, Sendable {
        case cpu = "processor"
        case memory
    }

    package let resource: Resource
    package let percent: Int
    package let limit: Int
    package var retryAfter: Duration { .seconds(5) }

    package init(resource: Resource, percent: Int, limit: Int) {
        self.resource = resource
        self.percent = percent
        self.limit = limit
    }

    /// A whole sentence for the caller.
    package var message: String {
        "The machine's \(resource.rawValue) is used to \(percent) %, above its limit of \(limit) %; try again later."
    }
}

/// Above which use of the machine no new work is taken; 100 is never above.
package struct MachineLimits: Hashable, Sendable {
    package var cpuPercent = 100
    package var memoryPercent = 95

    package init() {}

    func pressure(cpuPercent cpu: Double, memoryPercent memory: Double) -> MachinePressure? {
        if memory > Double(memoryPercent) {
            return MachinePressure(resource: .memory, percent: Int(memory.rounded(.up)), limit: memoryPercent)
        }
        if cpu > Double(cpuPercent) {
            return MachinePressure(resource: .cpu, percent: Int(cpu.rounded(.up)), limit: cpuPercent)
        }
        return nil
    }
}

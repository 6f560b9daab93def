import HTTPTypes
import Hummingbird
import Isolation
import LinuxKernel
import NIOCore
import Sessions

/// `GET /metrics`: for Prometheus and what reads its text.
struct MetricsRoutes {
    let executions: any ExecutionService
    let sessions: (any SessionService)?
    let monitor: SystemMonitor
    let registry: PrometheusRegistry
    let version: String

    var routes: [Route] { [Route(method: .get, path: "/metrics", answer: metrics)] }

    @Sendable private func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        var text = PrometheusText()
        text.begin("sandmartin_info", .gauge, "The version and the isolation in force; always 1.")
        text.sample(
            "sandmartin_info", [("version", version), ("isolation", executions.isolation.level.rawValue)], 1)
        Self.write(await executions.load(), to: &text)
        if let sessions, sessions.obstacle == nil { Self.write(await sessions.load(), to: &text) }
        registry.write(to: &text)
        if let sample = monitor.latest { Self.write(sample, to: &text) }
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
    }

    private static func write(_ load: ExecutionLoad, to text: inout PrometheusText) {
        text.gauge("sandmartin_runs_running", "Runs that run now.", Double(load.running))
        text.gauge("sandmartin_runs_queued", "Runs that wait now.", Double(load.queued))
        text.gauge("sandmartin_runs_running_maximum", "Runs that can run at once.", Double(load.maximumRunning))
        text.gauge("sandmartin_runs_queued_maximum", "Runs that can wait at once.", Double(load.maximumQueued))
        text.gauge("sandmartin_sandboxes_ready", "Sandboxes that stand ready in the pool.", Double(load.ready))
        text.counter("sandmartin_runs_accepted_total", "Runs accepted.", Double(load.total))
    }

    private static func write(_ load: SessionLoad, to text: inout PrometheusText) {
        text.begin("sandmartin_sessions", .gauge, "Sessions, by state; those that are active have a sandbox.")
        text.sample("sandmartin_sessions", [("state", "active")], Double(load.awake))
        text.sample("sandmartin_sessions", [("state", "hibernated")], Double(load.hibernated))
        text.gauge("sandmartin_session_commands", "Commands of sessions that run now.", Double(load.commands))
        text.gauge("sandmartin_terminals", "Terminals that are open now.", Double(load.terminals))
        text.gauge("sandmartin_terminal_viewers", "Connections that look at them.", Double(load.viewers))
    }

    private static func write(_ sample: MachineSample, to text: inout PrometheusText) {
        text.gauge("sandmartin_machine_cpu_ratio", "Use of all processors, 0 to 1.", sample.cpuPercent / 100)
        text.gauge("sandmartin_machine_load1", "Load average over a minute.", sample.load.one)
        text.gauge("sandmartin_machine_memory_bytes", "Memory of the machine.", Double(sample.memory.total))
        text.gauge(
            "sandmartin_machine_memory_available_bytes", "Memory that programs could get.",
            Double(sample.memory.available))
        if let disk = sample.disk {
            text.gauge("sandmartin_disk_bytes", "Size of the file system with the server's data.", Double(disk.total))
            text.gauge("sandmartin_disk_free_bytes", "Free there.", Double(disk.free))
        }
        if !sample.pressure.isEmpty {
            text.begin(
                "sandmartin_machine_pressure_ratio", .gauge, "Part of the last 10 s in which a task waited, 0 to 1.")
            for (resource, stall) in sample.pressure.sorted(by: { $0.key < $1.key }) {
                text.sample("sandmartin_machine_pressure_ratio", [("resource", resource)], stall.some / 100)
            }
        }
        if let server = sample.server { write(server, to: &text) }
    }

    /// The names that Prometheus' own clients use.
    private static func write(_ server: OwnProcess, to text: inout PrometheusText) {
        text.counter("process_cpu_seconds_total", "Processor time of the server.", server.cpuSeconds)
        text.gauge("process_resident_memory_bytes", "Memory of the server.", Double(server.residentMemory))
        text.gauge("process_virtual_memory_bytes", "Address space of the server.", Double(server.virtualMemory))
        text.gauge("process_open_fds", "Open files of the server.", Double(server.descriptors))
        text.gauge("process_max_fds", "The most that it may have.", Double(server.maximumDescriptors))
        text.gauge("process_start_time_seconds", "When the server started, since 1970.", server.startSeconds)
    }
}

import Isolation
import Logging

/// Every setting there is: the one list from which configuration is read and `docs/configuration.md` is made.
enum Settings {
    /// In the order of the table.
    static let all: [any SettingDeclaration] =
        server + access + isolation + screening + limits + sessions + capacity + overload + requests + records + logging

    // MARK: The server

    static let server: [any SettingDeclaration] = [
        host, port, dataDirectory, languagesDirectory, config,
    ]

    static let host = Setting("host", .text, .fixed("127.0.0.1"), "Address to listen on.")
    static let port = Setting("port", .count(0...65535), .fixed("7860"), "TCP port to listen on; 0 takes a free one.")
    static let dataDirectory = Setting(
        "data_dir", .path,
        .machine("`/var/lib/sandmartin`, or `~/.local/share/sandmartin` when not root") {
            $0.isRoot ? "/var/lib/sandmartin" : $0.homeDirectory + "/.local/share/sandmartin"
        },
        "Directory for what the server keeps: keys, the list of runs, the audit log. It must be this user's own, and is closed to others; one server at a time can use it."
    )
    static let languagesDirectory = Setting(
        "languages_dir", .path, .derived("`languages` beside the configuration file, if it exists"),
        "Directory whose `.yaml` files add languages, or replace shipped ones of the same name.")
    static let config = Setting(
        "config", .path, .derived("no file"), "The configuration file. Cannot be set in the file itself.")

    // MARK: Isolation

    static let isolation: [any SettingDeclaration] = [
        minimumIsolation, maximumIsolation, sandboxDirectory, sandboxProcessors, userIDStart, userIDCount,
    ]

    static let minimumIsolation = Setting(
        "minimum_isolation", .choice([IsolationLevel.landlock, .namespaces]),
        .machine("`namespaces` as root, `landlock` otherwise") { $0.isRoot ? .namespaces : .landlock },
        "The server refuses to start when the machine allows less.")
    static let maximumIsolation = Setting(
        "maximum_isolation", .choice([IsolationLevel.landlock, .namespaces]), .fixed("namespaces"),
        "The strongest level that is tried. With `landlock` a machine that allows more is used like one that does not.")
    static let sandboxDirectory = Setting(
        "sandbox_dir", .path, .derived("`sandboxes` in `data_dir`"),
        "Directory for what sandboxes keep on disk: the workspaces of sessions and, at the level `landlock`, the files of runs, which live in memory otherwise. Programs must be allowed to start there: not `noexec`."
    )
    static let sandboxProcessors = Setting(
        "sandbox_cpus", .count(1...4096), .machine("all processors", \.processors),
        "Processors that one program may use, and sees.")
    static let userIDStart = Setting(
        "uid_range_start", .count(1000...4_294_000_000), .fixed("200000"),
        "First user id of the host that sandboxes get when the server is root; nothing else may use the range.")
    static let userIDCount = Setting(
        "uid_range_size", .count(8...1_000_000), .fixed("4096"), "User ids in that range; one for each sandbox alive.")

    // MARK: Reading programs before they run

    static let screening: [any SettingDeclaration] = [
        policy, allowedPolicies, rulesDirectory, policiesDirectory, restrictedCommands, maximumCommand,
    ]

    static let policy = Setting(
        "policy", .name, .fixed("standard"),
        "The policy that decides which programs are refused before they run, unless a request names another.")
    static let allowedPolicies = Setting(
        "allowed_policies", .names, .derived("those that refuse at least what `policy` refuses"),
        "The policies that a request may name; `policy` is always among them.")
    static let rulesDirectory = Setting(
        "rules_dir", .path, .derived("`rules` beside the configuration file, if it exists"),
        "Directory whose `.yaml` files add rules, replace shipped ones of the same id, or switch them off.")
    static let policiesDirectory = Setting(
        "policies_dir", .path, .derived("`policies` beside the configuration file, if it exists"),
        "Directory whose `.yaml` files add policies, or replace shipped ones of the same name.")
    static let restrictedCommands = Setting(
        "restricted_commands", .list, .derived("none"),
        "Shell commands that no policy allows, each perhaps with its first arguments: `shutdown, rm -rf`. What is typed in a terminal is not read."
    )
    static let maximumCommand = Setting(
        "max_command_length", .bytes(1...1_048_576), .fixed("8192"), "The longest shell command, in bytes.")

    // MARK: Limits of a program

    static let limits: [any SettingDeclaration] = [
        maximumExecutionTime, defaultTimeout, maximumProcessorTime, maximumMemory, maximumProcesses, maximumOutput,
        maximumDisk, maximumOpenFiles, compileTimeout, compileMemory, compileProcesses,
    ]

    static let maximumExecutionTime = Setting(
        "max_execution_time", .seconds(0.1...86_400), .fixed("30"), "The most that a request may ask for as `timeout`.")
    static let defaultTimeout = Setting(
        "default_timeout", .seconds(0.1...86_400), .derived("10, or `max_execution_time` if that is less"),
        "Real time of a program whose request names no `timeout`.")
    static let maximumProcessorTime = Setting(
        "max_cpu_seconds", .seconds(0.1...86_400), .derived("as `max_execution_time`"),
        "Processor time of a program with all its processes.")
    static let maximumMemory = Setting(
        "max_memory_mb", .mebibytes(8...1_048_576), .fixed("256"),
        "Memory of a program with all its processes and the files that it writes.")
    static let maximumProcesses = Setting(
        "max_processes", .count(1...32_768), .fixed("64"), "Processes and threads alive at once.")
    static let maximumOutput = Setting(
        "max_output_size", .bytes(1024...268_435_456), .fixed("1048576"),
        "Output kept: the first and the last part, when there is more.")
    static let maximumDisk = Setting(
        "max_disk_mb", .mebibytes(1...1_048_576), .fixed("64"), "Files in `/workspace` and `/tmp` together.")
    static let maximumOpenFiles = Setting(
        "max_open_files", .count(16...1_048_576), .fixed("1024"), "Open files of each process.")
    static let compileTimeout = Setting(
        "compile_timeout", .seconds(0.1...86_400), .fixed("30"), "Real time of a compiler.")
    static let compileMemory = Setting(
        "compile_memory_mb", .mebibytes(64...1_048_576), .fixed("1024"), "Memory of a compiler.")
    static let compileProcesses = Setting(
        "compile_processes", .count(4...32_768), .fixed("64"), "Processes and threads of a compiler.")

    // MARK: Capacity

    static let capacity: [any SettingDeclaration] = [poolSize, maximumConcurrentRuns, maximumQueuedRuns]

    static let poolSize = Setting(
        "pool_size", .count(0...1024), .machine("2 for each processor, 4 to 16") { min(16, max(4, 2 * $0.processors)) },
        "Sandboxes kept ready, so that a program need not wait for one.")
    static let maximumConcurrentRuns = Setting(
        "max_concurrent_runs", .count(1...2048),
        .machine("2 for each processor, at least 4") { max(4, 2 * $0.processors) },
        "Programs that run at once; more wait in the queue.")
    static let maximumQueuedRuns = Setting(
        "max_queued_runs", .count(0...100_000), .fixed("64"), "Programs that wait at once; more are answered with 503.")

    // MARK: Requests

    static let requests: [any SettingDeclaration] = [maximumBody, maximumCode, requestTimeout, shutdownTimeout]

    static let maximumBody = Setting(
        "max_body_bytes", .bytes(4096...1_073_741_824), .fixed("16777216"), "The largest request body.")
    static let maximumCode = Setting(
        "max_code_bytes", .bytes(1...1_073_741_824), .fixed("1048576"), "The largest program.")
    static let requestTimeout = Setting(
        "request_timeout", .seconds(1...3600), .fixed("30"),
        "How long a connection may be silent, and how long the head of a request may take.")
    static let shutdownTimeout = Setting(
        "shutdown_timeout", .seconds(0.1...3600), .fixed("10"),
        "How long running programs may go on after the server was asked to stop.")

    // MARK: Logs

    static let logging: [any SettingDeclaration] = [debug, logLevel, logFormat]

    static let debug = Setting(
        "debug", .flag, .fixed("false"), "Logs everything down to `debug`, if `log_level` is not set.")
    static let logLevel = Setting(
        "log_level", .choice(Logger.Level.allCases), .derived("`info`, or `debug` with `debug`"),
        "The least important events that are logged.")
    static let logFormat = Setting(
        "log_format", .choice(LogFormat.allCases),
        .machine("`text` when standard error is a terminal, or else `json`") {
            $0.standardErrorIsTerminal ? .text : .json
        },
        "One JSON object or one line of text for each event.")
}

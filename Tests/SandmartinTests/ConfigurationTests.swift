import Isolation
import Logging
import Sessions
import Testing

@testable import sandmartin

@Suite struct ConfigurationTests {
    private let machine = Machine(
        processors: 4, isRoot: true, homeDirectory: "/home/ann", standardErrorIsTerminal: false)

    private func configuration(
        _ environment: [String: String] = [:], options: [ConfigurationSources.Option] = [], machine: Machine? = nil
    ) throws(ConfigurationError) -> Configuration {
        try Configuration(
            ConfigurationSources(options: options, environment: environment, machine: machine ?? self.machine))
    }

    @Test func nothingSetGivesTheDefaults() throws {
        let configuration = try configuration()
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 7860)
        #expect(configuration.minimumIsolation == .namespaces)
        #expect(configuration.dataDirectory == "/var/lib/sandmartin")
        #expect(configuration.sandboxDirectory == "/var/lib/sandmartin/sandboxes")
        #expect(configuration.poolSize == 8)
        #expect(configuration.maximumConcurrentRuns == 8)
        #expect(configuration.sandboxProcessors == 4)
        #expect(configuration.userIDs == 200_000...204_095)
        #expect(configuration.logLevel == .info)
        #expect(configuration.logFormat == .json)
        let limits = configuration.limits
        #expect(
            limits.maximum
                == Limits(
                    wall: .seconds(30), cpu: .seconds(30), memory: .mebibytes(256), processes: 64,
                    output: .mebibytes(1),
                    disk: .mebibytes(64)))
        #expect(limits.standard.wall == .seconds(10))
        #expect(limits.standard.cpu == .seconds(10))
        #expect(limits.compile.memory == .mebibytes(1024))
        #expect(limits.compile.cpu == .seconds(120))
    }

    @Test func defaultsFollowTheMachine() throws {
        let machine = Machine(processors: 64, isRoot: false, homeDirectory: "/home/ann", standardErrorIsTerminal: true)
        let configuration = try configuration(machine: machine)
        #expect(configuration.poolSize == 16)
        #expect(configuration.maximumConcurrentRuns == 128)
        #expect(configuration.dataDirectory == "/home/ann/.local/share/sandmartin")
        #expect(configuration.logFormat == .text)
    }

    @Test func theNamesOfBothPredecessorsWork() throws {
        let configuration = try configuration([
            "MAX_EXECUTION_TIME": "5", "MAX_MEMORY_MB": "128", "MAX_OUTPUT_SIZE": "2048", "SANDBOX_DIR": "/scratch",
            "DEBUG": "true",
        ])
        #expect(configuration.limits.maximum.wall == .seconds(5))
        // The default timeout and the processor time give way.
        #expect(configuration.limits.standard.wall == .seconds(5))
        #expect(configuration.limits.maximum.cpu == .seconds(5))
        #expect(configuration.limits.maximum.memory == .mebibytes(128))
        #expect(configuration.limits.maximum.output == ByteCount(2048))
        #expect(configuration.sandboxDirectory == "/scratch")
        #expect(configuration.logLevel == .debug)
    }

    @Test func theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("config.yaml", "port: 1\nhost: file\nmax_processes: 7\n")
        let environment = ["CONFIG": file, "PORT": "2", "HOST": "environment"]
        let option = ConfigurationSources.Option(option: "--port", key: "port", value: "3")
        let configuration = try configuration(environment, options: [option])
        #expect(configuration.port == 3)
        #expect(configuration.host == "environment")
        #expect(configuration.limits.maximum.processes == 7)
    }

    @Test func anEmptyVariableIsNotSet() throws {
        #expect(try configuration(["PORT": ""]).port == 7860)
    }

    // MARK: Errors

    @Test(arguments: [
        ("port: 1\nmax_memry_mb: 3\n", ":2: max_memry_mb is not a setting; did you mean max_memory_mb?"),
        ("colour: red\n", ":1: colour is not a setting; docs/configuration.md lists them"),
        ("config: /x\n", ":1: config is not a setting; docs/configuration.md lists them"),
        ("port: 1\nport: 2\n", ":1: port is there more than once"),
        ("\nport:\n  - 1\n", ":2: port must have one value"),
        ("port:\n", ":1: port must have one value"),
        ("- port\n", ":1: must be a mapping from settings to values"),
        ("host: a\nport: 70000\n", ":2: port must be a whole number, 0 to 65535, not “70000”"),
        ("default_timeout: 40\n", ":1: default_timeout must not be above max_execution_time"),
        ("languages_dir: /no/such\n", ":1: languages_dir must be a directory, and /no/such is none"),
    ])
    func aWrongFileIsRefusedWithLineAndKey(_ text: String, _ message: String) throws {
        let folder = try ScratchFolder()
        let file = try folder.write("config.yaml", text)
        let error = #expect(throws: ConfigurationError.self) { try configuration(["CONFIG": file]) }
        #expect(error?.description == file + message)
    }

    @Test func aFileThatIsNotYAMLIsRefusedWithItsLine() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("config.yaml", "port: 1\nhost: [")
        let error = #expect(throws: ConfigurationError.self) { try configuration(["CONFIG": file]) }
        #expect(error?.description.hasPrefix("\(file):3: is not YAML: ") == true)
    }

    @Test func aFileThatIsNotThereIsRefused() throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration(["CONFIG": "/no/such.yaml"]) }
        #expect(error?.origin == .file(path: "/no/such.yaml", line: nil))
    }

    @Test func anEmptyFileSetsNothing() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("config.yaml", "# nothing yet\n")
        #expect(try configuration(["CONFIG": file]).port == 7860)
    }

    @Test(arguments: [
        ("MAX_EXECUTION_TIME", "30s", "must be a number of seconds, 0.1 to 86400, not “30s”"),
        ("MAX_EXECUTION_TIME", "0", "must be a number of seconds, 0.1 to 86400, not “0”"),
        ("MAX_EXECUTION_TIME", "-1", "must be a number of seconds, 0.1 to 86400, not “-1”"),
        ("MAX_EXECUTION_TIME", "nan", "must be a number of seconds, 0.1 to 86400, not “nan”"),
        ("MAX_EXECUTION_TIME", "1e308", "must be a number of seconds, 0.1 to 86400, not “1e308”"),
        (
            "MAX_MEMORY_MB", "99999999999999999999",
            "must be a whole number of MiB, 8 to 1048576, not “99999999999999999999”"
        ),
        ("MAX_OUTPUT_SIZE", "1M", "must be a whole number of bytes, 1024 to 268435456, not “1M”"),
        ("DEBUG", "maybe", "must be true or false, not “maybe”"),
        ("MINIMUM_ISOLATION", "none", "must be one of landlock, namespaces, not “none”"),
        ("DATA_DIR", "data", "must be an absolute path, not “data”"),
    ])
    func aWrongVariableIsNamed(_ name: String, _ value: String, _ problem: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration([name: value]) }
        #expect(error?.description == "environment variable \(name) \(problem)")
    }

    @Test func aWrongOptionIsNamed() {
        let unknown = ConfigurationSources.Option(option: "--set", key: "max_proceses", value: "1")
        #expect(throws: ConfigurationError.self) { try configuration(options: [unknown]) }
        let error = #expect(throws: ConfigurationError.self) {
            try configuration(options: [.init(option: "--port", key: "port", value: "http")])
        }
        #expect(error?.description == "--port must be a whole number, 0 to 65535, not “http”")
        let setting = #expect(throws: ConfigurationError.self) {
            try configuration(options: [.init(option: "--set", key: "port", value: "http")])
        }
        #expect(setting?.description == "--set port must be a whole number, 0 to 65535, not “http”")
    }

    @Test func theUserIDsMustSufficeForEverySandbox() {
        let error = #expect(throws: ConfigurationError.self) {
            try configuration(["UID_RANGE_SIZE": "8", "POOL_SIZE": "4", "MAX_CONCURRENT_RUNS": "5"])
        }
        #expect(
            error?.description
                == "uid_range_size is 8, and pool_size and max_concurrent_runs together need 9 user ids")
    }

    // MARK: Languages, addresses

    @Test func theLanguagesBesideTheFileAreTakenIfTheyAreThere() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("config.yaml", "port: 1\n")
        #expect(try configuration(["CONFIG": file]).languagesDirectory == nil)
        try folder.write("languages/lua.yaml", "name: lua\n")
        #expect(try configuration(["CONFIG": file]).languagesDirectory == "\(folder.path)/languages")
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) func loopbackNeedsNoKey(_ host: String) throws {
        let configuration = try configuration(["HOST": host])
        try configuration.checkListening(hasKey: false)
        #expect(configuration.access.anonymous(isLoopback: configuration.isLoopback) == .allowedWithoutKeys(.unbounded))
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.0.7", "example.org", "127.0.0.1.example.org"])
    func anotherAddressIsRefusedWithoutAKeyUnlessEverybodyMayCall(_ host: String) throws {
        let closed = try configuration(["HOST": host])
        let error = #expect(throws: ConfigurationError.self) { try closed.checkListening(hasKey: false) }
        #expect(error?.key == "host")
        for fix in ["sandmartin keys create", "API_KEY", "127.0.0.1", "ALLOW_ANONYMOUS=true"] {
            #expect(error?.problem.contains(fix) == true, "\(fix)")
        }
        try closed.checkListening(hasKey: true)
        #expect(closed.access.anonymous(isLoopback: closed.isLoopback) == .refused)
        let open = try configuration(["HOST": host, "ALLOW_ANONYMOUS": "true"])
        try open.checkListening(hasKey: false)
        #expect(open.access.anonymous(isLoopback: open.isLoopback) == .allowed(open.access.anonymousQuota))
    }

    // MARK: Keys and quotas

    @Test func whatAKeyMayUseFollowsTheServersCapacity() throws {
        let configuration = try configuration(["MAX_CONCURRENT_RUNS": "10", "MAX_QUEUED_RUNS": "30"])
        #expect(configuration.access.quota.concurrentRuns == 25)
        #expect(configuration.access.quota.cpuPerHour == .seconds(4 * 3600))
        #expect(configuration.access.anonymousQuota.concurrentRuns == 4)
        let own = try self.configuration(["QUOTA_CONCURRENT_RUNS": "3", "ANONYMOUS_CPU_SECONDS_PER_HOUR": "7"])
        #expect(own.access.quota.concurrentRuns == 3)
        #expect(own.access.anonymousQuota.cpuPerHour == .seconds(7))
    }

    @Test(arguments: ["two words", "ünicode", "a\tb", String(repeating: "x", count: 257)])
    func aKeyThatNoHeaderCanCarryIsRefusedAndNotShown(_ key: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration(["API_KEY": key]) }
        #expect(error?.description == "environment variable API_KEY must be 1 to 256 visible ASCII characters")
    }

    @Test func originsAreAListInLowerCase() throws {
        let configuration = try configuration(["ALLOWED_ORIGINS": "https://A.example, http://b.example:8080"])
        #expect(configuration.access.allowedOrigins == ["https://a.example", "http://b.example:8080"])
        for wrong in ["a.example", "https://a.example/path", "*", ","] {
            #expect(throws: ConfigurationError.self) { try self.configuration(["ALLOWED_ORIGINS": wrong]) }
        }
    }

    @Test func theMachinesLimitsAndTheRecordsAreTheOperators() throws {
        let configuration = try configuration([
            "MAX_CPU_PERCENT": "80", "MAX_MEMORY_PERCENT": "90", "HISTORY_RUNS": "5", "AUDIT_DAYS": "2",
            "AUDIT_CODE": "true",
        ])
        #expect(configuration.machineLimits.cpuPercent == 80)
        #expect(configuration.machineLimits.memoryPercent == 90)
        #expect(configuration.journal.runsPerOwner == 5)
        #expect(configuration.journal.auditAge == .seconds(172_800))
        #expect(configuration.journal.keepsCode)
    }
}

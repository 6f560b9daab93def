import Isolation
import Sessions

extension LimitPolicy {
    /// Compilers write intermediate files whatever the program may write.
    private static let compileDisk = ByteCount.mebibytes(256)

    /// The operator's limits; throws when the default timeout is above the maximum.
    init(_ sources: ConfigurationSources, processors: Int) throws(ConfigurationError) {
        let wall = try sources.value(Settings.maximumExecutionTime)
        let maximum = Limits(
            wall: wall, cpu: try sources.explicit(Settings.maximumProcessorTime)?.value ?? wall,
            memory: try sources.value(Settings.maximumMemory), processes: try sources.value(Settings.maximumProcesses),
            output: try sources.value(Settings.maximumOutput), disk: try sources.value(Settings.maximumDisk),
            openFiles: try sources.value(Settings.maximumOpenFiles))
        var standard = maximum
        standard.wall = try Self.standardWall(sources, maximum: wall)
        standard.cpu = min(maximum.cpu, max(.milliseconds(100), maximum.cpu * (standard.wall / wall)))
        let compileWall = try sources.value(Settings.compileTimeout)
        let compile = Limits(
            wall: compileWall, cpu: compileWall * processors, memory: try sources.value(Settings.compileMemory),
            processes: try sources.value(Settings.compileProcesses), output: maximum.output,
            disk: max(maximum.disk, Self.compileDisk), openFiles: maximum.openFiles)
        self.init(standard: standard, maximum: maximum, compile: compile)
    }

    private static func standardWall(
        _ sources: ConfigurationSources, maximum: Duration
    ) throws(ConfigurationError) -> Duration {
        guard let (wall, origin) = try sources.explicit(Settings.defaultTimeout) else {
            return min(.seconds(10), maximum)
        }
        guard wall <= maximum else {
            throw ConfigurationError(origin, key: "default_timeout", "must not be above max_execution_time")
        }
        return wall
    }
}

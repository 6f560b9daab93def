import Glibc
import Logging

/// Writes each event as one line, with one system call, to standard error.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let clock: @Sendable () -> LogTime
    private let sink: @Sendable ([UInt8]) -> Void

    init(
        label: String, format: LogFormat, level: Logger.Level, clock: @escaping @Sendable () -> LogTime = LogTime.now,
        sink: @escaping @Sendable ([UInt8]) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.label = label
        self.format = format
        self.clock = clock
        self.sink = sink
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { $1 } }
        if let metadata = event.metadata { all.merge(metadata) { $1 } }
        sink(LogLine(format: format, time: clock(), label: label).bytes(event, metadata: all))
    }

    /// One `write` for the whole line, so that lines of several threads do not mix. A line that cannot be written is
    /// lost: there is nobody left to tell.
    @Sendable private static func writeToStandardError(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}

extension Logger {
    /// A logger that writes as the configuration says.
    init(_ label: String, _ configuration: Configuration) {
        self.init(label: label) { label in
            LineLogHandler(label: label, format: configuration.logFormat, level: configuration.logLevel)
        }
    }
}

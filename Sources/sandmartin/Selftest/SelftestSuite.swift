import ArgumentParser

/// The suites of the self-test, in the order in which they run.
enum SelftestSuite: String, CaseIterable, Sendable, ExpressibleByArgument {
    case system
    case security
    case files
    case api
    case performance
    case logging

    var title: String {
        switch self {
        case .system: "System requirements"
        case .security: "Security features"
        case .files: "File operations"
        case .api: "API functionality"
        case .performance: "Performance"
        case .logging: "Logging"
        }
    }

    var checks: [SelftestCheck] {
        switch self {
        case .system: SystemChecks.all
        case .security: AnalysisChecks.all + AccessChecks.all + EscapeChecks.all + LimitChecks.all
        case .files: RunFileChecks.all + SessionFileChecks.all
        case .api: APIChecks.all + SessionChecks.all
        case .performance: PerformanceChecks.all
        case .logging: LoggingChecks.all
        }
    }
}

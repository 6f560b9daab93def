import Isolation

/// What was found out about this machine's isolation.
struct Diagnosis: Sendable {
    /// What is in force; nil when no sandbox could be made.
    var isolation: IsolationReport?
    /// Why no sandbox could be made.
    var problem: String?
    /// Facts about the kernel, one by one.
    var kernel: [DoctorReport.Check]
}

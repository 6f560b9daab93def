import Isolation

/// Where the output of a program goes.
protocol ProgramOutput: Sendable {
    /// False when nobody reads it any more.
    func write(_ bytes: [UInt8], to stream: OutputStream) async -> Bool
}

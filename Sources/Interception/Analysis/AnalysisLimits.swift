/// What bounds one analysis, and how many there are at once.
package struct AnalysisLimits: Hashable, Sendable {
    /// A larger source is not parsed, in bytes. 1 MB of hostile text can take a parser of this kind 3 GB.
    package var sourceBytes: Int
    /// For parsing and reading one program with all code inside it.
    package var deadline: Duration
    /// Nodes that all walks together may visit.
    package var nodes: Int
    /// How deep code inside code is read: 0 reads only the program itself.
    package var embeddingDepth: Int
    /// Analyses at once.
    package var parallelism: Int

    package init(
        sourceBytes: Int = 256 << 10, deadline: Duration = .milliseconds(200), nodes: Int = 4_000_000,
        embeddingDepth: Int = 3, parallelism: Int = 2
    ) {
        self.sourceBytes = sourceBytes
        self.deadline = deadline
        self.nodes = nodes
        self.embeddingDepth = embeddingDepth
        self.parallelism = parallelism
    }

    /// The limits of a server.
    package static let standard = AnalysisLimits()
}

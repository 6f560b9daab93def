package import Interception
package import Isolation
package import Languages
package import LinuxKernel

/// A program to run, already validated: whoever holds one may run it.
package struct ExecutionRequest: Sendable {
    package var code: String
    package var language: Language
    package var standardInput: [UInt8] = []
    package var arguments: [String] = []
    package var environment: [String: String] = [:]
    package var files: [WorkspaceFile] = []
    /// Patterns of files to return.
    package var collect: [GlobPattern] = []
    package var limits: Limits
    /// Decides whether the program may run; nil: the operator's.
    package var policy: Policy?
    package var tests: [TestCase] = []
    /// The session in whose workspace it runs; nil: in a sandbox of its own, which is gone afterwards.
    package var session: SessionID?
    /// Whether output is wanted while the program runs (`Execution.events`); otherwise it comes with the result alone.
    package var streamsOutput = false

    package init(code: String, language: Language, limits: Limits) {
        self.code = code
        self.language = language
        self.limits = limits
    }
}

/// One input with, perhaps, the output that is expected for it.
package struct TestCase: Hashable, Sendable {
    package var name: String
    package var standardInput: [UInt8]
    package var arguments: [String]
    /// Compared after trailing white space of each line and trailing empty lines are dropped; nil: not compared.
    package var expectedOutput: String?

    package init(name: String, standardInput: [UInt8] = [], arguments: [String] = [], expectedOutput: String? = nil) {
        self.name = name
        self.standardInput = standardInput
        self.arguments = arguments
        self.expectedOutput = expectedOutput
    }
}

/// The caller's mistake, with the field it was made in: a 400, never a crash and never "unlimited".
package struct InvalidRequest: Error, Hashable, Sendable {
    /// As on the wire, for example `limits.memory_mb` or `files[3].path`.
    package let field: String
    /// A whole sentence that names the field and what it must be.
    package let message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}

import Glibc

/// How much stands between a program and the host; ordered, the strongest last.
package enum IsolationLevel: String, CaseIterable, Comparable, Sendable, Codable {
    case none, landlock, namespaces

    package static func < (left: IsolationLevel, right: IsolationLevel) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// The walls that are in force, found by trying them at start and repeated in every answer.
package struct IsolationReport: Hashable, Sendable {
    package struct Layer: Hashable, Sendable {
        /// Stable name, such as `seccomp` or `landlock`.
        package var name: String
        /// What is in force, such as `enforced`, `abi7`, `v1`, `private`, or `unavailable`.
        package var state: String

        package init(name: String, state: String) {
            self.name = name
            self.state = state
        }
    }

    package var level: IsolationLevel
    package var layers: [Layer]
    /// Why it is no stronger level, in words for the operator; empty at the strongest.
    package var refusals: [String] = []

    package init(level: IsolationLevel, layers: [Layer]) {
        self.level = level
        self.layers = layers
    }
}

extension IsolationReport {
    /// Who a session's files belong to on the host: its own identity or, at the level landlock, the server.
    package func identity(ofSession own: HostIdentity) -> HostIdentity {
        level == .landlock ? HostIdentity(user: geteuid(), group: getegid()) : own
    }
}

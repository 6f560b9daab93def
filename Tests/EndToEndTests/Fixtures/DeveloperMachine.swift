import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// For tests that use what a simulated container has not: root, a browser, a compiler of Swift, the repository. There they
    /// are skipped, by name.
    static var needsDeveloperMachine: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["TEST_CONTAINER"] == nil,
            "needs root, a browser, Swift or the repository, which a container has not")
    }
}

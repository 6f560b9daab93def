import Dispatch

/// The languages that this server knows, with the tools found for them on this machine.
package struct LanguageRegistry: Sendable {
    /// A language whose tools were found, or the reason why they were not.
    package struct Entry: Hashable, Sendable {
        package let language: Language
        package let availability: Availability
        /// Nil when the language is unavailable.
        package let toolchain: Toolchain?

        package init(language: Language, toolchain: Toolchain) {
            self.language = language
            self.toolchain = toolchain
            availability = .available(version: toolchain.version)
        }

        package init(language: Language, missing: ToolchainMissing) {
            self.language = language
            toolchain = nil
            availability = .unavailable(reason: missing.reason)
        }
    }

    package enum Availability: Hashable, Sendable {
        /// `version` as the tool printed it, one line.
        case available(version: String)
        /// What is missing and how to install it.
        case unavailable(reason: String)
    }

    /// In the order of their names.
    package let entries: [Entry]

    package init(entries: [Entry]) {
        self.entries = entries.sorted { $0.language.name < $1.language.name }
    }

    /// Looks for the tools of every language at once, on threads of their own.
    package init(resolving languages: [Language], with resolver: ToolchainResolver) async {
        let entries = await withTaskGroup(of: Entry.self) { group in
            for language in languages {
                group.addTask { await Self.entry(language, resolver) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        self.init(entries: entries)
    }

    /// Looks a language up by name or alias, ignoring case.
    package func language(named name: String) -> Entry? {
        let wanted = name.lowercased()
        return entries.first { $0.language.name == wanted || $0.language.aliases.contains(wanted) }
    }

    /// Host directories that sandboxes need read-only besides `/usr`, at the same place inside; none lies in another.
    package var mounts: [String] {
        entries.flatMap { $0.toolchain?.mounts ?? [] }.withoutNested()
    }

    private static func entry(_ language: Language, _ resolver: ToolchainResolver) async -> Entry {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(ToolchainMissing) {
                    continuation.resume(
                        returning: Entry(language: language, toolchain: try resolver.resolve(language)))
                } catch {
                    continuation.resume(returning: Entry(language: language, missing: error))
                }
            }
        }
    }
}

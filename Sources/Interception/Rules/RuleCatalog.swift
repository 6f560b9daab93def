package import StrictYAML

/// The rules that are shipped, together with those of the operator.
package struct RuleCatalog: Sendable {
    /// In the order of their ids; each id once.
    package let rules: [Rule]
    /// Also of the rules that are switched off: what names one of them is not wrong.
    package let knownIDs: Set<RuleID>

    /// Reads the rules that are shipped and then the `.yaml` files of `folder`: a rule with the id of a shipped one
    /// replaces it, any other is added, and what a file lists as disabled is left out. Throws at the first file that
    /// cannot be used.
    package init(folder: String? = nil) throws(YAMLFileError) {
        let shipped = try YAMLFolder.shipped("rules")
        try self.init(
            builtIn: shipped.map(RuleFile.init), added: try YAMLFolder.files(in: folder).map(RuleFile.init))
    }

    init(builtIn: [RuleFile], added: [RuleFile]) throws(YAMLFileError) {
        // The patterns of shared.yaml are for all files.
        var reader = Reader()
        for file in builtIn where file.name == Self.shared { try reader.read(file) }
        for file in builtIn where file.name != Self.shared { try reader.read(file) }
        reader.beginReplacing()
        for file in added { try reader.read(file) }
        rules = try reader.chosen()
        knownIDs = reader.ids
    }

    private static let shared = "shared.yaml"

    /// Collects the rules of one file after the other.
    private struct Reader {
        private var patterns = NamedPatterns()
        private var rules: [RuleID: Rule] = [:]
        private var disabled: [RuleFile.Entry.Reference] = []
        /// Where the ids of the files come from that must not name one twice.
        private var owners: [RuleID: String] = [:]

        var ids: Set<RuleID> { Set(rules.keys) }

        mutating func beginReplacing() { owners = [:] }

        mutating func read(_ file: RuleFile) throws(YAMLFileError) {
            let contents = try file.contents(patterns: patterns)
            // Patterns of an ordinary file are its own; a name of another file would change what its rules mean.
            if file.name == RuleCatalog.shared { patterns = contents.patterns }
            for entry in contents.rules {
                if let owner = owners.updateValue(file.name, forKey: entry.rule.id) {
                    throw entry.place.error("id", "“\(entry.rule.id)” is already in \(owner)")
                }
                rules[entry.rule.id] = entry.rule
            }
            disabled += contents.disabled
        }

        func chosen() throws(YAMLFileError) -> [Rule] {
            for reference in disabled where rules[reference.id] == nil {
                throw reference.place.error("disabled", "has “\(reference.id)”, which is no rule")
            }
            let disabled = Set(disabled.map(\.id))
            return rules.values.filter { !disabled.contains($0.id) }.sorted { $0.id < $1.id }
        }
    }
}

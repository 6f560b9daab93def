/// One thing that the operator can decide: its declaration, from which reading, checking and documentation come.
struct Setting<Value: Sendable>: SettingDeclaration {
    /// Key in the configuration file, lower case with underscores.
    let key: String
    let kind: SettingKind<Value>
    let standard: SettingDefault<Value>
    /// One sentence for the table.
    let about: String
    /// A secret's value appears in no message.
    let isSecret: Bool

    init(
        _ key: String, _ kind: SettingKind<Value>, _ standard: SettingDefault<Value>, secret: Bool = false,
        _ about: String
    ) {
        self.key = key
        self.kind = kind
        self.standard = standard
        self.about = about
        isSecret = secret
    }

    var form: String { kind.form }
    var standardText: String { standard.text }

    func check(_ text: String) throws(SettingProblem) { _ = try kind.parse(text) }
}

/// What a setting is when nobody set it.
enum SettingDefault<Value: Sendable>: Sendable {
    /// Written as the operator would write it.
    case fixed(String)
    /// Depends on the machine; the text explains how.
    case machine(String, @Sendable (Machine) -> Value)
    /// Follows from other settings, or means that there is none; the text explains how.
    case derived(String)

    var text: String {
        switch self {
        case .fixed(let text), .machine(let text, _), .derived(let text): text
        }
    }
}

/// What can be said about a setting without knowing the type of its value.
protocol SettingDeclaration: Sendable {
    var key: String { get }
    /// How its values are written and which are allowed, in words.
    var form: String { get }
    var standardText: String { get }
    var about: String { get }
    var isSecret: Bool { get }

    /// Throws unless `text` is a value of the setting.
    func check(_ text: String) throws(SettingProblem)
}

extension SettingDeclaration {
    /// The key in upper case, without a prefix.
    var environmentName: String { key.uppercased() }
}

/// Why a text is no value of a setting; continues a sentence that begins with the setting's name.
struct SettingProblem: Error, Hashable {
    let problem: String
}

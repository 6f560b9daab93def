import Foundation
import Interception
import Isolation
import Languages
import Sessions

/// What `doctor` has to say: a pure value, made from what was found out.
struct DoctorReport: Hashable, Sendable, Encodable {
    struct Check: Hashable, Sendable, Encodable {
        enum State: String, Sendable, Encodable {
            case ok
            /// Something that is needed is not there.
            case missing
            /// Something that may be absent, is.
            case note
        }

        var section: String
        var name: String
        var state: State
        /// What was found.
        var value: String
        /// What to do about it.
        var fix: String?

        init(_ section: String, _ name: String, _ state: State, _ value: String, fix: String? = nil) {
            self.section = section
            self.name = name
            self.state = state
            self.value = value
            self.fix = fix
        }
    }

    let version: String
    let checks: [Check]

    var isSomethingMissing: Bool { checks.contains { $0.state == .missing } }

    init(diagnosis: Diagnosis, minimum: IsolationLevel, languages: LanguageRegistry, screening: Screening) {
        version = Sandmartin.version
        checks =
            Self.isolation(diagnosis, minimum) + diagnosis.kernel + languages.entries.map(Self.language)
            + Self.analysis(screening)
    }

    /// For a configuration that nothing can start with.
    init(unusableConfiguration problem: String) {
        version = Sandmartin.version
        checks = [Check("configuration", "settings", .missing, problem, fix: "see docs/configuration.md")]
    }

    private static func isolation(_ diagnosis: Diagnosis, _ minimum: IsolationLevel) -> [Check] {
        guard let report = diagnosis.isolation else {
            let problem = diagnosis.problem ?? "no sandbox could be made"
            return [Check("isolation", "level", .missing, problem, fix: fix(for: minimum))]
        }
        let isEnough = report.level >= minimum
        let level = Check(
            "isolation", "level", isEnough ? .ok : .missing, "\(report.level.rawValue), required: \(minimum.rawValue)",
            fix: isEnough ? nil : fix(for: minimum))
        return [level] + report.refusals.map { Check("isolation", "stronger level", .note, $0, fix: wayToNamespaces) }
            + report.layers.map { layer in
                let isMissing = layer.state == "unavailable"
                let words = isMissing ? Self.meanings[layer.name].map { "; \($0)" } ?? "" : ""
                return Check("isolation", layer.name, isMissing ? .note : .ok, layer.state + words)
            }
    }

    /// What it means that a layer is not there.
    private static let meanings = [
        "namespaces": "programs see the machine's root, and its numbers of processes",
        "cgroup": "a supervisor accounts memory, processes and processor time instead",
        "landlock": "files are kept apart by mounts alone; Linux 5.13 with lsm=landlock adds this layer",
        "landlock_refer": "programs cannot move or link files between folders; Linux 5.19 lets them",
        "landlock_truncate": "toolchains must not belong to the server's user; Linux 6.2 adds this layer",
        "landlock_tcp": "the system-call filter alone refuses sockets; Linux 6.7 adds this layer",
        "landlock_device_ioctl": "the rules on files alone close devices; Linux 6.10 adds this layer",
        "landlock_scopes": "the supervisor alone keeps signals apart; Linux 6.12 adds this layer",
    ]

    private static func analysis(_ screening: Screening) -> [Check] {
        let languages = SourceLanguage.allCases.map(\.rawValue).joined(separator: ", ")
        let others = screening.policies.allowed.map(\.name).filter { $0 != screening.policies.standard.name }
        let allowed = others.isEmpty ? "" : "; a request may name \(others.joined(separator: ", "))"
        return [
            Check("analysis", "rules", .ok, "\(screening.interceptor.rules.count)"),
            Check("analysis", "languages", .ok, "\(SourceLanguage.allCases.count): \(languages)"),
            Check("analysis", "policy", .ok, screening.policies.standard.name + allowed),
        ]
    }

    /// How the level namespaces is had.
    static let wayToNamespaces =
        "start as root, or allow unprivileged user namespaces (sysctl user.max_user_namespaces, and on Ubuntu "
        + "kernel.apparmor_restrict_unprivileged_userns=0) and give the server a control group of its own "
        + "(systemd-run --user --scope -p Delegate=yes)"

    private static func fix(for minimum: IsolationLevel) -> String {
        switch minimum {
        case .namespaces:
            wayToNamespaces + ", or accept less with minimum_isolation: landlock"
        case .landlock, .none:
            "use Linux 5.13 or later with Landlock (CONFIG_SECURITY_LANDLOCK, lsm=landlock)"
        }
    }

    private static func language(_ entry: LanguageRegistry.Entry) -> Check {
        let name = entry.language.name
        switch entry.availability {
        case .available(let version):
            return Check("languages", name, .ok, version)
        case .unavailable(let reason):
            return Check("languages", name, .missing, reason, fix: "apt-get install \(entry.language.packages)")
        }
    }
}

import Isolation
import Sessions

extension WallTime {
    static func second(_ number: Int) -> WallTime { WallTime(milliseconds: 1_700_000_000_000 + 1000 * number) }
}

extension Owner {
    static var random: Owner {
        var generator = SystemRandomNumberGenerator()
        return .key(KeyID(using: &generator))
    }
}

extension KeyRecord {
    static func sample(_ change: (inout QuotaOverrides) -> Void = { _ in }) -> KeyRecord {
        var generator = SystemRandomNumberGenerator()
        let secret = KeySecret(using: &generator)
        var overrides = QuotaOverrides()
        change(&overrides)
        return KeyRecord(
            id: KeyID(using: &generator), name: "añn's \"key\"", role: .administrator, digest: secret.digest,
            hint: secret.hint, created: .second(1), expires: .second(100), overrides: overrides)
    }

    /// Everything but the digest, which has no equality on purpose.
    var facts: String {
        "\(id) \(name) \(role) \(hint) \(created) \(String(describing: expires)) \(String(describing: revoked)) "
            + "\(String(describing: lastUsed)) \(overrides)"
    }
}

extension AuditEvent {
    static func sample(_ second: Int = 0, _ action: Action = .run, owner: Owner? = .anonymous) -> AuditEvent {
        AuditEvent(
            time: .second(second), owner: owner, actor: "ann", address: "::1", action: action, subject: "s",
            decision: action == .signIn ? .denied : .allowed, outcome: nil, details: ["ü": "\"\n\u{0}"])
    }
}

extension FinishedRun {
    static func sample(_ second: Int, owner: Owner = .anonymous, _ outcome: Outcome = .ok) -> FinishedRun {
        var generator = SystemRandomNumberGenerator()
        return FinishedRun(
            id: ExecutionID(using: &generator), owner: owner, language: second.isMultiple(of: 2) ? "bash" : "python",
            outcome: outcome, isSuccess: outcome == .ok, exitCode: outcome == .ok ? 0 : nil, accepted: .second(second),
            ended: .second(second + 1), queued: .microseconds(7), wall: .milliseconds(1500), cpu: .seconds(2),
            peakMemory: .mebibytes(3))
    }
}

extension SessionRow {
    static func sample(owner: Owner = .anonymous, isDefault: Bool = false) -> SessionRow {
        var generator = SystemRandomNumberGenerator()
        return SessionRow(
            id: SessionID(using: &generator), owner: owner, user: .random(in: 1...(.max), using: &generator),
            created: .second(1), isDefault: isDefault, name: nil, expires: .second(3600), idleTimeout: .seconds(600),
            limits: SessionLimits(memory: .mebibytes(256), processes: 64, scratch: .mebibytes(16)),
            disk: .mebibytes(100), environment: ["A": "b\n", "É": ""], metadata: ["course": "1"])
    }
}

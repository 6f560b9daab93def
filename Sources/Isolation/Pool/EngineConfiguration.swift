import CLinux
import Glibc

/// What the operator decides about sandboxes.
package struct EngineConfiguration: Sendable {
    /// Path of `sandmartin-launcher`.
    package var launcher: String
    /// Host directories outside /usr that hold toolchains, canonical.
    package var toolchains: [String] = []
    /// Sandboxes kept ready, beside those in use.
    package var poolSize = 4
    /// Sandboxes kept half made for sessions, which is all that can be done before the session is known.
    package var sessionPoolSize = 0
    /// Sandboxes alive at once, ready ones included; 1 to 4096.
    package var maximumSandboxes = 64
    /// Host ids for sandboxes when the server is root: `firstUser + slot`.
    package var firstUser: UInt32 = 200_000
    /// Processors that one sandbox may use at once, 1 to what the machine has.
    package var processors: Int
    /// What a pooled sandbox is made for; another disk limit gets a sandbox of its own making.
    package var standard: Limits
    /// Whether sandboxes have terminals (/dev/pts).
    package var terminals = true
    /// The strongest level to try; the one below is tried when this machine does not allow it.
    package var strongest = IsolationLevel.namespaces
    /// The weakest level that will do.
    package var weakest = IsolationLevel.landlock
    /// Absolute path of the folder for what sandboxes write at the level landlock. It is made if it is not there. Programs
    /// must be allowed to start there.
    package var scratch = "/tmp/sandmartin-\(geteuid())"
    /// The highest version of Landlock to use, for tests of what older kernels enforce.
    package var maximumLandlock = Int.max
    /// Told about what went wrong beside a request.
    package var report: @Sendable (String) -> Void = { _ in }

    package init(launcher: String, standard: Limits, processors: Int? = nil) {
        self.launcher = launcher
        self.standard = standard
        let available = Self.availableProcessors
        self.processors = min(max(1, processors ?? available.count), max(1, available.count))
    }

    /// Our ids, when we are not root and sandboxes live in a user namespace of our own.
    var ownIdentity: (user: UInt32, group: UInt32)? { isPrivileged ? nil : (geteuid(), getegid()) }

    var isPrivileged: Bool { geteuid() == 0 }

    func hostUser(slot: Int) -> UInt32 {
        // Without privilege, id 0 of the launcher's own namespace is the only identity there is.
        isPrivileged ? firstUser + UInt32(slot) : 0
    }

    /// Who sandboxes are at the level landlock: ourselves, or somebody else if we are root.
    var confinedIdentity: HostIdentity {
        isPrivileged ? HostIdentity(user: firstUser, group: firstUser) : HostIdentity(user: geteuid(), group: getegid())
    }

    /// The kernel's share of processor time, nil when a sandbox may use all processors.
    var processorShare: Double? {
        processors < Self.availableProcessors.count ? Double(processors) : nil
    }

    /// Which processors a slot is bound to, spread over the machine; 0 when it may use all.
    func affinity(slot: Int) -> UInt64 {
        let available = Self.availableProcessors
        guard processors < available.count else { return 0 }
        return (0..<processors).reduce(0) { $0 | 1 << UInt64(available[(slot * processors + $1) % available.count]) }
    }

    /// The processors that this process may use, as far as one word names them.
    private static let availableProcessors: [Int] = {
        var mask: UInt64 = 0
        guard linux_get_affinity(&mask) > 0 else { return [0] }
        return (0..<64).filter { mask & (1 << UInt64($0)) != 0 }
    }()
}

import Glibc
import LinuxKernel

/// What the sandboxes of one level stand on.
struct EngineFoundation: Sendable {
    var template: SandboxTemplate
    var cgroups: any CgroupParent
    /// Where sandboxes write at the level landlock.
    var folders: SandboxFolders?
    var isolation: IsolationReport

    static func lay(
        _ level: IsolationLevel, _ configuration: EngineConfiguration
    ) async throws(SystemError) -> EngineFoundation {
        switch level {
        case .namespaces: try namespaces(configuration)
        case .landlock: try await confined(configuration)
        case .none: throw SystemError("run programs", "without isolation", Errno(EPERM))
        }
    }

    private static func namespaces(_ configuration: EngineConfiguration) throws(SystemError) -> EngineFoundation {
        let cgroups = try CgroupHierarchy.discover().makeParent()
        let template = SandboxTemplate(
            root: RootPlan(
                host: try .gather(), toolchains: configuration.toolchains, processors: configuration.processors),
            filter: SeccompFilter(SandboxSyscalls.policy).instructions,
            landlock: .current, identity: configuration.ownIdentity)
        return EngineFoundation(
            template: template, cgroups: cgroups,
            isolation: IsolationReport(configuration: configuration, cgroups: cgroups))
    }

    private static func confined(
        _ configuration: EngineConfiguration
    ) async throws(SystemError) -> EngineFoundation {
        let support = LandlockSupport.probe()
        let abi = min(support.abi, configuration.maximumLandlock)
        guard abi > 0 else { throw SystemError("use", "Landlock", support.refusal ?? Errno(ENOSYS)) }
        let ruleset = LandlockRuleset(abi: abi, network: [.bindTCP, .connectTCP])
        let folders = try await SandboxFolders.open(
            below: configuration.scratch, owner: configuration.confinedIdentity)
        let plan = ConfinedPlan(
            host: try .gather(), toolchains: configuration.toolchains, script: folders.script, ruleset: ruleset)
        let template = SandboxTemplate(
            root: RootPlan(plan), filter: SeccompFilter(SandboxSyscalls.confinedPolicy(abi: abi)).instructions,
            landlock: ruleset, identity: nil, confinedIdentity: configuration.confinedIdentity)
        return EngineFoundation(
            template: template, cgroups: SupervisedGroups(), folders: folders,
            isolation: .confined(abi: abi, configuration: configuration))
    }
}

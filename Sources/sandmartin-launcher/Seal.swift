import CLinux

/// Shuts this process, and all that it will start, in for good.
enum Seal {
    static func seal(_ template: Template) throws(SetupFailure) {
        try check(linux_prctl(PR_SET_DUMPABLE, 0, 0), STAGE_DUMPABLE)
        try Identity.dropAllCapabilities()
        try check(linux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), STAGE_NO_NEW_PRIVILEGES)
        try restrictFiles(template)
        try template.installFilter()
    }

    /// Limits core dumps to one byte, not zero: a core pattern that names a program has the kernel start it, outside of the
    /// sandbox and as root, for 0 but not for 1 (core(5)). Everything inherits it, and the filter keeps it.
    ///
    /// Where the limit is 0 already and we may not raise it, it stays 0.
    static func limitCoreDumps() throws(SetupFailure) {
        let resource = Int32(RLIMIT_CORE.rawValue)
        let result = linux_prlimit(resource, 1, 1)
        guard result == -Int(EPERM) else { return _ = try check(result, STAGE_LIMITS) }
        var limit = rlimit()
        try check(linux_getrlimit(resource, &limit), STAGE_LIMITS)
        guard limit.rlim_max == 0 else { throw SetupFailure(STAGE_LIMITS, result: result) }
    }

    /// Landlock (landlock(7)): only what the template allows, whatever the mounts would show.
    private static func restrictFiles(_ template: Template) throws(SetupFailure) {
        guard template.landlock.landlock_size > 0 else { return }
        let ruleset = try makeRuleset(template)
        try template.forEach(OPERATION_ALLOW) { rule throws(SetupFailure) in
            let place = Int32(try check(linux_open(rule.path, LINUX_O_PATH, 0), STAGE_LANDLOCK))
            try check(linux_landlock_allow_beneath(ruleset, place, rule.attributes), STAGE_LANDLOCK)
            _ = linux_close(place)
        }
        try check(linux_landlock_restrict(ruleset), STAGE_LANDLOCK)
        _ = linux_close(ruleset)
    }

    /// A ruleset that handles what the template says, without rules.
    static func makeRuleset(_ template: Template) throws(SetupFailure) -> Int32 {
        let message = template.landlock
        var attributes = linux_landlock_ruleset(
            handled_files: message.landlock_files, handled_network: message.landlock_network,
            scoped: message.landlock_scopes)
        return Int32(try check(linux_landlock_create(&attributes, Int(message.landlock_size)), STAGE_LANDLOCK))
    }
}

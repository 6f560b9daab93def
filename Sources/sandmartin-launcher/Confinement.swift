import CLinux

// Theory of operation of the level landlock
//
// Where no namespace and no mount can be had, a sandbox is walls around processes that otherwise see what the server sees:
// Landlock rules for files, the filter for everything else. What a namespace would tell apart and a cgroup would count has
// a process of its own, the supervisor (Supervisor.swift): parent of the keeper, outside of the walls, one for each
// sandbox. The filter hands it every fork, every signal and what changes modes and times by a path, and it answers.
//
//     launcher      subreaper; kills what a lost supervisor leaves
//      └ supervisor   subreaper; counts, answers, kills; when it has ended nothing of the sandbox is left
//         └ keeper      sealed like the programs
//            └ (warden)
//               └ program
//
// All of them have the server's user id. So neither launcher nor supervisor is dumpable, which closes their memory, their
// descriptors and their environment to everybody of that id, and Landlock lets nobody trace out of its domain.

/// The launcher's part of the level landlock, and how its keepers are sealed.
enum Confinement {
    /// Returns a descriptor that is readable when children have ended.
    static func begin() throws(SetupFailure) -> Int32 {
        try preferToEnd()
        try check(linux_prctl(PR_SET_DUMPABLE, 0, 0), STAGE_DUMPABLE)
        try check(linux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), STAGE_NO_NEW_PRIVILEGES)
        try check(linux_prctl(PR_SET_CHILD_SUBREAPER, 1, 0), STAGE_SUPERVISOR)
        return try Reaping.begin()
    }

    /// Supervisors find what they count and kill by lists that a kernel can be built without (CONFIG_PROC_CHILDREN), or that
    /// whoever we are by now may not get to.
    private static func findChildren() throws(SetupFailure) {
        let file = ProcessFile.open(getpid(), "/task/", getpid(), "/children", O_RDONLY)
        _ = linux_close(Int32(try check(Int(file), STAGE_CHILDREN)))
    }

    /// When the machine has no memory left, programs end before the server does: all that is started from here inherits it.
    private static func preferToEnd() throws(SetupFailure) {
        let file = Int32(try check(linux_open("/proc/self/oom_score_adj", O_WRONLY, 0), STAGE_SUPERVISOR))
        defer { _ = linux_close(file) }
        try check(linux_write(file, "1000", 4), STAGE_SUPERVISOR)
    }

    /// Gives up every capability and, if the server is root, its identity: then sandboxes are strangers to it as well.
    static func becomeNobody(_ user: UInt32, _ group: UInt32) throws(SetupFailure) {
        if user != 0 {
            try Identity.dropBoundingCapabilities()
            try check(linux_setgroups_none(), STAGE_IDENTITY)
            try check(linux_setresgid(gid_t(group)), STAGE_IDENTITY)
            try check(linux_setresuid(uid_t(user)), STAGE_IDENTITY)
            try check(linux_prctl(PR_SET_DUMPABLE, 0, 0), STAGE_DUMPABLE)
        }
        try check(linux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0), STAGE_CAPABILITIES)
        try check(linux_capset(0), STAGE_CAPABILITIES)
        try findChildren()
    }

    /// Opens the path of a rule for good: what is of /proc would not be the same file when it is looked up again.
    static func open(_ operation: Operation) throws(SetupFailure) -> UInt32 {
        UInt32(try check(linux_open(operation.path, LINUX_O_PATH, 0), STAGE_LANDLOCK))
    }

    /// Shuts this process, and all that it will start, in for good. Returns the listener of its filter.
    static func seal(_ template: Template, workspace: Int32, temporary: Int32) throws(SetupFailure) -> Int32 {
        try check(linux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), STAGE_NO_NEW_PRIVILEGES)
        let ruleset = try Seal.makeRuleset(template)
        try template.forEach(OPERATION_ALLOW) { rule throws(SetupFailure) in
            try check(linux_landlock_allow_beneath(ruleset, Int32(rule.mode), rule.attributes), STAGE_LANDLOCK)
        }
        let own = template.landlock.landlock_own
        try check(linux_landlock_allow_beneath(ruleset, workspace, own), STAGE_LANDLOCK)
        try check(linux_landlock_allow_beneath(ruleset, temporary, own), STAGE_LANDLOCK)
        try check(linux_landlock_restrict(ruleset), STAGE_LANDLOCK)
        _ = linux_close(ruleset)
        return try template.installFilterWithListener()
    }
}

/// The supervisors that live, by their slots.
struct SupervisorTable {
    /// Pids; 0 for none.
    private let pids: UnsafeMutablePointer<Int32>

    init(_ memory: UnsafeMutablePointer<Int32>) { pids = memory }

    func add(_ pid: Int32, slot: Int) { pids[slot] = pid }

    func contains(_ pid: Int32) -> Bool { index(of: pid) != nil }

    private func index(of pid: Int32) -> Int? {
        for index in 0..<Int(MESSAGE_MAXIMUM_SLOTS) where pids[index] == pid { return index }
        return nil
    }

    /// Waits for what has ended. A supervisor that was killed leaves its sandbox to us: that is ended here, before anything
    /// else is done. Without its supervisor nothing of it can fork any more.
    func reap(_ children: Int32, scan memory: UnsafeMutableRawPointer) {
        var drained = signalfd_siginfo()
        while linux_read(children, &drained, MemoryLayout<signalfd_siginfo>.size) > 0 {}
        var isOneLost = false
        while true {
            var status: Int32 = 0
            let pid = linux_wait4(-1, &status, WNOHANG, nil)
            guard pid > 0 else { break }
            if let index = index(of: Int32(pid)) {
                pids[index] = 0
                isOneLost = isOneLost || status != 0
            }
        }
        if isOneLost { killStrays(memory) }
    }

    private func killStrays(_ memory: UnsafeMutableRawPointer) {
        while true {
            var tree = TreeScan(memory: memory)
            tree.listChildren(of: getpid())
            var strays = 0
            for index in 0..<tree.count where !contains(tree[index].pid) {
                strays += 1
                _ = linux_kill(tree[index].pid, SIGKILL)
                _ = linux_wait4(tree[index].pid, nil, WNOHANG, nil)
            }
            if strays == 0 { return }
            _ = linux_poll(nil, 0, 1)
        }
    }
}

import LinuxKernel
import Testing

/// What is found in the texts of hosts of each kind.
@Suite struct CgroupHierarchyTests {
    @Test func aHostWithTheUnifiedHierarchy() {
        let found = CgroupHierarchy.candidates(
            mountinfo: """
                24 30 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
                35 25 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
                """,
            membership: "0::/user.slice/user-1000.slice/session-3.scope\n")
        #expect(
            found == [
                .v2(CgroupPlace(mountPoint: "/sys/fs/cgroup", group: "/user.slice/user-1000.slice/session-3.scope"))
            ])
    }

    @Test func aHostWithVersionOne() {
        let found = CgroupHierarchy.candidates(
            mountinfo: """
                32 31 0:28 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
                33 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:14 - cgroup cgroup rw,cpu,cpuacct
                34 31 0:32 / /sys/fs/cgroup/memory rw,nosuid shared:15 - cgroup cgroup rw,memory
                35 31 0:33 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
                """,
            membership: """
                11:pids:/user.slice/user-0.slice
                8:cpu,cpuacct:/user.slice
                4:memory:/user.slice/user-0.slice
                1:name=systemd:/user.slice/user-0.slice/session-1.scope
                """)
        let processor = CgroupPlace(mountPoint: "/sys/fs/cgroup/cpu,cpuacct", group: "/user.slice")
        #expect(
            found == [
                .v1([
                    .cpu: processor, .cpuacct: processor,
                    .memory: CgroupPlace(mountPoint: "/sys/fs/cgroup/memory", group: "/user.slice/user-0.slice"),
                    .pids: CgroupPlace(mountPoint: "/sys/fs/cgroup/pids", group: "/user.slice/user-0.slice"),
                ])
            ])
    }

    @Test func aHostWithBothPrefersTheOneThatHasTheControllers() {
        let found = CgroupHierarchy.candidates(
            mountinfo: """
                32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
                33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
                35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
                41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
                """,
            membership: "8:pids:/\n4:memory:/process_api/67a3\n2:cpuacct:/\n1:cpu:/\n0::/\n")
        #expect(found.map(\.version) == [1, 2])
        guard case .v1(let places) = found.first else { return }
        #expect(places[.memory]?.path == "/sys/fs/cgroup/memory/process_api/67a3")
        #expect(places[.pids]?.path == "/sys/fs/cgroup/pids")
    }

    @Test func versionOneWithoutAControllerIsNotOffered() {
        let found = CgroupHierarchy.candidates(
            mountinfo: "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", membership: "1:cpu:/\n0::/\n")
        #expect(found.isEmpty)
    }

    @Test func aContainerWithANamespaceOfItsOwn() {
        let found = CgroupHierarchy.candidates(
            mountinfo: "900 880 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n",
            membership: "0::/\n")
        #expect(found == [.v2(CgroupPlace(mountPoint: "/sys/fs/cgroup", group: ""))])
    }

    @Test func aContainerThatSeesTheHostsPathsThroughItsOwnMount() {
        let mountinfo = "900 880 0:30 /docker/abc /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n"
        #expect(
            CgroupHierarchy.candidates(mountinfo: mountinfo, membership: "0::/docker/abc/worker\n")
                == [.v2(CgroupPlace(mountPoint: "/sys/fs/cgroup", group: "/worker"))])
        // not ours, although the name begins alike
        #expect(CgroupHierarchy.candidates(mountinfo: mountinfo, membership: "0::/docker/abcdef\n").isEmpty)
    }

    @Test func aGroupOutsideOfTheNamespaceIsOutOfReach() {
        let found = CgroupHierarchy.candidates(
            mountinfo: "900 880 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n", membership: "0::/../other\n")
        #expect(found.isEmpty)
    }

    @Test func mountPointsWithSpacesAreUnderstood() {
        let found = CgroupHierarchy.candidates(
            mountinfo: "900 880 0:30 / /mnt/control\\040groups\\134x rw - cgroup2 none rw\n", membership: "0::/a\n")
        #expect(found == [.v2(CgroupPlace(mountPoint: "/mnt/control groups\\x", group: "/a"))])
    }

    @Test(arguments: [
        "", "\n", "garbage", "1 2 3 - cgroup2 x", "a b c d e f - cgroup2", "0::", "::::", "0::/\n-1:memory",
    ])
    func brokenTextsOfferNothing(text: String) {
        #expect(CgroupHierarchy.candidates(mountinfo: text, membership: text).isEmpty)
    }
}

import Testing

@testable import Languages

@Suite struct HostDirectoriesTests {
    private let directories = HostDirectories(home: "/home/ann", reserved: [])

    @Test func aToolOfTheSystemNeedsNothing() throws {
        #expect(try directories.needed(by: "/usr/bin/env") == [])
        #expect(try directories.needed(by: "/bin/sh") == [])
    }

    @Test func aToolInABinFolderNeedsItsInstallation() throws {
        let folder = try ScratchFolder()
        let tool = try folder.script("lua-5/bin/lua", "")
        #expect(try directories.needed(by: tool) == ["\(folder.path)/lua-5"])
    }

    @Test func everyPlaceThatALinkLeadsThroughIsNeeded() throws {
        let folder = try ScratchFolder()
        let real = try folder.script("store/lua-5/bin/lua5", "")
        try folder.link("current/bin/lua", to: real)
        let tool = try folder.link("chosen/lua", to: "../current/bin/lua")
        #expect(
            try directories.needed(by: tool).sorted()
                == ["chosen", "current", "store/lua-5"].map { "\(folder.path)/\($0)" })
    }

    @Test(arguments: ["/", "/opt", "/root", "/home", "/home/ann", "/home/bob"])
    func aHomeOrATopDirectoryIsNeverShown(_ path: String) {
        let error = #expect(throws: ToolchainMissing.self) { try directories.allowed(path, for: "lua") }
        #expect(error?.reason.contains("is never shown to programs") == true)
    }

    @Test func aVersionFolderInsideAHomeMayBeShown() throws {
        let path = "/home/ann/.pyenv/versions/3.11.7"
        #expect(try directories.allowed(path, for: "python3") == path)
    }

    @Test(arguments: ["/tmp/lua/bin", "/proc/self/root", "/run/user/lua", "/etc/lua/x"])
    func whereTheSandboxHasItsOwnNothingIsShown(_ path: String) {
        #expect(throws: ToolchainMissing.self) { try HostDirectories(home: "/root").allowed(path, for: "lua") }
    }

    @Test func aDirectoryIsNeededUnderBothOfItsNames() throws {
        let folder = try ScratchFolder()
        try folder.write("lua-5.4/lib/x", "")
        let link = try folder.link("lua", to: "lua-5.4")
        #expect(
            try directories.needed(directory: link, for: "lua") == ["\(folder.path)/lua", "\(folder.path)/lua-5.4"])
    }

    @Test func aDirectoryInsideAnotherIsLeftOut() {
        #expect(
            ["/opt/b", "/opt/a/x", "/opt/a", "/opt/ab", "/opt/b"].withoutNested() == ["/opt/a", "/opt/ab", "/opt/b"])
    }

    @Test func librariesOutsideTheSystemAndMissingOnesAreTold() {
        let libraries = SharedLibraries.parse([
            "linux-vdso.so.1 (0x00007ffe)",
            "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f)",
            "librustc_driver.so => /opt/rust/bin/../lib/librustc_driver.so (0x00007f)",
            "libnone.so.3 => not found",
            "/lib64/ld-linux-x86-64.so.2 (0x00007f)",
        ])
        #expect(libraries.outside == ["/opt/rust/bin/../lib/librustc_driver.so"])
        #expect(libraries.missing == ["libnone.so.3"])
    }
}

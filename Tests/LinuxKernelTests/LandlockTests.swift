import CLinux
import Foundation
import LinuxKernel
import Testing

@Suite struct LandlockTests {
    @Test(arguments: [
        (0, 0, 0), (1, 0x1FFF, 8), (2, 0x3FFF, 8), (3, 0x7FFF, 8), (4, 0x7FFF, 16), (5, 0xFFFF, 16), (6, 0xFFFF, 24),
        (9, 0xFFFF, 24),
    ])
    func eachVersionHandlesWhatItKnows(abi: Int, files: UInt64, size: Int) {
        let ruleset = LandlockRuleset(abi: abi, network: [.bindTCP, .connectTCP])
        #expect(ruleset.handledFiles.rawValue == files)
        #expect(ruleset.attributeSize == size)
        #expect(ruleset.handledNetwork == (abi >= 4 ? [.bindTCP, .connectTCP] : []))
        #expect(ruleset.scopes == (abi >= 6 ? [.abstractUnixSocket, .signal] : []))
    }

    @Test func aRuleNeverNamesWhatIsNotHandled() {
        let old = LandlockRuleset(abi: 1)
        #expect(!old.rule(.readWrite, onFile: false).contains(.refer))
        #expect(old.rule(.readWrite, onFile: true) == [.readFile, .writeFile])
        #expect(LandlockRuleset(abi: 0).rule(.readWrite, onFile: false).isEmpty)
        #expect(
            LandlockRuleset(abi: 5).rule(.device, onFile: true) == [.readFile, .writeFile, .truncate, .ioctlDevice])
    }

    @Test func theKernelTakesTheDescriptionOfEveryVersionItKnows() throws {
        let support = LandlockSupport.probe()
        try #require(support.abi >= 1, "this kernel has no Landlock: \(support.refusal?.description ?? "")")
        for abi in 1...support.abi {
            let ruleset = LandlockRuleset(abi: abi, network: [.bindTCP, .connectTCP])
            let domain = try Self.create(ruleset)
            let file = try Descriptor(
                result: linux_open("/etc/passwd", 0o10000000 /* O_PATH */, 0), "open", "/etc/passwd")
            let folder = try Descriptor(result: linux_open("/etc", 0o10000000 /* O_PATH */, 0), "open", "/etc")
            let ofFile = ruleset.rule(.readExecute, onFile: true).rawValue
            let ofFolder = ruleset.rule(.readWrite, onFile: false).rawValue
            #expect(linux_landlock_allow_beneath(domain.number, file.number, ofFile) == 0)
            #expect(linux_landlock_allow_beneath(domain.number, folder.number, ofFolder) == 0)
            #expect(linux_landlock_allow_beneath(domain.number, file.number, ofFolder) == Int(-EINVAL))
        }
    }

    /// A domain confines the thread that enters it and no other, so one that ends is as good as a child.
    @Test func whatTheRulesetHandlesIsRefusedAndWhatARuleAllowsIsNot() async throws {
        let scratch = try ScratchFolder()
        let allowed = try scratch.folder("allowed")
        let other = try scratch.folder("other")
        try scratch.file("other/secret", "x")
        let ruleset = LandlockRuleset(abi: LandlockSupport.probe().abi)
        let answers = try await onThreadOfItsOwn { () throws -> [Int] in
            let domain = try Self.create(ruleset)
            let folder = try Descriptor(result: linux_open(allowed, 0o10000000 /* O_PATH */, 0), "open", allowed)
            let access = ruleset.rule(.readWrite, onFile: false).rawValue
            try SystemError.check(linux_landlock_allow_beneath(domain.number, folder.number, access), "allow", allowed)
            try SystemError.check(linux_prctl(38 /* PR_SET_NO_NEW_PRIVS */, 1, 0), "prctl", "no_new_privs")
            try SystemError.check(linux_landlock_restrict(domain.number), "landlock_restrict_self", "")
            return [
                Self.tryOpen(allowed + "/new", O_CREAT | O_RDWR), Self.tryOpen(allowed + "/new", O_RDWR | O_TRUNC),
                Self.tryOpen(other + "/secret", O_RDONLY), Self.tryOpen(other + "/new", O_CREAT | O_WRONLY),
                linux_mkdirat(AT_FDCWD, other + "/folder", 0o700),
            ]
        }
        #expect(answers == [0, 0, Int(-EACCES), Int(-EACCES), Int(-EACCES)])
    }

    private static func create(_ ruleset: LandlockRuleset) throws -> Descriptor {
        var attributes = linux_landlock_ruleset(
            handled_files: ruleset.handledFiles.rawValue, handled_network: ruleset.handledNetwork.rawValue,
            scoped: ruleset.scopes.rawValue)
        return try Descriptor(
            result: linux_landlock_create(&attributes, ruleset.attributeSize), "landlock_create_ruleset", "\(ruleset)")
    }

    private static func tryOpen(_ path: String, _ flags: Int32) -> Int {
        let result = linux_open(path, flags, 0o600)
        return result < 0 ? result : linux_close(Int32(result))
    }
}

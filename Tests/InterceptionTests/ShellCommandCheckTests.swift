import Testing

@testable import Interception

@Suite struct ShellCommandCheckTests {
    private static let policy = Policy(
        name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
        blocksIncompleteAnalysis: false)

    private func refusal(
        of command: String, restricted: [String] = ["sudo"], maximumLength: Int = 1000
    ) async -> ShellCommandCheck.Refusal? {
        let check = ShellCommandCheck(
            rules: [], restricted: restricted.compactMap(RestrictedCommand.init), maximumLength: maximumLength)
        return await check.check(command, policy: Self.policy).refusal
    }

    /// Each way to hide a command, and the same with a command that is allowed.
    @Test(arguments: [
        "sudo ls", "/usr/bin/sudo ls", "../../usr/bin/sudo ls", "ls; sudo ls", "ls && sudo ls", "ls | sudo tee x",
        "(sudo ls)", "{ sudo ls; }", "if true; then sudo ls; fi", "while read x; do sudo $x; done", "! sudo ls",
        "s'u'do ls", "s\"u\"do ls", "su\\do ls", "\\sudo ls", "$'\\x73udo' ls", "$'\\163udo' ls", "su\\\ndo ls",
        "X=sudo; $X ls", "X=su; Y=do; $X$Y ls", "X=xsudo; ${X:1} ls", "X=odus; $(echo $X | rev) ls",
        "Y=sudo; X=Y; ${!X} ls",
        "X=SUDO; ${X,,} ls", "X=sxxdo; ${X/xx/u} ls", "${NOTHING:-sudo} ls", "s${NOTHING}udo ls", "s$@udo ls",
        "X='sudo ls'; $X", "sudo$IFS'ls'", "{sudo,ls}", "{su,}do ls",
        "$(echo sudo) ls", "`echo sudo` ls", "$(printf su%s do) ls", "$(echo c3Vkbw== | base64 -d) ls",
        "$(which sudo) ls", "echo $(sudo ls)", "echo `sudo ls`", "cat <(sudo ls)", "echo \"$(sudo ls)\"",
        "bash -c 'sudo ls'", "sh -c \"sudo ls\"", "bash -xc 'sudo ls'", "bash -x -c 'sudo ls'",
        "/bin/bash -lc 'sudo ls'",
        "bash -c \"bash -c 'sudo ls'\"", "eval sudo ls", "eval 'su''do ls'", "exec sudo ls", "command sudo ls",
        "builtin command sudo ls", "env sudo ls", "env -i A=b sudo ls", "env -S 'sudo ls'", "A=b sudo ls",
        "nohup sudo ls &",
        "timeout 5 sudo ls", "timeout -s KILL 5 sudo ls", "nice -n 5 sudo ls", "time sudo ls", "setsid sudo ls",
        "stdbuf -oL sudo ls", "xargs sudo < x", "echo ls | xargs -n 1 sudo", "xargs -I{} sh -c 'sudo {}'",
        "busybox sudo ls",
        "find . -exec sudo ls {} \\;", "find . -name x -execdir sudo ls {} +", "find . -exec sh -c 'sudo ls' \\;",
        "alias x='sudo ls'; x", "trap 'sudo ls' EXIT", "f() { sudo ls; }; f", "watch 'sudo ls'", "su -c 'sudo ls'",
        "bash <<EOF\nsudo ls\nEOF", "bash <<'EOF'\nsudo ls\nEOF", "cat <<EOF | bash\nsudo ls\nEOF",
        "bash <<< 'sudo ls'",
        "echo 'sudo ls' | bash", "echo c3VkbyBscw== | base64 -d | sh", "printf 'sudo ls' | sh", "coproc sudo ls",
        "python3 -c 'import os; os.system(\"sudo ls\")'", "case x in x) sudo ls;; esac", "for i in 1; do sudo ls; done",
    ])
    func restrictedCommandIsFoundHoweverItIsWritten(command: String) async throws {
        guard case .restricted(let finding)? = await refusal(of: command) else {
            Issue.record("not found: \(command)")
            return
        }
        #expect(finding.message.contains("sudo"))
        #expect(await refusal(of: command, restricted: ["reboot"]) == nil, "the same is allowed where sudo is")
    }

    @Test(arguments: [
        "echo sudo", "ls # sudo", "echo 'sudo ls'", "cat sudo.txt", "./pseudo ls", "ls sudo", "grep sudo log",
        "man sudo",
        "command -v sudo", "type sudo", "X=sudo; echo $X", "cat <<EOF\nsudo ls\nEOF", "sudoku", "find . -name sudo",
        "git log --grep sudo", "echo sudo | wc -c", "printf '%s' sudo",
    ])
    func namingACommandIsNotRunningIt(command: String) async {
        #expect(await refusal(of: command) == nil)
    }

    @Test(arguments: [
        "rm -rf /", "rm -fr /", "rm -r -f /", "rm --recursive --force /", "rm -v -rf / --no-preserve-root",
    ])
    func optionsOfARestrictedCommandAreFoundInAnyOrder(command: String) async {
        #expect(await refusal(of: command, restricted: ["rm -rf /"]) != nil)
    }

    @Test(arguments: ["rm -rf build", "rm /", "rm -r /", "ls -rf /"])
    func restrictedCommandWithWordsNeedsAllOfThem(command: String) async {
        #expect(await refusal(of: command, restricted: ["rm -rf /"]) == nil)
    }

    @Test func restrictedCommandIsFoundWithItsFolderAndItsVariants() async {
        #expect(await refusal(of: "mkfs.ext4 x", restricted: ["/sbin/mkfs"]) != nil)
        #expect(await refusal(of: "mkfsx x", restricted: ["/sbin/mkfs"]) == nil)
    }

    @Test func longestCommandIsTakenAndOneByteMoreIsRefused() async {
        #expect(await refusal(of: "echo abc", maximumLength: 8) == nil)
        #expect(await refusal(of: "echo abcd", maximumLength: 8) == .tooLong(length: 9, limit: 8))
    }

    @Test func emptyCommandIsRefused() async {
        #expect(await refusal(of: "") == .empty)
        #expect(await refusal(of: " \n\t") == .empty)
    }

    @Test func unreadableCommandIsReportedAndLeftToThePolicy() async {
        let check = ShellCommandCheck(
            rules: [], restricted: [RestrictedCommand("sudo")].compactMap(\.self), maximumLength: 100)
        let verdict = await check.check("$1 ls", policy: Self.policy)
        #expect(verdict.refusal == nil)
        #expect(verdict.report?.findings.map(\.ruleID.text) == ["operator.unreadable-command"])
        #expect(await check.check("ls $1", policy: Self.policy).report?.findings.isEmpty == true)
    }
}

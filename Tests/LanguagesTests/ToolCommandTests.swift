import Testing

@testable import Languages

@Suite struct ToolCommandTests {
    private func shell(_ line: String, timeout: Duration = .seconds(60), maximumOutput: Int = 1 << 16) -> ToolCommand {
        ToolCommand(
            arguments: ["/bin/sh", "-c", line], environment: ["PATH": "/usr/bin:/bin", "A": "b"], timeout: timeout,
            maximumOutput: maximumOutput)
    }

    @Test func bothOutputsAreRead() throws {
        let output = try shell("echo one; echo; echo '  two '; echo three >&2").run()
        #expect(output.lines == ["one", "two"])
        #expect(output.standardError == "three\n")
    }

    @Test func theFirstLineMayBeOnStandardError() throws {
        #expect(try shell("echo version 1 >&2").run().firstLine == "version 1")
    }

    @Test func theEnvironmentIsTheGivenOne() throws {
        #expect(try shell("echo $A $HOME").run().lines == ["b"])
    }

    @Test func standardInputIsEmpty() throws {
        #expect(try shell("cat").run().standardOutput.isEmpty)
    }

    @Test func aFailureCarriesStatusAndMessage() {
        #expect(throws: ToolCommand.Failure.failed(status: 3, message: "no version is set")) {
            try shell("echo no version is set >&2; exit 3").run()
        }
    }

    @Test func aSignalCountsFrom128() {
        #expect(throws: ToolCommand.Failure.failed(status: 143, message: "it said nothing")) {
            try shell("kill -TERM $$").run()
        }
    }

    @Test func aToolThatDoesNotAnswerIsKilledWithItsChildren() {
        let timeout = Duration.milliseconds(50)
        #expect(throws: ToolCommand.Failure.timedOut(timeout)) { try shell("sleep 600 & wait", timeout: timeout).run() }
    }

    @Test func aToolThatClosesItsOutputsAndStaysIsKilled() {
        let timeout = Duration.milliseconds(50)
        #expect(throws: ToolCommand.Failure.timedOut(timeout)) {
            try shell("exec sleep 600 >&- 2>&-", timeout: timeout).run()
        }
    }

    @Test func aFloodIsCutAndDoesNotBlockTheTool() throws {
        let output = try shell("head -c 1000000 /dev/zero; echo done >&2", maximumOutput: 1000).run()
        #expect(output.standardOutput.utf8.count == 1000)
        #expect(output.standardError == "done\n")
    }

    @Test func aMissingToolIsNotStarted() {
        #expect(throws: ToolCommand.Failure.notStarted(errno: 2)) {
            try ToolCommand(arguments: ["/no/such/tool"], environment: [:]).run()
        }
    }
}

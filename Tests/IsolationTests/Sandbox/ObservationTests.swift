import Glibc
import Testing

@testable import Isolation

@Suite struct ObservationTests {
    @Test func aProgramThatEndsWithZeroIsOK() {
        let result = observe(.exited(code: 0))
        #expect(result.outcome == .ok)
        #expect(result.exitCode == 0)
        #expect(result.signal == nil)
        #expect(result.explanation == nil)
    }

    @Test(arguments: [1, 2, 126, 127, 137, 255]) func anotherExitCodeIsAResultWithThatCode(code: Int) {
        let result = observe(.exited(code: code))
        #expect(result.outcome == .nonzeroExit)
        #expect(result.exitCode == code)
        #expect(result.explanation == "the program ended with exit code \(code)")
    }

    @Test func aSignalThatNoLimitExplainsIsNamed() {
        let result = observe(.signaled(number: Int(SIGSEGV)))
        #expect(result.outcome == .signaled)
        #expect(result.signal == "SIGSEGV")
        #expect(result.exitCode == nil)
        #expect(result.explanation == "the program was ended by SIGSEGV")
    }

    @Test(arguments: statuses) func aKillForMemoryComesBeforeWhateverTheStatusIs(status: Isolation.ExitStatus?) {
        let result = observe(status) {
            $0.outOfMemoryKills = 1
            $0.processLimitHits = 3
            $0.diskIsFull = true
            $0.usage.cpu = .seconds(99)
        }
        #expect(result.outcome == .memoryLimit)
        #expect(result.explanation == "memory limit reached, 256 MiB; everything it started is gone")
    }

    @Test(arguments: statuses) func aRefusedProcessComesBeforeWhateverTheStatusIs(status: Isolation.ExitStatus?) {
        let result = observe(status) {
            $0.processLimitHits = 1
            $0.diskIsFull = true
            $0.usage.peakProcesses = 64
        }
        #expect(result.outcome == .processLimit)
        #expect(result.explanation == "process limit reached, 64 of 64; everything it started is gone")
    }

    @Test(arguments: [
        (Ending.cancelled, Outcome.cancelled), (.time, .timeLimit), (.cpu, .cpuLimit), (.memory, .memoryLimit),
        (.processes, .processLimit), (.output, .outputLimit),
    ])
    func ourOwnReasonComesFirst(ending: Ending, outcome: Outcome) {
        for status in statuses {
            let result = observe(status, ending: ending) {
                $0.outOfMemoryKills = 1
                $0.processLimitHits = 1
                $0.diskIsFull = true
                $0.usage.cpu = .seconds(99)
            }
            #expect(result.outcome == outcome, "\(String(describing: status))")
        }
    }

    @Test func theKernelsSignalForProcessorTimeIsThatLimit() {
        let result = observe(.signaled(number: Int(SIGXCPU)))
        #expect(result.outcome == .cpuLimit)
        #expect(result.explanation == "processor time limit reached, 0.5 seconds; everything it started is gone")
    }

    @Test(arguments: [Isolation.ExitStatus.exited(code: 0), .exited(code: 152), .signaled(number: Int(SIGKILL))])
    func processorTimeThatIsUsedUpIsThatLimitHoweverItEnded(status: Isolation.ExitStatus) {
        #expect(observe(status) { $0.usage.cpu = .milliseconds(500) }.outcome == .cpuLimit)
        #expect(observe(status) { $0.usage.cpu = .milliseconds(499) }.outcome != .cpuLimit)
    }

    @Test func theKernelsSignalForAFileTooLargeIsTheDiskLimit() {
        let result = observe(.signaled(number: Int(SIGXFSZ)))
        #expect(result.outcome == .diskLimit)
        #expect(result.explanation == "disk limit reached, 64 MiB")
    }

    @Test func aFullDiskExplainsAFailureButNotASuccess() {
        #expect(observe(.exited(code: 1)) { $0.diskIsFull = true }.outcome == .diskLimit)
        #expect(observe(.signaled(number: Int(SIGABRT))) { $0.diskIsFull = true }.outcome == .diskLimit)
        #expect(observe(.exited(code: 0)) { $0.diskIsFull = true }.outcome == .ok)
    }

    @Test func aSandboxThatWasLostIsOurFailure() {
        let result = observe(nil)
        #expect(result.outcome == .sandboxError)
        #expect(result.explanation == "the sandbox was lost while the program ran")
    }

    @Test func aRunThatWeEndedWasKilled() {
        let result = observe(nil, ending: .time)
        #expect(result.signal == "SIGKILL")
        #expect(result.exitCode == nil)
        #expect(result.explanation == "time limit reached, 2 seconds; everything it started is gone")
        #expect(observe(nil, ending: .cancelled).explanation == "the run was cancelled; everything it started is gone")
    }

    @Test func aFloodIsToldWithItsBound() {
        #expect(
            observe(nil, ending: .output).explanation
                == "output limit reached: more than 16777216 bytes written; everything it started is gone")
    }

    @Test func outputAndUsageAreHandedOn() {
        var output = CapturedOutput()
        output.combined = [1, 2, 3]
        var observation = Observation(ending: nil, status: .exited(code: 0), limits: limits)
        observation.usage.peakMemory = .mebibytes(3)
        let result = observation.result(output: output)
        #expect(result.output == output)
        #expect(result.usage.peakMemory == .mebibytes(3))
    }

    @Test(arguments: [
        (Duration.seconds(1), "1 second"), (.seconds(10), "10 seconds"), (.milliseconds(500), "0.5 seconds"),
        (.microseconds(1_234_567), "1.235 seconds"), (.zero, "0 seconds"),
    ])
    func secondsAreWrittenForPeople(duration: Duration, text: String) {
        #expect(duration.inSeconds == text)
    }

    @Test(arguments: [
        (SIGHUP, "SIGHUP"), (SIGKILL, "SIGKILL"), (SIGSEGV, "SIGSEGV"), (SIGTERM, "SIGTERM"), (SIGCHLD, "SIGCHLD"),
        (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"), (SIGIO, "SIGIO"), (SIGSYS, "SIGSYS"),
    ])
    func signalsHaveTheirNames(number: Int32, name: String) {
        #expect(Signal.name(Int(number)) == name)
    }

    @Test func signalsWithoutANameAreNumbered() {
        #expect(Signal.name(34) == "SIGRTMIN+0")
        #expect(Signal.name(64) == "SIGRTMIN+30")
        #expect(Signal.name(32) == "signal 32")
        #expect(Signal.name(0) == "signal 0")
        #expect(Signal.name(-1) == "signal -1")
    }
}

private let limits = Limits(
    wall: .seconds(2), cpu: .milliseconds(500), memory: .mebibytes(256), processes: 64, output: .mebibytes(1),
    disk: .mebibytes(64))

private let statuses: [Isolation.ExitStatus?] = [
    .exited(code: 0), .exited(code: 1), .exited(code: 137), .signaled(number: Int(SIGKILL)),
    .signaled(number: Int(SIGXCPU)), .signaled(number: Int(SIGXFSZ)), nil,
]

private func observe(
    _ status: Isolation.ExitStatus?, ending: Ending? = nil, _ change: (inout Observation) -> Void = { _ in }
) -> RunResult {
    var observation = Observation(ending: ending, status: status, limits: limits)
    change(&observation)
    return observation.result(output: CapturedOutput())
}

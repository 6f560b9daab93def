import Isolation
import Testing

/// Output is read on, kept up to a limit, and a flood ends the run; input that nobody reads hinders nobody.
@Suite(.serialized) struct OutputStarvationTests {
    private let flood = "output limit reached: more than 16777216 bytes written; everything it started is gone"

    @Test func aFloodEndsTheRun() async throws {
        try await withEngine { engine in
            for script in ["yes", "yes >&2", "yes & yes >&2", "cat /dev/zero", "(yes &); sleep 1000"] {
                let result = try await Attack(program: .bash(script), limits: patientLimits()).run(on: engine)
                #expect(result.outcome == .outputLimit, "\(script)")
                #expect(result.explanation == flood)
                #expect(result.output.combined.count <= 1 << 20)
                #expect(result.output.isTruncated)
            }
        }
    }

    @Test func aChattyProgramRunsToItsEnd() async throws {
        let script = "echo first; head -c 4000000 /dev/zero; head -c 4000000 /dev/zero >&2; echo last"
        try await withEngine { engine in
            let result = try await Attack(program: .bash(script), limits: patientLimits()).run(on: engine)
            #expect(result.outcome == .ok)
            #expect(result.text.hasPrefix("first\n") && result.text.hasSuffix("last\n"))
            #expect(result.output.combined.count <= 1 << 20)
            #expect(result.output.dropped == 8_000_011 - result.output.combined.count)
            #expect(result.usage.standardOutput.bytes == 4_000_011 && result.usage.standardError.bytes == 4_000_000)
        }
    }

    @Test func inputThatNobodyReadsHindersNobody() async throws {
        let input = String(repeating: "x", count: 8 << 20)
        try await withEngine { engine in
            for (script, output) in [
                ("exec true", ""), ("head -c 3", "xxx"), ("exec 0<&-; echo closed", "closed\n"), ("wc -c", "8388608\n"),
            ] {
                let result = try await Attack(program: .bash(script), limits: patientLimits(), input: input).run(
                    on: engine)
                #expect(result.outcome == .ok && result.text == output, "\(script)")
            }
        }
    }
}

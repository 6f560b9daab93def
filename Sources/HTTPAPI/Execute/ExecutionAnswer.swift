package import Foundation
import Isolation
import NIOCore
package import Sessions

/// The answer to an execution that was decided, whatever its fate.
package struct ExecutionAnswer {
    let result: ExecutionResult
    let encoding: OutputEncoding
    let timestamp: Timestamp

    /// The answer as JSON text.
    package var bytes: [UInt8] {
        var buffer = ByteBuffer()
        json.write(to: &buffer)
        return Array(buffer.readableBytesView)
    }

    var json: JSONValue {
        // A run that never was has the same fields, empty.
        let run = result.run ?? RunResult(outcome: result.outcome, usage: usage)
        var members: [JSONValue.Member] = [
            .init(key: "execution_id", value: .string(result.id.description)),
            .init(key: "success", value: .boolean(result.isSuccess)),
            .init(key: "status", value: .string(result.outcome.rawValue)),
            .init(key: "language", value: .string(result.language)),
        ]
        members += RunAnswer(run: run, encoding: encoding).outputMembers
        members.append(.init(key: "error", value: .optional(result.explanation)))
        members += RunAnswer(run: run, encoding: encoding).endMembers
        members += [
            .init(key: "compile", value: result.compile.map { RunAnswer(run: $0, encoding: encoding).json } ?? .null),
            .init(key: "usage", value: usageJSON), .init(key: "limits", value: result.limits.json),
            .init(key: "files", value: .array(result.files.map(Self.json))),
            .init(key: "tests", value: .array(result.tests.map(test))),
            .init(key: "security_report", value: result.securityReport?.json ?? .null),
            .init(key: "isolation", value: result.isolation.json),
            .init(key: "timestamp", value: .string("\(timestamp)")),
        ]
        return .object(members)
    }

    /// With output as text.
    package init(result: ExecutionResult, at date: Date) {
        self.init(result: result, encoding: .utf8, timestamp: Timestamp(date))
    }

    init(result: ExecutionResult, encoding: OutputEncoding, timestamp: Timestamp) {
        self.result = result
        self.encoding = encoding
        self.timestamp = timestamp
    }

    /// Of the program, or of all its tests together.
    private var usage: ResourceUsage {
        result.run?.usage ?? ResourceUsage(combining: result.tests.lazy.map(\.run.usage))
    }

    private var usageJSON: JSONValue {
        .object(usage.members + [.init(key: "queued_ms", value: result.queued.milliseconds)])
    }

    private func test(_ test: TestResult) -> JSONValue {
        guard case .object(let members) = RunAnswer(run: test.run, encoding: encoding).json else { return .null }
        return .object(
            [
                .init(key: "name", value: .string(test.name)),
                .init(key: "verdict", value: .string(test.verdict.rawValue)),
            ] + members)
    }

    /// As text if it is text, or else in base64.
    private static func json(_ file: CollectedFile) -> JSONValue {
        let text = String(validating: file.contents, as: UTF8.self)
        return [
            "path": .string(file.path),
            "content": .string(text ?? Data(file.contents).base64EncodedString()),
            "encoding": text == nil ? "base64" : "utf8",
            "size_bytes": .integer(file.size.bytes),
        ]
    }
}

/// The fields that every run has: the program's, its tests' and the compiler's.
struct RunAnswer {
    let run: RunResult
    let encoding: OutputEncoding

    var json: JSONValue {
        .object(
            [.init(key: "status", value: .string(run.outcome.rawValue))] + outputMembers
                + [.init(key: "error", value: .optional(run.explanation))] + endMembers
                + [.init(key: "usage", value: .object(run.usage.members))])
    }

    var outputMembers: [JSONValue.Member] {
        [
            .init(key: "output", value: encoding.json(run.output.combined)),
            .init(key: "stdout", value: encoding.json(run.output.standardOutput)),
            .init(key: "stderr", value: encoding.json(run.output.standardError)),
            .init(key: "output_truncated", value: .boolean(run.output.isTruncated)),
        ]
    }

    var endMembers: [JSONValue.Member] {
        [
            .init(key: "exit_code", value: .optional(run.exitCode)), .init(key: "signal", value: .optional(run.signal)),
            .init(key: "execution_time", value: run.usage.wall.seconds),
            .init(key: "memory_usage_bytes", value: .integer(run.usage.peakMemory.bytes)),
        ]
    }
}

import Isolation
import Sessions
import Testing

@Suite struct LimitPolicyTests {
    @Test func whatIsNotAskedForIsTheStandard() throws {
        #expect(try LimitPolicy.sample.limits(for: LimitPolicy.Request()) == LimitPolicy.sample.standard)
    }

    @Test(arguments: Bound.all) func theLowestAndTheHighestAreAccepted(bound: Bound) throws {
        #expect(bound.value(of: try limits(bound, bound.low)) == bound.low)
        #expect(bound.value(of: try limits(bound, bound.high)) == bound.high)
    }

    @Test(arguments: Bound.all) func whatIsOutsideOfTheRangeNamesTheFieldAndTheRange(bound: Bound) {
        let outside = [
            0, -0.0, -1, -.infinity, .nan, .signalingNaN, .infinity, 1e308, -1e308, .leastNonzeroMagnitude,
            bound.low.nextDown, bound.high.nextUp, bound.high + 1, 9.3e18,
        ]
        for value in outside {
            #expect(throws: bound.refusal, "\(value)") { try limits(bound, value) }
        }
    }

    @Test(arguments: Bound.all.filter(\.isWhole)) func aFractionOfWhatIsCountedIsRefused(bound: Bound) {
        #expect(throws: bound.refusal) { try limits(bound, bound.low + 0.5) }
        #expect(throws: bound.refusal) { try limits(bound, bound.high - 0.001) }
    }

    @Test func timeMayHaveAFraction() throws {
        var request = LimitPolicy.Request()
        request.timeout = 1.25
        request.cpuMilliseconds = 12.5
        let limits = try LimitPolicy.sample.limits(for: request)
        #expect(limits.wall == .milliseconds(1250))
        #expect(limits.cpu == .microseconds(12_500))
    }

    @Test func processorTimeKeepsItsRelationToRealTime() throws {
        var request = LimitPolicy.Request()
        request.timeout = 2
        #expect(try LimitPolicy.sample.limits(for: request).cpu == .seconds(1))
        request.timeout = 0.1
        #expect(try LimitPolicy.sample.limits(for: request).cpu == .milliseconds(100))
        request.timeout = 30
        #expect(try LimitPolicy.sample.limits(for: request).cpu == .seconds(12))
        request.cpuMilliseconds = 50
        #expect(try LimitPolicy.sample.limits(for: request).cpu == .milliseconds(50))
    }

    @Test func oneRequestMayNarrowEverything() throws {
        var request = LimitPolicy.Request()
        for bound in Bound.all { request[keyPath: bound.field] = bound.low }
        let limits = try LimitPolicy.sample.limits(for: request)
        for bound in Bound.all { #expect(bound.value(of: limits) == bound.low, "\(bound.name)") }
        #expect(limits.openFiles == LimitPolicy.sample.standard.openFiles)
    }

    private func limits(_ bound: Bound, _ value: Double) throws -> Limits {
        var request = LimitPolicy.Request()
        request[keyPath: bound.field] = value
        return try LimitPolicy.sample.limits(for: request)
    }
}

/// One field of a request, with its range under `LimitPolicy.sample`.
struct Bound: Sendable, CustomTestStringConvertible {
    let name: String
    let field: any WritableKeyPath<LimitPolicy.Request, Double?> & Sendable
    let low: Double
    let high: Double
    var isWhole = true
    let range: String
    let measure: @Sendable (Limits) -> Double

    var testDescription: String { name }

    var refusal: InvalidRequest {
        InvalidRequest(field: name, message: "\(name) must be \(isWhole ? "a whole number " : "")between \(range).")
    }

    func value(of limits: Limits) -> Double { measure(limits) }

    static let all = [
        Bound(
            name: "timeout", field: \.timeout, low: 0.1, high: 30, isWhole: false, range: "0.1 and 30 seconds",
            measure: { $0.wall / .seconds(1) }),
        Bound(
            name: "limits.cpu_ms", field: \.cpuMilliseconds, low: 10, high: 12_000, isWhole: false,
            range: "10 and 12000", measure: { $0.cpu / .milliseconds(1) }),
        Bound(
            name: "limits.memory_mb", field: \.memoryMebibytes, low: 8, high: 512, range: "8 and 512",
            measure: { Double($0.memory.mebibytes) }),
        Bound(
            name: "limits.processes", field: \.processes, low: 1, high: 128, range: "1 and 128",
            measure: { Double($0.processes) }),
        Bound(
            name: "limits.output_bytes", field: \.outputBytes, low: 1, high: 4_194_304, range: "1 and 4194304",
            measure: { Double($0.output.bytes) }),
        Bound(
            name: "limits.disk_mb", field: \.diskMebibytes, low: 1, high: 256, range: "1 and 256",
            measure: { Double($0.disk.mebibytes) }),
    ]
}

import Testing

@testable import Interception

/// Programs damaged at random, always in the same way: whatever comes in, a report comes out.
@Suite struct MutationTests {
    /// Enough to meet every kind of damage in every language, few enough for every run of the tests.
    private static let mutationsOfEachLanguage = 400

    @Test(arguments: SourceLanguage.allCases)
    func damagedProgramsEndAsReports(language: SourceLanguage) async throws {
        let fixture = try InterceptorFixture()
        let seeds = fixture.catalog.rules.flatMap { $0.examples.matching + $0.examples.notMatching }
            .filter { $0.language == language }.map { Array($0.code.utf8) }
        try #require(seeds.count > 20)
        var random = SplitMix(seed: 0x5EED + UInt64(language.rawValue.utf8.count))
        for _ in 0..<Self.mutationsOfEachLanguage {
            let source = random.mutation(of: seeds)
            let report = try await fixture.report(on: source, language)
            #expect(report.findings.count <= SecurityReport.maximumFindings)
            #expect((0...100).contains(report.riskScore.value))
            for finding in report.findings { check(finding, in: source) }
        }
    }

    /// A place must be one of the source.
    private func check(_ finding: Finding, in source: [UInt8]) {
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let location = finding.location
        #expect((1...lines.count).contains(location.line))
        #expect((location.line...lines.count).contains(location.endLine))
        #expect((1...lines[location.line - 1].count + 1).contains(location.column))
        #expect(finding.snippet.unicodeScalars.count <= 201)
        #expect(!finding.snippet.unicodeScalars.contains { $0.value < 0x20 })
    }
}

/// A small generator with a seed (Steele, Lea, Flood 2014), so that a failure happens again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Some seeds joined, and then damaged at up to eight places.
    mutating func mutation(of seeds: [[UInt8]]) -> [UInt8] {
        var source: [UInt8] = []
        for _ in 0...Int.random(in: 0...4, using: &self) {
            source += seeds.randomElement(using: &self) ?? []
            source.append(UInt8(ascii: "\n"))
        }
        for _ in 0..<Int.random(in: 1...8, using: &self) { damage(&source, with: seeds) }
        return source
    }

    private mutating func damage(_ source: inout [UInt8], with seeds: [[UInt8]]) {
        let place = source.isEmpty ? 0 : Int.random(in: 0..<source.count, using: &self)
        let end = min(source.count, place + Int.random(in: 1...24, using: &self))
        switch Int.random(in: 0..<7, using: &self) {
        case 0: source.removeSubrange(place..<end)
        case 1: source.insert(contentsOf: Array(source[place..<end]), at: place)
        case 2: source.insert(UInt8.random(in: 1...255, using: &self), at: place)
        case 3: source.insert(contentsOf: Array("([{\"'`<$\\;|&/*#".utf8).shuffled(using: &self).prefix(3), at: place)
        case 4: source.insert(contentsOf: (seeds.randomElement(using: &self) ?? []).prefix(40), at: place)
        case 5:
            source.insert(contentsOf: [UInt8](repeating: source.isEmpty ? 40 : source[place], count: 200), at: place)
        default: source = Array(source.prefix(place))
        }
    }
}

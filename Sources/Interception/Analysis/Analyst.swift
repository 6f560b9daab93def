import Dispatch
import Synchronization

/// Analyses one program at a time. A long one on a thread of its own: parsing it is work that no other task should wait
/// behind.
///
/// It keeps parsers and the states of patterns between programs; none of that depends on what it has read.
final class Analyst: Sendable {
    /// Bytes of a program that is analysed on the caller's thread: it takes less than half a millisecond, and a change of
    /// threads a tenth.
    private static let readAtOnce = 2048

    private let queue = DispatchQueue(label: "sandmartin.analyst")
    private let desk: Mutex<Desk>

    init(rules: [Rule], limits: AnalysisLimits) {
        desk = Mutex(Desk(rules: rules, limits: limits))
    }

    /// Makes ready what the first program of each language would wait for.
    func prepare() async {
        await onQueue { desk in
            for language in SourceLanguage.allCases { _ = desk.reader(for: language) }
        }
    }

    /// Analyses a program with all code inside it.
    func analyze(_ source: [UInt8], language: SourceLanguage) async -> Analysis {
        guard source.count > Self.readAtOnce else {
            return desk.withLock { $0.analyze(source, language: language) }
        }
        return await onQueue { $0.analyze(source, language: language) }
    }

    private func onQueue<Value: Sendable>(_ body: @escaping @Sendable (inout Desk) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.desk.withLock { body(&$0) }) }
        }
    }
}

/// What an analyst works with.
private struct Desk {
    let rules: [Rule]
    let limits: AnalysisLimits
    private var readers: [SourceLanguage: LanguageReader] = [:]

    init(rules: [Rule], limits: AnalysisLimits) {
        self.rules = rules
        self.limits = limits
    }

    mutating func analyze(_ source: [UInt8], language: SourceLanguage) -> Analysis {
        // Before the clock starts: it is not the program that takes this time.
        _ = reader(for: language)
        let clock = ContinuousClock()
        let start = clock.now
        var analysis = Analysis(language: language)
        if source.count > limits.sourceBytes {
            analysis.gaps = [.tooLarge(bytes: source.count, limit: limits.sourceBytes)]
        } else {
            let budget = AnalysisBudget(nodes: limits.nodes, deadline: start.advanced(by: limits.deadline))
            var reading = ProgramReading(source, language: language, limits: limits, budget: budget)
            while let unit = reading.next() {
                reading.note(reader(for: unit.language).read(unit, budget: budget), of: unit)
            }
            (analysis.matches, analysis.gaps) = reading.result()
        }
        analysis.duration = start.duration(to: clock.now)
        return analysis
    }

    mutating func reader(for language: SourceLanguage) -> LanguageReader {
        if let reader = readers[language] { return reader }
        let reader = LanguageReader(language, rules: rules)
        readers[language] = reader
        return reader
    }
}

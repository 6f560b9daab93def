/// What was found in one source; ranges are in bytes of what was submitted.
struct UnitReading {
    var matches: [(rule: Rule, name: String, range: Range<Int>)] = []
    var embedded: [FactCollector.EmbeddedCode] = []
    var gap: AnalysisGap?
}

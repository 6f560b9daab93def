/// When the server takes no more work, and what it remembers.
extension Settings {
    static let overload: [any SettingDeclaration] = [maximumProcessorPercent, maximumMemoryPercent]

    static let maximumProcessorPercent = Setting(
        "max_cpu_percent", .count(1...100), .fixed("100"),
        "While the machine's processors are busier than this, over five seconds, new runs are answered with 503; 100 is never."
    )
    static let maximumMemoryPercent = Setting(
        "max_memory_percent", .count(1...100), .fixed("95"),
        "While more of the machine's memory is used than this, new runs are answered with 503; 100 is never.")

    static let records: [any SettingDeclaration] = [historyRuns, historyDays, auditRows, auditDays, auditCode]

    static let historyRuns = Setting(
        "history_runs", .count(0...1_000_000), .fixed("10000"),
        "Finished runs listed for each key; the oldest go first.")
    static let historyDays = Setting("history_days", .count(1...3650), .fixed("30"), "How long they are listed.")
    static let auditRows = Setting(
        "audit_rows", .count(1000...100_000_000), .fixed("100000"), "Rows of the audit log; the oldest go first.")
    static let auditDays = Setting("audit_days", .count(1...3650), .fixed("90"), "How long they are kept.")
    static let auditCode = Setting(
        "audit_code", .flag, .fixed("false"),
        "Keeps the first 64 KiB of the code of each run in the audit log, and not its hash and size alone.")
}

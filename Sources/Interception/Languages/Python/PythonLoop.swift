/// A `while` whose condition is always true.
struct PythonLoop {
    private let node: PythonNode
    private var calls: Set<String> = []
    private var canEnd = false
    /// Whether something outside bounds its pace or its number of rounds.
    private var waits: Bool
    private var grows = false

    /// Nil unless the condition is a constant that is true.
    init?(_ site: PythonSurvey.Site, names: PythonNames, budget: AnalysisBudget) {
        node = site.node
        waits = site.role == .guarded
        guard let condition = node[.condition], let body = node[.body] else { return nil }
        switch names.fold(condition) {
        case .boolean(true)?: break
        case .integer(let integer)? where integer != 0: break
        case .text(let text)? where !text.isEmpty: break
        default: return nil
        }
        let walk = SyntaxWalk(body, budget: budget)
        while let inner = walk.next() { look(at: inner, names) }
    }

    func read(into facts: inout FactCollector) {
        let forks: Set = ["os.fork", "os.forkpty", "multiprocessing.Process", "subprocess.Popen"]
        if !calls.isDisjoint(with: forks) {
            facts.add(.loopFork, at: node.range)
        } else if calls.contains("threading.Thread"), !canEnd {
            facts.add(.loopThread, at: node.range)
        }
        guard !canEnd else { return }
        if grows, !waits { facts.add(.loopGrow, at: node.range) }
        facts.add(.loopInfinite, at: node.range)
    }

    private mutating func look(at inner: PythonNode, _ names: PythonNames) {
        switch inner.kind {
        case .breakStatement, .returnStatement, .raiseStatement, .yield: canEnd = true
        case .await: waits = true
        case .call: look(atCall: inner, names)
        case .augmentedAssignment:
            switch inner[.right]?.kind {
            case .string, .list, .identifier, .binaryOperator: grows = true
            default: break
            }
        default: break
        }
    }

    private mutating func look(atCall call: PythonNode, _ names: PythonNames) {
        guard let function = call[.function] else { return }
        if let name = names.resolve(function) {
            calls.insert(name)
            if Self.exits.contains(name) { canEnd = true }
            if Self.waits.contains(name) { waits = true }
        }
        if function.kind == .attribute, let method = function[.attribute].map(names.source.text) {
            if Self.growing.contains(method) { grows = true }
            if Self.blocking.contains(method) { waits = true }
        }
    }

    private static let growing: Set<String> = ["append", "extend", "insert"]
    private static let exits: Set<String> = ["sys.exit", "exit", "quit", "os._exit", "os.abort"]
    /// What waits for somebody else is no flood: reading ends with the input, and sleeping bounds the pace.
    private static let waits: Set<String> = ["input", "next", "time.sleep", "sys.stdin.readline"]
    private static let blocking: Set<String> = [
        "get", "recv", "accept", "readline", "wait", "sleep", "acquire", "poll",
    ]
}

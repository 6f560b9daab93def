import DequeModule

/// What waits, first come first served for each owner, and the owners in turn: a burst of one delays no other.
struct FairQueue<Element> {
    private var waiting: [Owner: Deque<Element>] = [:]
    /// Owners with something that waits, whose turn is next first.
    private var turns: Deque<Owner> = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element, of owner: Owner) {
        if waiting[owner] == nil { turns.append(owner) }
        waiting[owner, default: []].append(element)
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard let owner = turns.popFirst(), let element = waiting[owner]?.popFirst() else { return nil }
        count -= 1
        if waiting[owner]?.isEmpty == true { waiting[owner] = nil } else { turns.append(owner) }
        return element
    }

    /// Takes out what `isWanted` picks among an owner's.
    mutating func remove(of owner: Owner, where isWanted: (Element) -> Bool) {
        guard var elements = waiting[owner] else { return }
        count -= elements.count
        elements.removeAll(where: isWanted)
        count += elements.count
        waiting[owner] = elements.isEmpty ? nil : elements
        if elements.isEmpty { turns.removeAll { $0 == owner } }
    }

    /// Takes out everything, in the order in which it would have come.
    mutating func removeAll() -> [Element] {
        var all: [Element] = []
        while let element = popFirst() { all.append(element) }
        return all
    }
}

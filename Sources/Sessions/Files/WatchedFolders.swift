/// The folders that are watched, by the kernel's numbers for them: which lies in which, under what name.
struct WatchedFolders {
    private struct Place: Hashable {
        let parent: Int32
        let name: [UInt8]
    }

    /// Where each folder is; nil: it is the top.
    private var places: [Int32: Place?] = [:]
    private var numbers: [Place: Int32] = [:]

    var count: Int { places.count }

    func contains(_ number: Int32) -> Bool { places[number] != nil }

    /// Adds a folder, or says where one is now that has moved.
    mutating func set(_ number: Int32, in parent: Int32?, as name: [UInt8]) {
        if case .some(.some(let old)) = places[number] { numbers[old] = nil }
        let place = parent.map { Place(parent: $0, name: name) }
        places[number] = .some(place)
        if let place { numbers[place] = number }
    }

    mutating func remove(_ number: Int32) {
        guard let place = places.removeValue(forKey: number) else { return }
        if let place, numbers[place] == number { numbers[place] = nil }
    }

    func number(in parent: Int32, named name: [UInt8]) -> Int32? { numbers[Place(parent: parent, name: name)] }

    /// From the top to the folder; nil if the way there is not known.
    func path(of number: Int32) -> FilePath? {
        var parts: [[UInt8]] = []
        var number = number
        // No way is longer than there are folders: a circle would be a mistake of ours.
        for _ in 0...places.count {
            guard let known = places[number] else { return nil }
            guard let place = known else {
                return FilePath(unchecked: Array(parts.reversed().joined(separator: [0x2F])))
            }
            parts.append(place.name)
            number = place.parent
        }
        return nil
    }

    /// A folder with all that are in it.
    func subtree(of top: Int32) -> [Int32] {
        places.keys.filter { number in
            var number = number
            for _ in 0...places.count {
                if number == top { return true }
                guard case .some(.some(let place)) = places[number] else { return false }
                number = place.parent
            }
            return false
        }
    }
}

/// The shared libraries that the dynamic loader finds for an executable.
enum SharedLibraries {
    /// Absolute paths of those outside `/usr`, or the names of those that are missing, from what `ldd` printed:
    /// `libz.so.1 => /opt/lib/libz.so.1 (0x…)`, `libx.so => not found`.
    static func parse(_ lines: [String]) -> (outside: [String], missing: [String]) {
        var outside: [String] = []
        var missing: [String] = []
        for line in lines {
            guard let arrow = line.firstRange(of: " => ") else { continue }
            let target = line[arrow.upperBound...]
            if target.hasPrefix("not found") {
                missing.append(String(line[..<arrow.lowerBound]))
            } else if let path = target.split(separator: " ").first.map(String.init), path.hasPrefix("/"),
                !SystemDirectories.contain(path)
            {
                outside.append(path)
            }
        }
        return (outside, missing)
    }
}

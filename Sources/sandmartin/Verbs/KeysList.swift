import ArgumentParser
import Sessions

/// `sandmartin keys list`: every key there is, without the keys.
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys: what they are called and whether they are valid.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await Keys.perform {
            let keys = try await Keys.ring(options).keys()
            guard !keys.isEmpty else {
                StandardStreams.say("there are no keys; `sandmartin keys create NAME` makes one")
                return
            }
            let now = WallTime.now()
            print(Self.table(keys, at: now))
        }
    }

    static func table(_ keys: [KeyRecord], at now: WallTime) -> String {
        let head = ["id", "key", "role", "state", "created", "last used", "expires", "name"]
        let rows = keys.map { key in
            [
                key.id.description, "\(key.hint)…", key.role.rawValue, key.state(at: now).rawValue,
                day(key.created), key.lastUsed.map(day) ?? "never", key.expires.map(day) ?? "never", key.name,
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ").trimmingSpaces
        }.joined(separator: "\n")
    }

    private static func day(_ time: WallTime) -> String {
        var text: [UInt8] = []
        LogTime(milliseconds: time.milliseconds).append(to: &text)
        return String(decoding: text.prefix(16), as: UTF8.self).replacing("T", with: " ")
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate var trimmingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }
}

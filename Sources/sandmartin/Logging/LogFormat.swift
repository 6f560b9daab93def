/// How events are written.
enum LogFormat: String, CaseIterable, Sendable {
    case json
    case text
}

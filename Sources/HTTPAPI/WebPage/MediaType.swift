/// What the files of the page are; a file of any other kind is not served.
enum MediaType: String, CaseIterable {
    case html = "html"
    case script = "js"
    case module = "mjs"
    case style = "css"
    case image = "svg"
    case json = "json"
    case text = "txt"
    case font = "woff2"

    /// By the end of the file's name; nil when it is none of these.
    init?(path: String) {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        self.init(rawValue: String(path[path.index(after: dot)...]))
    }

    /// With `nosniff` a browser takes it at its word.
    var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .script, .module: "text/javascript; charset=utf-8"
        case .style: "text/css; charset=utf-8"
        case .image: "image/svg+xml"
        case .json: "application/json; charset=utf-8"
        case .text: "text/plain; charset=utf-8"
        case .font: "font/woff2"
        }
    }

    /// Fonts are compressed already.
    var isCompressible: Bool { self != .font }
}

import Foundation
import Testing

/// The manual's examples, run as they stand there.
///
/// A fenced block in `sh`, `python` or `swift` is a program that must end well. A block in `text` after it is what it
/// prints. A block in `yaml` whose first line is `# a/path.yaml` is a file of the configuration folder. A block whose info
/// string has a second word, as in `sh install`, is shown and not run.
@Suite struct ManualTests {
    @Test(.needsDeveloperMachine) func theExamplesOfTheGuideWork() async throws {
        let manual = try Manual(named: "api-guide.md")
        #expect(Set(manual.examples.map(\.language)) == ["sh", "python", "swift"])
        try await ServerProcess.with(["API_KEY": Manual.key]) { server in
            try await ScratchFolder.with { folder in
                for example in manual.examples { try await example.run(server.api.port, in: folder) }
            }
        }
    }

    @Test func theExtensionsOfTheManualWork() async throws {
        let manual = try Manual(named: "extending.md")
        #expect(
            manual.files.map(\.path).sorted() == ["languages/lua.yaml", "policies/course.yaml", "rules/course.yaml"])
        try await ScratchFolder.with { folder in
            for file in manual.files {
                let path = "\(folder.path)/\(file.path)"
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try file.text.write(toFile: path, atomically: true, encoding: .utf8)
            }
            let configuration = try folder.write("log_level: info\n", to: "config.yaml")
            try await ServerProcess.with([
                "API_KEY": Manual.key, "CONFIG": configuration, "ALLOWED_POLICIES": "strict,standard,course",
            ]) { server in
                #expect(manual.examples.count >= 3)
                for example in manual.examples {
                    try await example.run(server.api.port, in: folder, ["CONFIG": configuration])
                }
            }
        }
    }

    /// To files of the repository, and to headings where one is named.
    @Test(arguments: try Manual.names()) func everyLinkLeadsSomewhere(_ name: String) throws {
        let folder = Manual.folder
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        var count = 0
        for match in text.matches(of: /\]\(([^)\s]+)\)/) where !match.output.1.contains("://") {
            count += 1
            let parts = match.output.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let target = parts[0].isEmpty ? name : String(parts[0])
            let url = folder.appending(path: target).standardized
            #expect(FileManager.default.fileExists(atPath: url.path), "\(name): \(match.output.1)")
            if parts.count == 2, url.pathExtension == "md" {
                let headings = try Manual.headings(in: String(contentsOf: url, encoding: .utf8))
                #expect(headings.contains(String(parts[1])), "\(name): \(match.output.1): \(headings)")
            }
        }
        #expect(count > 0, "\(name) leads nowhere")
    }
}

/// A page of `docs`, by its fenced blocks.
private struct Manual {
    static let key = "the-key-of-the-manual"
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    struct Example {
        let page: String
        let line: Int
        let language: String
        let code: String
        /// What it prints; nil when the page does not say.
        var output: String?
    }

    let examples: [Example]
    /// The files that it shows, by their paths in the configuration folder.
    let files: [(path: String, text: String)]

    init(named name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        var (examples, files): ([Example], [(path: String, text: String)]) = ([], [])
        var block: (info: String, line: Int, lines: [String])?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix("```") else {
                block?.lines.append(String(line))
                continue
            }
            guard let ended = block else {
                block = (String(line.dropFirst(3)), number + 1, [])
                continue
            }
            block = nil
            let content = ended.lines.joined(separator: "\n") + "\n"
            switch ended.info {
            case "sh", "python", "swift":
                examples.append(
                    Example(page: name, line: ended.line, language: ended.info, code: content, output: nil))
            case "text":
                if !examples.isEmpty { examples[examples.count - 1].output = content }
            case "yaml":
                if let path = ended.lines.first?.wholeMatch(of: /# ([a-z]+\/[a-z.]+)/)?.output.1 {
                    files.append((path: String(path), text: content))
                }
            default: break
            }
        }
        (self.examples, self.files) = (examples, files)
    }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }.sorted()
    }

    /// As the anchors that pages of GitHub have.
    static func headings(in text: String) throws -> Set<String> {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("#") }
        return Set(
            lines.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().filter {
                    $0.isLetter || $0.isNumber || " -_".contains($0)
                }
                .replacing(" ", with: "-")
            })
    }
}

extension Manual.Example {
    /// Runs it with the address and key of a server in place of those that the page has.
    func run(_ port: Int, in folder: ScratchFolder, _ environment: [String: String] = [:]) async throws {
        let place = "\(page), line \(line)"
        let command = try await command(
            code.replacing("http://127.0.0.1:7860", with: "http://127.0.0.1:\(port)"), folder)
        var ready = command
        ready.folder = folder.path
        ready.environment = environment.merging(["KEY": Manual.key]) { $1 }
        let ended = try await ready.run()
        #expect(ended.status == 0, "\(place): \(ended.standardOutput)\(ended.standardError)")
        if let output { #expect(ended.standardOutput == output, "\(place): \(ended.standardError)") }
    }

    private func command(_ code: String, _ folder: ScratchFolder) async throws -> HostCommand {
        let executables = SandmartinExecutable.url.deletingLastPathComponent().path
        switch language {
        case "python":
            return HostCommand(executable: "/usr/bin/python3", arguments: [try folder.write(code, to: "example.py")])
        case "swift":
            let source = try folder.write(code, to: "main.swift")
            let built = try await HostCommand(
                executable: "/usr/bin/env", arguments: ["swiftc", "-o", "\(folder.path)/example", source]
            ).run()
            try #require(built.status == 0, "\(page), line \(line): \(built.standardOutput)\(built.standardError)")
            return HostCommand(executable: "\(folder.path)/example", arguments: [])
        default:
            // As a reader types it; a command that fails, or a variable that is missing, fails the example.
            let script = "set -eu\nPATH=\(executables):$PATH\n\(code)"
            return HostCommand(executable: "/bin/bash", arguments: ["-c", script])
        }
    }
}

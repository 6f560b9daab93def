import Foundation

/// Files that go into a run and come out of it.
enum RunFileChecks {
    static let all: [SelftestCheck] = [inAndOut, binary, patterns, link] + escapes

    private static let inAndOut = SelftestCheck("files go in and come out") { server in
        let run = SelftestRun(
            code: "tr a-z A-Z <data/in.txt >out.txt",
            files: [.init(path: "data/in.txt", content: "grüße")], collect: ["*.txt"])
        let answer = try await server.run(run, printing: "")
        let files = answer.files ?? []
        try expect(files.map(\.path) == ["out.txt"], "these came back: \(files.map(\.path))")
        try expect(files.first?.content == "GRüßE", "the content came back as “\(files.first?.content ?? "")”")
        return "out.txt"
    }

    private static let binary = SelftestCheck("bytes that are no text stay as they are") { server in
        let bytes = Data((0...255).map { UInt8($0) })
        let run = SelftestRun(
            code: "cat in.bin in.bin >out.bin",
            files: [.init(path: "in.bin", content: bytes.base64EncodedString(), encoding: "base64")],
            collect: ["out.bin"])
        let file = try await server.run(run, printing: "").files?.first
        try expect(file?.encoding == "base64", "the encoding is \(file?.encoding ?? "none")")
        try expect(Data(base64Encoded: file?.content ?? "") == bytes + bytes, "the bytes came back different")
        return "512 bytes"
    }

    private static let patterns = SelftestCheck("patterns choose what comes out") { server in
        let run = SelftestRun(
            code: "mkdir -p a/b && touch a/b/1.csv a/2.csv 3.csv a/4.txt", collect: ["**/*.csv"])
        let paths = try await server.run(run, printing: "").files?.map(\.path).sorted() ?? []
        try expect(paths.contains("a/b/1.csv") && paths.contains("a/2.csv"), "these came out: \(paths)")
        try expect(!paths.contains("a/4.txt"), "what no pattern names came out too: \(paths)")
        return paths.joined(separator: ", ")
    }

    /// Whoever follows it reads a file of the machine as the server.
    private static let link = SelftestCheck("a link that leads out is not followed") { server in
        let run = SelftestRun(
            code: "read -r place\nln -s \"$place\" link.txt\necho own >own.txt", stdin: "/etc/hostname\n",
            collect: ["*.txt"], policy: server.reportingPolicy)
        let answer = try await server.run(run)
        if answer.status == "blocked" {
            throw SelftestCheck.NotAvailable("this server's policy refuses the try before it runs")
        }
        try expect(answer.status == "ok", "the program ended as \(ServerUnderTest.excerpt(answer.fate))")
        let files = answer.files ?? []
        try expect(files.contains { $0.path == "own.txt" && $0.content == "own\n" }, "its own file did not come out")
        try expect(!files.contains { $0.path == "link.txt" && !$0.content.isEmpty }, "ESCAPED: the link was followed")
        return "its own file comes out, what the link names does not"
    }

    private static let escapes = ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "a//b", "."].map { path in
        SelftestCheck("a file at \(path) is refused") { server in
            let run = SelftestRun(code: "echo x", files: [.init(path: path, content: "x")])
            let status = try await server.status(run)
            try expect(status == 400, "answered \(status), not 400")
            return "400"
        }
    }
}

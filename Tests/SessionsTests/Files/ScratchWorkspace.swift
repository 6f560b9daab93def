import Foundation
import Isolation
import LinuxKernel
import Testing

@testable import Sessions

/// A workspace for one test, beside folders that do not belong to it; removed when the test is over.
final class ScratchWorkspace: Sendable {
    let root: String
    let files: WorkspaceFiles
    private let threads: FileThreads

    /// Whom the files are given to where tests may give files away.
    static let owner = geteuid() == 0 ? HostIdentity(user: 54321, group: 54321) : nil

    init(in folder: String = FileManager.default.temporaryDirectory.path) throws {
        root = folder + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
        for name in ["workspace", "outside", "removals"] {
            try FileManager.default.createDirectory(
                atPath: root + "/" + name, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        }
        try Data("secret".utf8).write(to: URL(filePath: root + "/outside/secret"))
        threads = try FileThreads(count: 1)
        files = try threads.files(
            of: try Self.descriptor(root + "/workspace"), owner: Self.owner,
            removals: try Self.descriptor(root + "/removals"))
    }

    deinit {
        threads.stop()
        // Not FileManager: the trees of hostile tests are deeper than it can go.
        do {
            _ = try Self.shell("rm -rf -- \(root)", in: "/")
        } catch {
            preconditionFailure("cannot remove \(root): \(error)")
        }
    }

    private static func descriptor(_ path: String) throws -> SharedDescriptor {
        SharedDescriptor(try Descriptor(result: Int(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "open", path))
    }

    var path: String { root + "/workspace" }

    struct Failed: Error {
        let errors: String
    }

    /// Runs a script in the workspace; answers what it writes.
    @discardableResult func run(_ script: String) throws -> String { try Self.shell(script, in: path) }

    private static func shell(_ script: String, in directory: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(filePath: directory)
        let (output, errors) = (Foundation.Pipe(), Foundation.Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let problem = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(errors: String(decoding: problem, as: UTF8.self)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes a file by the way that requests take.
    @discardableResult func write(
        _ text: String, to path: String, mode: Int? = nil, if conditions: FileConditions = FileConditions(),
        _ allowance: any DiskAllowance = FixedAllowance(bytes: 1 << 30)
    ) async throws -> FileEntry {
        let upload = try await files.upload(FilePath(text: path), mode: mode, if: conditions, allowance)
        try await upload.write(Array(text.utf8))
        return try await upload.finish().entry
    }

    func read(_ path: String) async throws -> String {
        let file = try await files.open(FilePath(text: path))
        return String(decoding: try await files.read(file, at: 0, count: file.status.size), as: UTF8.self)
    }

    /// Every name in a folder, by as many pages as it takes.
    func names(_ path: String = "", limit: Int = 1000) async throws -> [String] {
        var names: [String] = []
        var cursor: String?
        repeat {
            let list = try await files.list(FilePath(text: path), limit: limit, after: cursor)
            names += list.entries.map { FilePath.text(of: $0.path.name) }
            cursor = list.next
        } while cursor != nil
        return names
    }

    func archive(_ path: String = "", limits: ArchiveLimits = ArchiveLimits()) async throws -> [UInt8] {
        let download = try await files.archive(FilePath(text: path), limits: limits)
        var bytes: [UInt8] = []
        while let more = try await download.next() { bytes += more }
        return bytes
    }

    @discardableResult func unpack(
        _ bytes: [UInt8], into path: String = "", limits: ArchiveLimits = ArchiveLimits(), piece: Int = 1 << 20,
        _ allowance: any DiskAllowance = FixedAllowance(bytes: 1 << 30)
    ) async throws -> ArchiveUpload.Summary {
        let upload = try await files.unpack(into: FilePath(text: path), limits: limits, allowance)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try await upload.write(Array(bytes[start..<min(bytes.count, start + piece)]))
        }
        return try await upload.finish()
    }

    /// The bytes of a file outside of the workspace, such as an archive that a tool made.
    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: root + "/" + name))) }

    /// That nothing outside was read from or written to by mistake.
    func expectOutsideUntouched(_ location: SourceLocation = #_sourceLocation) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/outside")
        #expect(names == ["secret"], sourceLocation: location)
        #expect(try bytes("outside/secret") == Array("secret".utf8), sourceLocation: location)
    }

    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) throws {
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: root + "/removals").isEmpty, sourceLocation: location)
    }
}

/// That it fails for this reason.
func expectFailure(
    _ reason: FileFailure.Reason, _ what: Comment? = nil, _ location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record(what ?? "it did not fail", sourceLocation: location)
    } catch let failure as FileFailure {
        #expect(failure.reason == reason, what, sourceLocation: location)
    } catch {
        Issue.record("it failed as \(error)", sourceLocation: location)
    }
}

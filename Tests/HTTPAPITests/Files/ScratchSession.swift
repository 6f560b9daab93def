import Foundation
import HTTPTypes
import HummingbirdTesting
import LinuxKernel
import NIOCore
import Sessions
import Synchronization

@testable import HTTPAPI

/// One session with a workspace on disk, as long as a test runs: everybody without a key has it.
final class ScratchSession: SessionFiles {
    let root: String
    let id: SessionID
    let owner: Owner
    let allowance: FixedAllowance
    private let files: WorkspaceFiles
    private let threads: FileThreads
    private let notes = Mutex<[FileAction]>([])

    init(allowance bytes: Int = 1 << 32, owner: Owner = .anonymous) throws {
        root = FileManager.default.temporaryDirectory.path + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
        var generator = SystemRandomNumberGenerator()
        id = SessionID(using: &generator)
        self.owner = owner
        allowance = FixedAllowance(bytes: bytes)
        for name in ["workspace", "removals"] {
            try FileManager.default.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true)
        }
        threads = try FileThreads(count: 1)
        files = try threads.files(
            of: Self.descriptor(root + "/workspace"), owner: nil, removals: Self.descriptor(root + "/removals"))
    }

    deinit {
        threads.stop()
        do {
            try FileManager.default.removeItem(atPath: root)
        } catch {
            preconditionFailure("cannot remove \(root): \(error)")
        }
    }

    private static func descriptor(_ path: String) throws -> SharedDescriptor {
        SharedDescriptor(try Descriptor(result: Int(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "open", path))
    }

    func workspace(of session: SessionID, for caller: Caller) async -> SessionWorkspace? {
        guard session == id, caller.owner == owner else { return nil }
        return SessionWorkspace(files: files, allowance: allowance) { action in
            self.notes.withLock { $0.append(action) }
        }
    }

    /// What was told for the audit log.
    var actions: [FileAction] { notes.withLock { $0 } }

    var path: String { root + "/workspace" }
    var uri: String { "/api/v1/sessions/\(id)" }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path + "/" + name))) }
    func put(_ text: String, at name: String) throws { try Data(text.utf8).write(to: URL(filePath: path + "/" + name)) }
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

extension TestClientProtocol {
    func put(_ body: String, to uri: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await put(ByteBuffer(string: body), to: uri, headers: headers)
    }

    func put(_ body: ByteBuffer, to uri: String, headers: HTTPFields = [:]) async throws -> Answer {
        Answer(try await execute(uri: uri, method: .put, headers: headers, body: body) { $0 })
    }
}

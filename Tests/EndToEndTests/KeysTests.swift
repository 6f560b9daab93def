import Foundation
import Glibc
import Testing

/// Keys with the real program: its verb, its server, its disk.
@Suite struct KeysTests {
    private func create(_ name: String, _ folder: ScratchFolder, _ options: [String] = []) async throws -> String {
        let ended = try await SandmartinExecutable.run(
            ["keys", "create", name] + options, environment: ["DATA_DIR": folder.path])
        try #require(ended.status == 0, "\(ended.standardError)")
        return ended.standardOutput.trimmingCharacters(in: .newlines)
    }

    @Test func aKeyFromTheCommandLineOpensTheServerAlsoAfterARestart() async throws {
        try await ScratchFolder.with { folder in
            let key = try await create("ann", folder)
            for _ in 1...2 {
                try await ServerProcess.with(["DATA_DIR": folder.path, "HOST": "0.0.0.0"]) { server in
                    #expect(try await server.api.get("/languages").status == 401)
                    #expect(try await server.api.get("/health").status == 200)
                    try await server.api.with(key: key).expectThatTheNextRunWorks()
                }
            }
            let list = try await SandmartinExecutable.run(["keys", "list"], environment: ["DATA_DIR": folder.path])
            #expect(list.status == 0)
            #expect(list.standardOutput.contains("ann"))
            #expect(!list.standardOutput.contains(key))
            try await expectNoTrace(of: key, in: folder)
        }
    }

    /// Not in any file of the data folder.
    private func expectNoTrace(of key: String, in folder: ScratchFolder) async throws {
        let names = (FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []).compactMap { $0 as? String }
        #expect(names.contains("sandmartin.sqlite"))
        for name in names {
            let path = "\(folder.path)/\(name)"
            let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            guard type == .typeRegular else { continue }
            let bytes = try #require(FileManager.default.contents(atPath: path))
            #expect(bytes.range(of: Data(key.utf8)) == nil, "\(name)")
        }
    }

    @Test func aRunningServerFollowsTheCommandLine() async throws {
        try await ScratchFolder.with { folder in
            try await ServerProcess.with(["DATA_DIR": folder.path]) { server in
                try await server.api.expectThatTheNextRunWorks()
                let key = try await create("ann", folder, ["--role", "administrator"])
                try await eventually("the server needs a key") { try await server.api.get("/languages").status == 401 }
                let keys = try await server.api.with(key: key).get("/api/v1/keys").decoded(as: KeyList.self).keys
                let id = try #require(keys.first?.id)
                #expect(keys.map(\.name) == ["ann"])
                let revoked = try await SandmartinExecutable.run(
                    ["keys", "revoke", id], environment: ["DATA_DIR": folder.path])
                #expect(revoked.status == 0)
                try await eventually("the key is refused") {
                    try await server.api.with(key: key).get("/languages").status == 401
                }
                // Nobody is let in because nobody is left.
                #expect(try await server.api.get("/languages").status == 401)
            }
        }
    }

    @Test func anAddressThatOthersReachIsRefusedWithoutAKey() async throws {
        try await ScratchFolder.with { folder in
            let ended = try await SandmartinExecutable.run(
                ["serve", "--host", "0.0.0.0", "--port", "0"], environment: ["DATA_DIR": folder.path])
            #expect(ended.status == 78)
            #expect(ended.standardError.contains("sandmartin keys create"))
        }
    }

    @Test func aSecondServerOnTheSameFolderIsRefused() async throws {
        try await ScratchFolder.with { folder in
            try await ServerProcess.with(["DATA_DIR": folder.path]) { server in
                let ended = try await SandmartinExecutable.run(
                    ["serve", "--port", "0"], environment: ["DATA_DIR": folder.path])
                #expect(ended.status == 78)
                #expect(ended.standardError.contains("data_dir \(folder.path) is in use by another server"))
                try await server.api.expectThatTheNextRunWorks()
            }
        }
    }

    @Test func everyAnsweredKeyIsThereAfterTheServerWasKilledInTheMiddle() async throws {
        try await ScratchFolder.with { folder in
            let environment = ["DATA_DIR": folder.path, "API_KEY": "the-operators-own-key"]
            var answered: [String] = []
            for round in 1...5 {
                answered += try await ServerProcess.with(environment) { server in
                    let admin = server.api.with(key: "the-operators-own-key")
                    let keys = try await withThrowingTaskGroup(of: [String].self) { group in
                        for _ in 1...4 { group.addTask { await Self.keys(from: admin) } }
                        group.addTask {
                            // In the middle of something, and of something else each time.
                            try await Task.sleep(for: .milliseconds(60 * round))
                            server.signal(SIGKILL)
                            return []
                        }
                        return try await group.reduce(into: []) { $0 += $1 }
                    }
                    #expect(try await server.exitStatus() == 128 + SIGKILL)
                    return keys
                }
            }
            #expect(!answered.isEmpty)
            try await ServerProcess.with(environment) { server in
                for key in answered {
                    #expect(try await server.api.with(key: key).get("/languages").status == 200)
                }
                let log = try await server.api.with(key: "the-operators-own-key")
                    .get("/api/v1/audit?limit=1000&action=key.create").decoded(as: AuditPage.self)
                #expect(log.entries.count >= answered.count)
            }
        }
    }

    /// Those that were answered before the server was gone.
    private static func keys(from admin: APIClient) async -> [String] {
        var keys: [String] = []
        while true {
            do {
                let answer = try await admin.post("/api/v1/keys", body: #"{"name": "n"}"#)
                keys.append(try answer.decoded(as: NewKeyAnswer.self).key)
            } catch {
                return keys
            }
        }
    }
}

private struct KeyList: Decodable {
    struct Key: Decodable {
        let id: String
        let name: String
    }

    let keys: [Key]
}

private struct NewKeyAnswer: Decodable {
    let key: String
}

struct AuditPage: Decodable {
    struct Entry: Decodable {
        let action: String
        let owner: String?
        let subject: String?
        let outcome: String?
    }

    let entries: [Entry]
}

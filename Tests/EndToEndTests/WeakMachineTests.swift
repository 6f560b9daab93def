import Foundation
import Glibc
import Testing

/// Machines that refuse what levels are made of: simulated by a filter of system calls that the server is started with.
@Suite struct WeakMachineTests {
    private enum Refused: String { case namespaces, landlock }

    /// Becomes its arguments behind a filter that has calls fail: unshare and mount with EPERM as an engine's profile does,
    /// Landlock with EOPNOTSUPP as a kernel without it does.
    private static let wrapper = """
        import ctypes, os, platform, struct, sys
        unshare, mount = {"x86_64": (272, 165), "aarch64": (97, 40)}[platform.machine()]
        calls = {"namespaces": [(unshare, 1), (mount, 1)], "landlock": [(444, 95)]}
        program = struct.pack("=HBBI", 0x20, 0, 0, 0)
        for name in sys.argv[1].split(","):
            for number, error in calls[name]:
                program += struct.pack("=HBBI", 0x15, 0, 1, number) + struct.pack("=HBBI", 6, 0, 0, 0x50000 | error)
        program += struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
        memory = ctypes.create_string_buffer(program)
        filter = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(memory)))
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, filter) == 0, os.strerror(ctypes.get_errno())
        os.execv(sys.argv[2], sys.argv[2:])
        """

    private static func prefix(refusing: [Refused]) -> [String] {
        ["/usr/bin/python3", "-c", wrapper, refusing.map(\.rawValue).joined(separator: ",")]
    }

    private static func run(_ arguments: [String], refusing: [Refused], _ environment: [String: String] = [:])
        async throws -> SandmartinExecutable.Ended
    {
        try await ScratchFolder.with { folder in
            let command = prefix(refusing: refusing) + [SandmartinExecutable.url.path] + arguments
            return try await HostCommand(
                executable: command[0], arguments: Array(command.dropFirst()),
                environment: environment.merging(["DATA_DIR": "\(folder.path)/data"]) { $1 }
            ).run()
        }
    }

    @Test func withNeitherLevelTheServerRefusesToStart() async throws {
        let refused = try await Self.run(["serve", "--port", "0"], refusing: [.namespaces, .landlock])
        #expect(refused.status == 1)
        for words in ["no sandbox can be made on this machine", "namespaces", "Landlock", "sandmartin doctor"] {
            #expect(refused.standardError.contains(words), "\(refused.standardError)")
        }
        let doctor = try await Self.run(["doctor"], refusing: [.namespaces, .landlock])
        #expect(doctor.status == 1)
        #expect(doctor.standardOutput.contains("missing  level"), "\(doctor.standardOutput)")
    }

    @Test func belowTheMinimumTheServerRefusesToStart() async throws {
        let refused = try await Self.run(
            ["serve", "--port", "0"], refusing: [.namespaces], ["MINIMUM_ISOLATION": "namespaces"])
        #expect(refused.status == 1)
        let words = "isolation is landlock, and minimum_isolation asks for namespaces"
        #expect(refused.standardError.contains(words), "\(refused.standardError)")
    }

    /// The twins: each level is enough by itself.
    @Test func withOneLevelProgramsRunThere() async throws {
        let minimum = ["MINIMUM_ISOLATION": "landlock"]
        let canMakeNamespaces = geteuid() == 0
        for (refused, level) in [(Refused.namespaces, "landlock"), (.landlock, "namespaces")] {
            if level == "namespaces", !canMakeNamespaces { continue }
            try await ServerProcess.with(minimum, prefix: Self.prefix(refusing: [refused])) { server in
                try await server.api.expectThatTheNextRunWorks()
                #expect(try await server.api.isolationLevel() == level)
                let health = String(decoding: try await server.api.get("/health").body, as: UTF8.self)
                if level == "namespaces" { #expect(health.contains(#""landlock":"unavailable""#), "\(health)") }
            }
        }
    }
}

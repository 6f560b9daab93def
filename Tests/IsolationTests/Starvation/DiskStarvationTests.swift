import Isolation
import Testing

/// Rules 10 and 12: what a sandbox can write is capped in bytes and in files, and goes whatever its shape.
@Suite(.serialized) struct DiskStarvationTests {
    private let full = "disk limit reached, 64 MiB"

    @Test func aFullDiskEndsAsTheDiskLimit() async throws {
        let writers = [
            """
            with open("/workspace/large", "wb", buffering=0) as file:
                while file.write(bytes(1 << 20)) == 1 << 20: pass
                file.write(bytes(1 << 20))
            """,
            """
            for place in ["/dev/shm", "/tmp", "/workspace"]:
                for number in range(30000):
                    with open(f"{place}/{number}", "wb") as file: file.write(bytes(20000))
            """,
            """
            for number in range(100000): os.symlink("target", f"/tmp/{number}")
            """,
            """
            for number in range(100000): os.mkdir(f"/workspace/{number}")
            """,
        ]
        try await withEngine { engine in
            try await engine.requireLimits()
            for writer in writers {
                try await expect(.python(writer), endsAs: .diskLimit, full, limits: patientLimits(), on: engine)
            }
        }
    }

    @Test func aFileThatIsTooLargeEndsAsTheDiskLimit() async throws {
        try await withEngine { engine in
            let limits = patientLimits()
            try await expect(.bash("exec truncate -s 1T large"), endsAs: .diskLimit, full, limits: limits, on: engine)
            try await expect(.bash("exec truncate -s 32M large"), endsAs: .ok, nil, limits: limits, on: engine)
        }
    }

    @Test func aProgramThatCopesWithAFullDiskIsFine() async throws {
        let script = """
            try:
                with open("large", "wb", buffering=0) as file:
                    while file.write(bytes(1 << 20)): pass
            except OSError as error: tell("write", errno.errorcode[error.errno])
            os.unlink("large")
            open("small", "wb").write(bytes(1 << 20))
            tell("then", os.stat("small").st_size)
            """
        try await withEngine { engine in
            let result = try await Attack(program: .python(script), limits: patientLimits()).run(on: engine)
            #expect(result.outcome == .ok)
            #expect(["ENOSPC", "EFBIG"].contains(result.answers["write"]))
            #expect(result.answers["then"] == "1048576")
        }
    }
}

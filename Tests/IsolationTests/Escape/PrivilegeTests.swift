import Foundation
import Glibc
import Isolation
import Testing

/// No file gives a program a privilege, and no call brings one back.
@Suite(.serialized) struct PrivilegeTests {
    /// A set-uid program of root and one with capabilities, both in a folder that sandboxes see.
    @Test(.enabled(if: geteuid() == 0, "making a set-uid program of root needs root"))
    func setUserIDAndFileCapabilitiesHaveNoEffect() async throws {
        let folder = try ToolchainFolder()
        try await withEngine(unlike: .ownProc) { engine in
            let program = try await Compilation.shared.binary(of: identityProgram, on: engine)
            try folder.addSetUserID("become-root", program)
            try folder.addCapable("capable", program)
            // Outside they are what they say, for whoever starts them.
            let root = try folder.runAsNobody("become-root")
            #expect(root.hasPrefix("euid 0 "), "\(root)")
            let capable = try folder.runAsNobody("capable")
            #expect(capable.hasPrefix("euid 65534 ") && !capable.contains(" 0000000000000000 "), "\(capable)")
        }
        try await withEngine(unlike: .ownProc, configure: { $0.toolchains = [folder.path] }) { engine in
            for name in ["become-root", "capable"] {
                let path = folder.path + "/" + name
                let result = try await engine.run(
                    Command(executable: path, arguments: [name], environment: programEnvironment))
                #expect(result.outcome == .ok)
                #expect(result.text == "euid 1000 egid 1000 capabilities 0000000000000000 no_new_privs 1\n")
            }
        }
    }

    @Test func ownSetUserIDFilesChangeNothing() async throws {
        try await withEngine(unlike: .ownProc) { engine in
            let program = try await Compilation.shared.binary(of: identityProgram, on: engine)
            let result = try await engine.bash(
                "chmod 6755 program && stat -c %a program && ./program",
                files: [WorkspaceFile(path: WorkspacePath("program"), contents: program, isExecutable: true)])
            #expect(result.text == "6755\neuid 1000 egid 1000 capabilities 0000000000000000 no_new_privs 1\n")
        }
    }

    @Test func programsGiveTheirFilesNoCapabilities() async throws {
        let script = """
            import struct
            capabilities = struct.pack("<5I", 0x02000001, 0x83, 0, 0, 0)
            attempt("capabilities", lambda: os.setxattr("program.py", "security.capability", capabilities))
            attempt("of this sandbox only", lambda: os.setxattr(
                "program.py", "security.capability", struct.pack("<6I", 0x03000001, 0x83, 0, 0, 0, 1000)))
            attempt("mode", lambda: os.chmod("program.py", 0o755))
            """
        try await withEngine(unlike: .mechanism) { engine in
            let answers = try await engine.attempts(script)
            #expect(answers == ["capabilities": "EPERM", "of this sandbox only": "EPERM", "mode": "ok"])
        }
    }

    @Test func everySetUserIDProgramOfTheSystemStaysUnprivileged() async throws {
        let script = """
            attempt() { timeout 10 "$@" </dev/null >/dev/null 2>&1 && echo "$1 succeeded"; }
            for program in $(find /usr -xdev -perm /6000 -type f 2>/dev/null); do
                case $program in
                    */su) attempt "$program" -c true ;;
                    */mount) attempt "$program" -t tmpfs none /tmp ;;
                    */umount) attempt "$program" /tmp ;;
                    */sudo | */pkexec) attempt "$program" true ;;
                    */passwd | */gpasswd | */chsh | */chfn) attempt "$program" ;;
                esac
            done
            grep -q ' /tmp ' /proc/self/mountinfo && echo 'still mounted'
            id -u
            """
        try await withEngine(unlike: .ownProc) { engine in
            let result = try await engine.bash(script, limits: patientLimits())
            #expect(result.text == "still mounted\n1000\n")
        }
    }

    @Test func everyThreadAndChildIsSealed() async throws {
        let script = """
            import subprocess, threading
            def sealed(path):
                fields = dict(line.split(":", 1) for line in open(path) if ":" in line)
                return " ".join(fields[name].strip() for name in [
                    "Uid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"]).replace("\\t", " ")
            def tell_thread(): tell("thread", sealed("/proc/thread-self/status"))
            tell("program", sealed("/proc/self/status"))
            thread = threading.Thread(target=tell_thread)
            thread.start()
            thread.join()
            tell("child", subprocess.run(
                [sys.executable, "-B", "-S", "-c", "from program import sealed; print(sealed('/proc/self/status'))"],
                capture_output=True, text=True).stdout.split("child\\t")[-1].splitlines()[-1]) \\
                if __name__ == "__main__" else None
            """
        try await withEngine(unlike: .ownProc) { engine in
            let answers = try await engine.attempts(script)
            let none = "0000000000000000"
            let sealed = "1000 1000 1000 1000 \(none) \(none) \(none) \(none) \(none) 1 2"
            #expect(answers == ["program": sealed, "thread": sealed, "child": sealed])
        }
    }

    private var identityProgram: String {
        #"""
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>
        int main(void) {
            char line[256], capabilities[64] = "", sealed[64] = "";
            FILE *status = fopen("/proc/self/status", "r");
            while (fgets(line, sizeof line, status)) {
                sscanf(line, "CapEff: %63s", capabilities);
                sscanf(line, "NoNewPrivs: %63s", sealed);
            }
            printf("euid %d egid %d capabilities %s no_new_privs %s\n", geteuid(), getegid(), capabilities, sealed);
        }
        """#
    }
}

/// A folder of the host with programs in it, where set-uid bits count; removed with its owner.
private final class ToolchainFolder {
    let path = "/var/tmp/sandmartin-test-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try #require(chmod(path, 0o755) == 0)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            preconditionFailure("cannot remove \(path): \(error)")
        }
    }

    func addSetUserID(_ name: String, _ program: [UInt8]) throws {
        try add(name, program)
        try #require(chmod(path + "/" + name, 0o6755) == 0)
    }

    /// CAP_CHOWN, CAP_DAC_OVERRIDE and CAP_SETUID, effective at once (`struct vfs_cap_data` of linux/capability.h, version 2).
    func addCapable(_ name: String, _ program: [UInt8]) throws {
        try add(name, program)
        let script =
            "import os, struct, sys; os.setxattr(sys.argv[1], 'security.capability', "
            + "struct.pack('<5I', 0x02000001, 0x83, 0, 0, 0))"
        _ = try output(of: "/usr/bin/python3", ["-c", script, path + "/" + name])
    }

    private func add(_ name: String, _ program: [UInt8]) throws {
        try Data(program).write(to: URL(fileURLWithPath: path + "/" + name))
        try #require(chmod(path + "/" + name, 0o755) == 0)
    }

    /// What the program prints when another user than root starts it on the host.
    func runAsNobody(_ name: String) throws -> String {
        try output(
            of: "/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", path + "/" + name])
    }

    private func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Foundation.Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
        return text
    }
}

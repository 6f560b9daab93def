import Foundation
import Isolation
import Testing

/// Files of the host cannot be named from inside, by whatever path.
@Suite(.serialized) struct HostFilesTests {
    @Test func filesOfTheHostDoNotExist() async throws {
        let secret = try HostSecret()
        let hidden =
            [secret.path, #filePath, CommandLine.arguments[0]] + [
                "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh", "/etc/machine-id", "/root", "/root/.bashrc",
                "/var/lib", "/var/log", "/run", "/boot", "/srv", "/mnt", "/media", "/opt", "/old", "/new", "/tmp/old",
                "/sys/fs/cgroup", "/sys/kernel", "/sys/class", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda",
                "/dev/loop0", "/dev/fuse", "/dev/kvm", "/dev/net/tun",
            ]
        let present = ["/etc/passwd", "/usr/bin/python3", "/workspace", "/tmp", "/dev/null", "/proc/self/status"]
        try await withEngine(unlike: .ownRoot) { engine in
            let answers = try await engine.attempts(
                "for path in sys.argv[1:]: attempt(path, lambda: os.stat(path))", hidden + present)
            for path in hidden { #expect(answers[path] == "ENOENT", "\(path)") }
            for path in present { #expect(answers[path] == "ok", "\(path)") }
        }
    }

    @Test func nothingOfTheHostIsFoundBySearching() async throws {
        let secret = try HostSecret()
        let script = """
            for place, folders, files in os.walk("/"):
                if place == "/":
                    folders[:] = [name for name in folders if name not in ("proc", "usr")]
                for name in files:
                    try:
                        with open(os.path.join(place, name), "rb") as file:
                            if not file.seekable(): continue
                            if sys.argv[1].encode() in file.read(1 << 20): tell("found in", os.path.join(place, name))
                    except OSError: pass
            tell("root", " ".join(sorted(os.listdir("/"))))
            tell("mine", "found" if sys.argv[1] in open("/proc/self/cmdline").read() else "lost")
            tell("users", open("/etc/passwd").read().count(":x:"))
            """
        try await withEngine(unlike: .ownRoot) { engine in
            let answers = try await engine.attempts(script, [secret.text])
            #expect(answers["found in"] == nil)
            #expect(answers["mine"] == "found")
            #expect(answers["users"] == "2")
            let expected: Set = [
                "bin", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "tmp", "usr",
                "var",
                "workspace",
            ]
            let root = Set(try #require(answers["root"]).split(separator: " ").map(String.init))
            #expect(root.isSubset(of: expected), "\(root)")
        }
    }

    @Test func detoursLeadNowhereElse() async throws {
        let secret = try HostSecret()
        let script = """
            target = sys.argv[1]
            climb = "/..".join([""] * 40)
            os.symlink(target, "link")
            os.symlink("/proc/self/root" + target, "rootlink")
            root = os.open("/", os.O_RDONLY)
            attempt("climb", lambda: open("/workspace" + climb + target))
            attempt("link", lambda: open("link"))
            attempt("link through root", lambda: open("rootlink"))
            attempt("root of self", lambda: open("/proc/self/root" + target))
            attempt("directory of self", lambda: open("/proc/self/cwd" + climb + target))
            attempt("root of a thread", lambda: open("/proc/thread-self/root" + target))
            attempt("above an open root", lambda: os.open(climb[1:] + target, os.O_RDONLY, dir_fd=root))
            for line in open("/proc/self/mountinfo"):
                place = line.split()[4]
                if answer(lambda: os.stat(place + climb + target)) == "ok": tell("above", place)
            tell("top", os.path.samestat(os.stat("/"), os.stat("/workspace" + climb)))
            open("own", "w").write("mine")
            os.symlink("/proc/self/root/workspace/own", "ownlink")
            attempt("own file by detour", lambda: open("ownlink").read())
            """
        try await withEngine(unlike: .ownRoot) { engine in
            var answers = try await engine.attempts(script, [secret.path])
            #expect(answers.removeValue(forKey: "own file by detour") == "mine")
            #expect(answers.removeValue(forKey: "top") == "True")
            #expect(answers.removeValue(forKey: "above") == nil)
            #expect(answers.count == 7)
            for (name, answer) in answers { #expect(answer == "ENOENT", "\(name)") }
        }
    }

    /// Rule 17: a compiler is a program too.
    @Test func compilersReadOnlyWhatTheirSandboxHolds() async throws {
        let secret = try HostSecret()
        let source = { (path: String) in
            """
            #include <stdio.h>
            __asm__(".data\\nsecret: .incbin \\"\(path)\\"\\n.byte 0\\n.text");
            extern const char secret[];
            int main(void) { puts(secret); }
            """
        }
        let script = "cc -x c -o program - && ./program"
        try await withEngine { engine in
            for path in [secret.path, "/etc/shadow"] {
                let result = try await engine.bash(script, input: source(path))
                #expect(result.outcome == .nonzeroExit)
                #expect(result.text.contains("file not found"), "\(result.text)")
                #expect(!result.text.contains(secret.text) && !result.text.contains("root:"))
            }
            let own = try await engine.bash(
                script, files: [WorkspaceFile(path: WorkspacePath("own"), contents: Array("mine".utf8))],
                input: source("own"))
            #expect(own.text == "mine\n")
        }
    }

    /// What programs can learn from their own mounts: no place of the host but the sources of the template.
    @Test func mountsTellNothingOfTheHostsOthers() async throws {
        let secret = try HostSecret()
        let script = """
            for line in open("/proc/self/mountinfo"):
                fields = line.split()
                kind = fields[fields.index("-") + 1]
                options = fields[5].split(",")
                tell(fields[4], kind + " " + fields[3] + " " + ",".join(o for o in options if o != "relatime"))
            """
        try await withEngine(unlike: .mechanism) { engine in
            let mounts = try await engine.attempts(script)
            #expect(mounts["/"]?.hasSuffix(" ro,nosuid,nodev") == true)
            for place in ["/workspace", "/tmp"] { #expect(mounts[place]?.hasSuffix(" rw,nosuid,nodev") == true) }
            #expect(mounts["/dev/shm"]?.hasSuffix(" rw,nosuid,nodev,noexec") == true)
            let writable = mounts.filter { !$0.value.contains(" ro,") && !$0.key.hasPrefix("/dev/") }.keys
            #expect(Set(writable) == ["/workspace", "/tmp"])
            for (place, mount) in mounts {
                #expect(mount.contains("nosuid"), "\(place) \(mount)")
                #expect(mount.contains("nodev") || place.hasPrefix("/dev/"), "\(place) \(mount)")
                #expect(!mount.contains(NSHomeDirectory() + " ") && !mount.contains(NSTemporaryDirectory()))
                #expect(!mount.contains(secret.path))
            }
        }
    }
}

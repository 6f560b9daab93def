/// Commands that run another command, which follows their own options.
struct BashWrapper {
    /// Options that take the next word as their value.
    var valueOptions: Set<String> = []
    /// Words of its own that come before the command: the time of `timeout`.
    var ownWords = 0
    /// Options after which a word is shell code: `su -c`.
    var codeOptions: Set<String> = []
    /// Options with which it runs nothing: `command -v`.
    var lookupOptions: Set<String> = []

    /// The wrapper of a name; nil for other commands.
    static func named(_ name: String) -> BashWrapper? { all[name] }

    private static let all: [String: BashWrapper] = [
        "sudo": BashWrapper(valueOptions: ["-u", "-g", "-C", "-h", "-p", "-r", "-t", "-T", "-U", "-D", "-R"]),
        "doas": BashWrapper(valueOptions: ["-u", "-C"]),
        "env": BashWrapper(
            valueOptions: ["-u", "-C", "--unset", "--chdir"], codeOptions: ["-S", "--split-string"]),
        "nohup": BashWrapper(), "setsid": BashWrapper(), "builtin": BashWrapper(),
        "time": BashWrapper(valueOptions: ["-f", "-o"]),
        "command": BashWrapper(lookupOptions: ["-v", "-V"]),
        "exec": BashWrapper(valueOptions: ["-a"]),
        "busybox": BashWrapper(), "toybox": BashWrapper(),
        "nice": BashWrapper(valueOptions: ["-n", "--adjustment"]),
        "ionice": BashWrapper(valueOptions: ["-c", "-n", "-p", "-t"]),
        "chrt": BashWrapper(ownWords: 1), "taskset": BashWrapper(ownWords: 1),
        "timeout": BashWrapper(valueOptions: ["-s", "-k", "--signal", "--kill-after"], ownWords: 1),
        "stdbuf": BashWrapper(valueOptions: ["-i", "-o", "-e"]),
        "xargs": BashWrapper(valueOptions: [
            "-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s", "--max-args", "--max-procs",
        ]),
        "watch": BashWrapper(valueOptions: ["-n", "--interval"]),
        "strace": BashWrapper(valueOptions: ["-e", "-o", "-p", "-s"]),
        "ltrace": BashWrapper(valueOptions: ["-e", "-o"]),
        "chroot": BashWrapper(ownWords: 1),
        "unshare": BashWrapper(valueOptions: ["-S", "-G", "-R", "-w"]),
        "nsenter": BashWrapper(valueOptions: ["-t", "-S", "-G"]),
        "setpriv": BashWrapper(), "runuser": BashWrapper(valueOptions: ["-u", "-g"], codeOptions: ["-c"]),
        "su": BashWrapper(valueOptions: ["-s", "-g"], ownWords: 99, codeOptions: ["-c", "--command"]),
        "script": BashWrapper(ownWords: 99, codeOptions: ["-c", "--command"]),
        "flock": BashWrapper(valueOptions: ["-w", "-E"], ownWords: 1, codeOptions: ["-c", "--command"]),
        "parallel": BashWrapper(valueOptions: ["-j"]), "coproc": BashWrapper(), "then": BashWrapper(),
        "systemd-run": BashWrapper(valueOptions: ["-p", "-u"]), "proot": BashWrapper(valueOptions: ["-r", "-b"]),
        "unbuffer": BashWrapper(), "fakeroot": BashWrapper(), "catchsegv": BashWrapper(),
    ]

    /// Takes its own words off; what stays is the command that it runs, with the code that an option gives it.
    func inner(of words: ArraySlice<BashWord>) -> (command: ArraySlice<BashWord>, code: String?) {
        var rest = words
        var own = ownWords
        while let word = rest.first {
            guard let text = word.text else { return (own > 0 ? rest.dropFirst() : rest, nil) }
            if lookupOptions.contains(text) { return ([], nil) }
            if codeOptions.contains(text) { return ([], rest.dropFirst().first?.text) }
            if text == "--" {
                rest = rest.dropFirst()
                break
            }
            if text.hasPrefix("-"), text.count > 1 {
                rest = rest.dropFirst(valueOptions.contains(text) ? 2 : 1)
            } else if text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*=.*/.dotMatchesNewlines()) != nil {
                rest = rest.dropFirst()
            } else if own > 0 {
                own -= 1
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return (rest, nil)
    }
}

/// What /proc tells about load, swap and paging (proc(5)): a machine without swap on which nothing else happens.
///
/// Ordinary programs read these: Node's `os.loadavg`, psutil, `uptime`, `free` and `vmstat`. (glibc takes getloadavg(3) from
/// sysinfo(2), which is the host's.)
enum QuietMachine {
    static let files = [
        ("loadavg", "0.00 0.00 0.00 1/1 1\n"),
        ("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
        ("vmstat", ["pgpgin", "pgpgout", "pswpin", "pswpout", "pgfault", "pgmajfault"].map { "\($0) 0\n" }.joined()),
    ]
}

import Foundation
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(2))) struct ArchiveTests {
    private let scratch: ScratchWorkspace

    init() throws { scratch = try ScratchWorkspace() }

    private static let long = String(repeating: "long-name-", count: 20)

    private func makeTree() throws {
        try scratch.run(
            """
            mkdir -p src/deep/\(Self.long)/\(Self.long); cd src
            head -c 1M /dev/urandom > data; : > empty; printf run > tool; chmod 755 tool; printf x > $'\\xff'
            printf y > deep/\(Self.long)/\(Self.long)/file; ln -s ../data deep/link; ln -s \(Self.long) deep/\(Self.long.dropLast(3))
            touch -d @1000000000 data; mkdir bare
            """)
    }

    @Test func whatIsDownloadedIsWhatTarUnpacks() async throws {
        try makeTree()
        try Data(try await scratch.archive("src")).write(to: URL(filePath: scratch.root + "/made.tar.gz"))
        try scratch.run(
            "mkdir ../unpacked; tar xzpf ../made.tar.gz -C ../unpacked; diff -r --no-dereference src ../unpacked")
        #expect(
            try scratch.run("cd ../unpacked; stat -c '%a' tool; stat -c %Y data; readlink deep/link")
                == "755\n1000000000\n../data\n")
        try scratch.run(
            "gzip -t ../made.tar.gz; /usr/bin/env python3 -c 'import tarfile; tarfile.open(\"../made.tar.gz\").getmembers()'"
        )
    }

    @Test(arguments: ["gnu", "posix", "ustar"]) func whatTarMakesIsUnpacked(format: String) async throws {
        try makeTree()
        if format == "ustar" { try scratch.run("rm -r src/deep; mkdir src/deep") }
        try scratch.run("tar czf ../made.tar.gz --format=\(format) -C src .")
        let summary = try await scratch.unpack(try scratch.bytes("made.tar.gz"), into: "new/place")
        try scratch.run("diff -r --no-dereference src new/place")
        #expect(try scratch.run("stat -c %a new/place/tool; stat -c %Y new/place/data") == "755\n1000000000\n")
        #expect(summary.files == (format == "ustar" ? 4 : 5) && summary.bytes >= 1 << 20)
    }

    @Test func anArchiveComesInPiecesOfAnySize() async throws {
        try scratch.run(
            "mkdir src; printf 1 > src/a; head -c 3000 /dev/urandom > src/b; tar czf ../made.tar.gz -C src .")
        for piece in [1, 7, 511, 1 << 20] {
            try await scratch.unpack(try scratch.bytes("made.tar.gz"), into: "p\(piece)", piece: piece)
            try scratch.run("diff -r src p\(piece)")
        }
    }

    @Test func unpackingReplacesFilesAndKeepsTheRest() async throws {
        try scratch.run(
            "mkdir src; printf new > src/a; tar czf ../made.tar.gz -C src .; mkdir t; printf old > t/a; printf kept > t/b"
        )
        try await scratch.unpack(try scratch.bytes("made.tar.gz"), into: "t")
        #expect(try scratch.run("cat t/a t/b") == "newkept")
    }

    /// Each is refused, and the same archive without it is taken.
    @Test(arguments: [
        #"add("../escaped")"#, #"add("/tmp/sandmartin-escaped")"#, #"add("a/../../escaped")"#, #"add("a//b")"#,
        #"add("l", tarfile.SYMTYPE, "../outside")"#, #"add("l", tarfile.SYMTYPE, "/etc")"#,
        #"add("d/l", tarfile.SYMTYPE, "../d/../../x")"#, #"add("h", tarfile.LNKTYPE, "first")"#,
        #"add("h", tarfile.LNKTYPE, "/etc/passwd")"#, #"add("c", tarfile.CHRTYPE)"#, #"add("b", tarfile.BLKTYPE)"#,
        #"add("p", tarfile.FIFOTYPE)"#,
    ])
    func entriesThatLeadOutAreRefused(attack: String) async throws {
        func archive(_ entry: String) throws -> [UInt8] {
            try scratch.run(
                """
                /usr/bin/env python3 - <<'END'
                import io, tarfile
                tar = tarfile.open("../made.tar.gz", "w:gz", format=tarfile.GNU_FORMAT)
                def add(name, kind=tarfile.REGTYPE, target=""):
                    info = tarfile.TarInfo("x"); info.name = name; info.type = kind; info.linkname = target
                    info.size = 4 if kind == tarfile.REGTYPE else 0
                    tar.addfile(info, io.BytesIO(b"data"))
                add("first")
                \(entry)
                add("last")
                tar.close()
                END
                """)
            return try scratch.bytes("made.tar.gz")
        }
        let bytes = try archive(attack)
        await expectFailure(.invalid(field: "body")) { try await scratch.unpack(bytes, into: "t") }
        #expect(try await scratch.names("t") == ["first"])
        try scratch.expectOutsideUntouched()
        #expect(
            try scratch.run("ls ..; ls -d /tmp/sandmartin-escaped 2>/dev/null || true").contains("escaped") == false)
        try await scratch.unpack(try archive(#"add("l", tarfile.SYMTYPE, "first"); add("d/x")"#), into: "t")
        #expect(try await scratch.names("t") == ["d", "first", "l", "last"])
    }

    @Test func nothingIsUnpackedThroughLinksThatAreThere() async throws {
        try scratch.run(
            "mkdir -p src/d; printf x > src/d/new; tar czf ../made.tar.gz -C src .; mkdir t; ln -s ../../outside t/d")
        let bytes = try scratch.bytes("made.tar.gz")
        await expectFailure(.conflict) { try await scratch.unpack(bytes, into: "t") }
        try scratch.expectOutsideUntouched()
        try scratch.run("rm t/d")
        try await scratch.unpack(bytes, into: "t")
        #expect(try await scratch.read("t/d/new") == "x")
    }

    @Test func setUserIDDoesNotTravel() async throws {
        try scratch.run(
            "mkdir src; touch src/f; chmod 6755 src/f; mkdir src/d; chmod 3777 src/d; tar czpf ../made.tar.gz -C src .")
        try await scratch.unpack(try scratch.bytes("made.tar.gz"), into: "t")
        #expect(try scratch.run("stat -c %a t/f t/d") == "755\n777\n")
        try Data(try await scratch.archive("src")).write(to: URL(filePath: scratch.root + "/made.tar.gz"))
        #expect(try scratch.run("tar tvzf ../made.tar.gz | cut -c1-10 | sort") == "-rwxr-xr-x\ndrwxrwxrwx\n")
    }

    @Test func capsEndAnArchive() async throws {
        try scratch.run(
            "mkdir src; cd src; touch {1..50}; tar czf ../../many.tar.gz .; head -c 20M /dev/zero > z; tar czf ../../big.tar.gz z"
        )
        var limits = ArchiveLimits()
        limits.entries = 20
        await expectFailure(.tooLarge) {
            try await scratch.unpack(try scratch.bytes("many.tar.gz"), into: "a", limits: limits)
        }
        limits = ArchiveLimits()
        limits.freeBytes = 1 << 20
        await expectFailure(.tooLarge) {
            try await scratch.unpack(try scratch.bytes("big.tar.gz"), into: "b", limits: limits)
        }
        let little = FixedAllowance(bytes: 10 << 20)
        await expectFailure(.tooLarge) { try await scratch.unpack(try scratch.bytes("big.tar.gz"), into: "c", little) }
        #expect(little.bytesLeft >= 9 << 20)
        try await scratch.unpack(try scratch.bytes("many.tar.gz"), into: "d")
        try await scratch.unpack(try scratch.bytes("big.tar.gz"), into: "d")
        #expect(try await scratch.names("d").count == 51)
    }

    @Test func whatIsNoArchiveOrOnlyAPartIsRefused() async throws {
        try scratch.run(
            "mkdir src; head -c 100000 /dev/urandom > src/f; tar czf ../made.tar.gz -C src .; tar cf ../plain.tar -C src ."
        )
        let good = try scratch.bytes("made.tar.gz")
        var damaged = good
        damaged[5000] ^= 0xFF
        for bad in [
            [], Array(good.dropLast(10)), Array(good.prefix(50_000)), damaged, try scratch.bytes("plain.tar"),
            good + [1],
        ] {
            await expectFailure(.invalid(field: "body")) { try await scratch.unpack(bad, into: "t") }
        }
        try scratch.run("printf nothing | gzip > ../no.tar.gz")
        await expectFailure(.invalid(field: "body")) {
            try await scratch.unpack(try scratch.bytes("no.tar.gz"), into: "t")
        }
        try await scratch.unpack(good, into: "t")
    }

    @Test func headersOfAnyBytesBreakNothing() throws {
        var generator = SystemRandomNumberGenerator()
        let good = TarWriter.header(TarEntry(path: [0x61], kind: .file(size: 3), mode: 0o644, modified: 0))
        for _ in 0..<2000 {
            var block = good
            for _ in 0..<3 {
                block[Int.random(in: 0..<512, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
            block.replaceSubrange(148..<156, with: Array(String(sum, radix: 8).utf8) + [0, 0, 0, 0])
            var reader = TarReader()
            var input = (block.prefix(512) + [UInt8](repeating: 0x61, count: 2048))[...]
            do {
                while try reader.next(&input) != nil {}
            } catch {
                // Malformed is the one failure that a reader has.
            }
        }
    }

    @Test func numbersOfAnySizeAreWrittenAndRead() throws {
        for size in [0, 1, 0o77777777777, 1 << 33, 1 << 45] {
            let entry = TarEntry(path: Array("f".utf8), kind: .file(size: size), mode: 0o600, modified: -5)
            var reader = TarReader()
            var input = TarWriter.header(entry)[...]
            #expect(try reader.next(&input) == .entry(entry))
        }
    }
}

import Foundation
import Testing

/// What goes into a run beside its code, and what comes out of it beside its output.
///
/// Under a policy that refuses nothing, because one program links to a file of the system, which must not come out.
@Suite(.server(["POLICY": "permissive"])) struct WorkspaceTests {
    @Test func filesStandInTheirFolders() async throws {
        let bytes: [UInt8] = [0, 0xff, 10, 0x80]
        let answer = try await ServerProcess.current.api.run(
            RunRequest(
                code: """
                    import package.inner
                    print(package.inner.name, list(open("a/b/c/raw", "rb").read()))
                    """,
                language: "python",
                files: [
                    .init(path: "package/inner.py", content: "name = 'inner'"),
                    .init(path: "a/b/c/raw", content: Data(bytes).base64EncodedString(), encoding: "base64"),
                ]))
        #expect(answer.stdout == "inner [0, 255, 10, 128]\n", "\(answer)")
    }

    @Test func whatIsCollectedIsTextOrBase64() async throws {
        let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        let answer = try await ServerProcess.current.api.run(
            RunRequest(
                code: """
                    mkdir out
                    printf '\\x89PNG\\r\\n\\x1a\\n' >out/plot.png
                    printf 'größer' >out/note.txt
                    printf 'not asked for' >out/other.log
                    ln -s /etc/passwd out/link.txt
                    """, collect: ["out/*.png", "out/*.txt"]))
        #expect(answer.status == "ok", "\(answer)")
        #expect(
            answer.files?.sorted { $0.path < $1.path } == [
                .init(path: "out/note.txt", content: "größer", encoding: "utf8", sizeBytes: 8),
                .init(
                    path: "out/plot.png", content: Data(png).base64EncodedString(), encoding: "base64", sizeBytes: 8),
            ])
    }

    @Test func filesAreCollectedAlsoWhenTheProgramFails() async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(code: "echo kept >kept.txt; exit 3", collect: ["kept.txt"]))
        #expect(answer.status == "nonzero_exit")
        #expect(answer.files?.map(\.content) == ["kept\n"])
    }

    @Test func everyTestOfACompiledProgramHasItsVerdict() async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(
                code: """
                    #include <cstdlib>
                    #include <fstream>
                    #include <iostream>
                    int main(int count, char**) {
                        if (count > 1) return 7;
                        // A file of an earlier test or of the compiler would be seen here.
                        if (std::ifstream("left") || std::ifstream("main.cpp")) std::abort();
                        std::ofstream("left") << 1;
                        int a, b;
                        std::cin >> a >> b;
                        std::cout << a + b << "  \\n\\n";
                    }
                    """, language: "cpp",
                tests: [
                    .init(name: "sum", stdin: "1 2", expectedOutput: "3"),
                    .init(name: "wrong", stdin: "1 2", expectedOutput: "4"),
                    .init(name: "fails", args: ["x"], expectedOutput: "3"),
                    .init(name: "free", stdin: "1 2"),
                ]))
        let verdicts = try #require(answer.tests).map { "\($0.name ?? ""): \($0.status), \($0.verdict ?? "")" }
        #expect(
            verdicts == [
                "sum: ok, accepted", "wrong: ok, wrong_answer", "fails: nonzero_exit, not_accepted",
                "free: ok, accepted",
            ])
        #expect(answer.success == false)
        #expect(answer.compile?.status == "ok")
    }

    @Test func aRunIsASuccessWhenAllTestsAreAccepted() async throws {
        let answer = try await ServerProcess.current.api.run(
            RunRequest(
                code: "print(int(input()) * 2)", language: "python",
                tests: [
                    .init(name: "1", stdin: "1", expectedOutput: "2"),
                    .init(name: "2", stdin: "4", expectedOutput: "8\n"),
                ]))
        #expect(answer.tests?.map(\.verdict) == ["accepted", "accepted"])
        #expect(answer.success == true)
    }

    @Test func theNextRunFindsNothingOfTheLast() async throws {
        let api = try ServerProcess.current.api
        let first = try await api.run(RunRequest(code: "echo secret | tee left /tmp/left"))
        #expect(first.stdout == "secret\n")
        for _ in 0..<8 {
            let next = try await api.run(RunRequest(code: "ls -A . /tmp | grep left || echo nothing"))
            #expect(next.stdout == "nothing\n")
        }
    }
}

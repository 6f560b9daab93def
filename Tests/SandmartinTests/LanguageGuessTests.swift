import Languages
import Testing

@testable import sandmartin

@Suite struct LanguageGuessTests {
    private let guess: LanguageGuess

    init() throws { guess = LanguageGuess(languages: try LanguageCatalog().languages) }

    @Test(arguments: [
        ("hello.py", "python"), ("/a.b/main.CPP", "cpp"), ("x.cc", "cpp"), ("lib.rs", "rust"), ("t.mjs", "javascript"),
        ("build.sh", "bash"),
    ])
    func theExtensionTells(_ path: String, _ name: String) throws {
        #expect(try guess.language(named: nil, path: path, code: "x").name == name)
    }

    @Test(arguments: [
        ("#!/bin/bash", "bash"), ("#!/usr/bin/env python3", "python"), ("#!/usr/bin/env -S node --x", "javascript"),
        ("#!/usr/bin/python3.11 -u", "python"), ("#! /bin/sh", "bash"), ("#!/usr/bin/env A=b python", "python"),
    ])
    func theFirstLineTells(_ line: String, _ name: String) throws {
        #expect(try guess.language(named: nil, path: "-", code: line + "\nx").name == name)
    }

    @Test func theNameGivenWins() throws {
        #expect(try guess.language(named: "JS", path: "hello.py", code: "#!/bin/sh").name == "javascript")
    }

    @Test func anUnknownNameIsRefusedWithTheChoices() {
        #expect(throws: RunFailure("there is no language “cobol”: bash, cpp, javascript, python, rust")) {
            try guess.language(named: "cobol", path: "x.py", code: "x")
        }
    }

    @Test(arguments: [
        ("notes.txt", "hello", "notes.txt"), (".py", "x", ".py"), ("-", "#!", "standard input"),
        ("-", "#!/usr/bin/env", "standard input"), ("-", "print(1)", "standard input"),
    ])
    func whatCannotBeToldIsRefused(_ path: String, _ code: String, _ name: String) {
        let error = #expect(throws: RunFailure.self) { try guess.language(named: nil, path: path, code: code) }
        let choices = "bash, cpp, javascript, python, rust"
        #expect(error?.description == "the language of \(name) cannot be told: name it with --language: \(choices)")
    }
}

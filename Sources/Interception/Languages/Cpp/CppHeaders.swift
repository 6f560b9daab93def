/// What the headers that a program includes make callable.
struct CppHeaders {
    /// Whether a header is included that is not one of the standard libraries of C and C++.
    private(set) var hasOthers = false
    /// Functions that the program declares itself, without a body.
    private(set) var declared: Set<String> = []

    /// Functions of the network that are ordinary words, for which programs have functions of their own. In C++ they
    /// cannot be called without a declaration, and no standard header has one.
    private static let ordinaryWords: Set<String> = [
        "socket", "connect", "bind", "listen", "accept", "sendto", "recvfrom",
    ]

    /// Standard headers of C with the ending `.h`; those of C++ have none.
    private static let standardC: Set<String> = [
        "assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h", "limits.h",
        "locale.h", "math.h", "setjmp.h", "signal.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
        "stdio.h", "stdlib.h", "string.h", "tgmath.h", "time.h", "uchar.h", "wchar.h", "wctype.h", "bits/stdc++.h",
    ]

    mutating func include(_ header: String) {
        let isStandard = Self.standardC.contains(header) || !header.utf8.contains { ".\\/".utf8.contains($0) }
        if !isStandard || header.isEmpty { hasOthers = true }
    }

    mutating func declare(_ function: String) { declared.insert(function) }

    /// Whether a name can only mean a function of the program's own or of the standard library.
    func cannotBeOfSystem(_ name: String) -> Bool {
        Self.ordinaryWords.contains(name) && !hasOthers && !declared.contains(name)
    }
}

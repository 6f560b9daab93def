/// The shapes of code that front ends recognise by themselves; the name of a fact of the kind `special`.
package enum SpecialFact: String, CaseIterable, Hashable, Sendable {
    /// A NUL byte in the source.
    case nulByte = "nul-byte"
    /// A control character that makes text read in another order than it runs (CVE-2021-42574).
    case bidiControl = "bidi-control"
    /// An endless loop.
    case loopInfinite = "loop-infinite"
    /// An endless loop that starts processes.
    case loopFork = "loop-fork"
    /// An endless loop that starts threads.
    case loopThread = "loop-thread"
    /// An endless loop that only takes memory.
    case loopGrow = "loop-grow"
    /// A constant allocation beyond any reasonable memory.
    case hugeAllocation = "huge-alloc"
    /// A text with many numeric escapes.
    case hexEscapes = "hex-escapes"
    /// Python: a source encoding that hides the text.
    case oddEncoding = "odd-encoding"
    /// Python: a function looked up by computed name in a namespace, and called.
    case namespaceCall = "namespace-call"
    /// JavaScript: names as obfuscators make them (`_0x3fa2`).
    case obfuscatorNames = "obfuscator-names"
    /// Bash: a shell is given a command that is known only at run time.
    case shellDynamic = "shell-c-dynamic"
    /// Bash: a shell is given commands by xargs.
    case shellFromXargs = "shell-from-xargs"
    /// Bash: a command whose name is known only at run time.
    case dynamicCommand = "dynamic-command"
    /// Bash: a command spelled with braces (`{cat,file}`).
    case braceCommand = "brace-command"
    /// Bash: a command spelled with wildcards (`/b?n/c?t`).
    case globCommand = "glob-command"
    /// Bash: a function that starts itself in the background.
    case forkBomb = "fork-bomb"
    /// C++: assembly inside a function.
    case inlineAssembly = "inline-asm"
    /// C++: data cast to a function and called.
    case functionPointerCast = "fnptr-cast"
    /// C++: names glued together by the preprocessor.
    case tokenPaste = "token-paste"
    /// Rust: an unsafe block.
    case unsafeBlock = "unsafe"
    /// Rust: functions of C are declared.
    case externC = "extern-c"
}

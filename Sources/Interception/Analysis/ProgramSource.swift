/// A text of a program: the code itself, or a source file beside it.
package struct ProgramSource: Sendable {
    /// Path of a file beside the code; nil for the code itself.
    package let file: String?
    /// Nil when it is in a language that the analyser does not read.
    package let language: SourceLanguage?
    package let bytes: [UInt8]

    package init(file: String? = nil, language: SourceLanguage?, bytes: [UInt8]) {
        self.file = file
        self.language = language
        self.bytes = bytes
    }
}

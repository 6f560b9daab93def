/// A stretch of the submitted source, as editors count it.
package struct SourceLocation: Hashable, Sendable {
    /// From 1.
    package let line: Int
    /// In Unicode code points, from 1.
    package let column: Int
    /// From 1; the line of the last character.
    package let endLine: Int
    /// In Unicode code points, from 1; the column after the last character.
    package let endColumn: Int

    package init(line: Int, column: Int, endLine: Int, endColumn: Int) {
        self.line = line
        self.column = column
        self.endLine = endLine
        self.endColumn = endColumn
    }
}

import CTreeSitter

/// The names of a grammar's nodes and fields that a front end cares about.
protocol Syntax {
    /// Kinds of nodes; the raw value is the grammar's name. One that a named and an anonymous node share means the
    /// named one.
    associatedtype Kind: RawRepresentable<String>, CaseIterable, Hashable, Sendable
    /// Fields, numbered from 0 in the order of `allCases`; `fooBar` stands for the grammar's `foo_bar`.
    associatedtype Field: RawRepresentable<Int>, CaseIterable, Hashable, Sendable
    static var tables: SyntaxTables<Self> { get }
}

extension Duration {
    /// In milliseconds, to the microsecond.
    var milliseconds: JSONValue { .number((self / .microseconds(1)).rounded() / 1000) }
    /// In seconds, to the microsecond.
    var seconds: JSONValue { .number((self / .microseconds(1)).rounded() / 1_000_000) }
}

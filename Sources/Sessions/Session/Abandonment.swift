/// Waits for `work` unless the calling task is cancelled: then it goes on without anybody who waits for it.
func abandonWhenCancelled(_ work: @escaping @Sendable () async -> Void) async {
    let (ending, end) = AsyncStream<Void>.makeStream()
    Task {
        await work()
        end.finish()
    }
    for await _ in ending {}
}

/// Is told of every execution that ended, on the way of its answer.
package protocol ExecutionObserver: Sendable {
    /// Must neither wait nor work. ``settle()`` follows, before anybody is told of it.
    func ended(_ execution: EndedExecution)
    /// Returns when what it was told would outlive the server's death: the answer waits for it. It may work for a moment on
    /// the thread that calls it.
    func settle() async
}

extension ExecutionObserver {
    package func settle() async {}
}

package struct EndedExecution: Sendable {
    package let run: FinishedRun
    package let caller: Caller
    package let code: String

    package init(run: FinishedRun, caller: Caller, code: String) {
        self.run = run
        self.caller = caller
        self.code = code
    }
}

/// Is told of every execution that ended, on the way of its answer: it must neither wait nor work.
package protocol ExecutionObserver: Sendable {
    func ended(_ execution: EndedExecution)
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

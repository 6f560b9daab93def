/// What stands between a request and the queue: the caller's quota, and the state of the machine.
package struct Admission: Sendable {
    package let quotas: Quotas
    /// Nil as long as the machine can take more.
    package let pressure: @Sendable () -> MachinePressure?

    package init(quotas: Quotas = Quotas(), pressure: @escaping @Sendable () -> MachinePressure? = { nil }) {
        self.quotas = quotas
        self.pressure = pressure
    }

    /// Counts a run of the caller, or says why there can be none now. The quota comes first: who has used it up is told
    /// so also by a machine at its limits.
    func admitRun(of caller: Caller) throws(ExecutionRejection) {
        do { try quotas.admitRun(of: caller) } catch { throw .quotaExceeded(error) }
        if let pressure = pressure() {
            quotas.withdrawRun(of: caller.owner)
            throw .machineBusy(pressure)
        }
    }
}

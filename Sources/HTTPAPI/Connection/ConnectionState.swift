import NIOCore

/// Where a connection stands between its requests and their answers. A value: time comes in, decisions come out.
struct ConnectionState {
    enum Phase: Hashable {
        /// No byte of a request has come since the last answer.
        case waiting
        /// A request has begun and is not complete.
        case receiving
        /// Every request that came whole is answered but for the last, which is being worked on.
        case answering
        /// The last answer is written or under way; the connection ends after it.
        case closing
    }

    /// What to do when the timer fires.
    enum Verdict: Hashable {
        case lookAgain(NIODeadline)
        /// The request did not come in time: say so, then close.
        case requestTimeout
        /// Nothing is lost: close.
        case close
    }

    let limits: ConnectionLimits
    private(set) var isClosing = false
    private var begun = 0
    private var complete = 0
    private var answered = 0
    /// The number of the request after which none can come; nil: any may.
    private var last: Int?
    /// When the present phase began.
    private var since: NIODeadline
    /// Bytes of the request that is being received.
    private var received = 0
    /// Bytes that waited for the client when the timer fired last.
    private var pending = 0

    init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        since = now
    }

    var phase: Phase {
        if isClosing { return .closing }
        if answered < complete { return .answering }
        return begun > complete || received > 0 ? .receiving : .waiting
    }

    /// A request's head has come and its end has not.
    var hasOpenRequest: Bool { begun > complete }

    /// The next answer belongs to the last request that has come.
    var isAnsweringLast: Bool { answered + 1 == begun }

    /// The next answer belongs to a request after which none can come.
    var isAnsweringEnd: Bool { last.map { answered + 1 >= $0 } ?? false }

    /// The next answer belongs to a request that has not come whole.
    var wouldAnswerEarly: Bool { hasOpenRequest && answered == complete }

    mutating func bytesArrived(_ count: Int, now: NIODeadline) {
        switch phase {
        case .waiting:
            since = now
            received = count
        case .receiving: received += count
        case .answering, .closing: break
        }
    }

    mutating func headArrived(isLast: Bool) {
        begun += 1
        if isLast, last == nil { last = begun }
    }

    mutating func requestEnded() {
        complete += 1
        received = 0
    }

    mutating func answerEnded(now: NIODeadline) {
        answered += 1
        received = 0
        since = now
    }

    mutating func willClose() { isClosing = true }

    /// What is due now; `pending` counts the bytes that are written and not taken by the client.
    mutating func timerFired(now: NIODeadline, pending: Int) -> Verdict {
        defer { self.pending = pending }
        // A client that takes nothing for a whole period is gone in all but name.
        if pending > 0 && pending == self.pending { return .close }
        let period = now + limits.requestTimeout
        switch phase {
        case .waiting where pending > 0:
            since = now
            return .lookAgain(period)
        case .waiting:
            return verdict(at: since + (begun == 0 ? limits.requestTimeout : limits.idleTimeout), now, .close)
        case .receiving:
            let earned = TimeAmount.milliseconds(Int64(received) * 1000 / Int64(limits.minimumRate))
            return verdict(at: since + limits.requestTimeout + earned, now, .requestTimeout)
        case .answering, .closing: return .lookAgain(period)
        }
    }

    private func verdict(at deadline: NIODeadline, _ now: NIODeadline, _ verdict: Verdict) -> Verdict {
        // Any deadline that is set later lies at least one period ahead, so looking once a period is enough.
        now >= deadline ? verdict : .lookAgain(min(deadline, now + limits.requestTimeout))
    }
}

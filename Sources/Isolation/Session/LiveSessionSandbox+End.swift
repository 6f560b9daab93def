import CLinux
import Glibc
import LinuxKernel

/// Limits, ends, and what is said about them.
extension LiveSessionSandbox {
    /// The time limit counts from the packet on: a start can be held up by others of the session, which may stop the process
    /// that is to become the program.
    func startTimers(_ active: ActiveCommand) {
        if let wall = active.limits.wall {
            active.timers.append(
                loop.after(wall) { [unowned self] in end(active, because: .time) })
        }
        active.timers.append(
            loop.after(Self.patience) { [unowned self] in
                if active.startedAt == nil { end(active, because: .cancelled) }
            })
        if watchdog == nil { scheduleWatchdog(after: Watchdog.first) }
    }

    // MARK: Watchdog

    private func scheduleWatchdog(after duration: Duration) {
        watchdog = loop.after(duration) { [unowned self] in
            watchdog = nil
            guard isAlive else { return }
            do {
                try inspect()
            } catch {
                // Limits that cannot be watched cannot be kept.
                keeper.kill()
            }
            let isWatched = commands.values.contains { $0.ended == nil && $0.limits.wall != nil }
            if !commands.isEmpty { scheduleWatchdog(after: isWatched ? Self.interval : Self.idleInterval) }
        }
    }

    private static let interval = Duration.milliseconds(50)
    private static let idleInterval = Duration.seconds(1)

    /// Looks at what the kernel counts for the whole sandbox, and ends what reached a limit.
    private func inspect() throws(SandboxFailure) {
        let sample = try sample()
        let isFull = try scratchUsage().isFull
        countScratch()
        for command in commands.values {
            command.peakProcesses = max(command.peakProcesses, programs(in: sample))
            command.scratchWasFull = command.scratchWasFull || isFull
        }
        endAtEvents(sample)
        let used = Duration.microseconds(sample.cpuMicroseconds)
        for command in commands.values {
            // All of the sandbox since then is at least its own.
            guard let limit = command.limits.cpu, command.ended == nil, used - command.cpuBefore >= limit else {
                continue
            }
            if command.isAlone { end(command, because: .cpu) } else { checkProcessorTime(command, limit) }
        }
    }

    private func checkProcessorTime(_ command: ActiveCommand, _ limit: Duration) {
        keeper.conversation.post(.inspect(command: command.number)) { [unowned self] answer in
            guard case .success(let answer) = answer, let activity = CommandActivity(answer) else { return }
            if activity.cpu >= limit { end(command, because: .cpu) }
        }
    }

    /// A limit that was met by the only command ends it, unless it has no time limit: a terminal or a background command
    /// goes on without the process that took too much.
    private func endAtEvents(_ sample: CgroupSample) {
        let kills = sample.oomKills > memoryKills
        let refusals = sample.processLimitHits > processRefusals && !refusesForks
        noteEvents(sample)
        guard kills || refusals, commands.count == 1, let command = commands.values.first,
            command.limits.wall != nil
        else { return }
        end(command, because: kills ? .memory : .processes)
    }

    /// The kernel says that a process of the sandbox was killed for memory or refused, not whose it was: each command that
    /// is alive then is told so if it fails.
    private func noteEvents(_ sample: CgroupSample) {
        let kills = sample.oomKills > memoryKills
        let refusals = sample.processLimitHits > processRefusals && !refusesForks
        (memoryKills, processRefusals) = (sample.oomKills, sample.processLimitHits)
        for command in commands.values {
            command.sawMemoryKill = command.sawMemoryKill || kills
            command.sawProcessLimit = command.sawProcessLimit || refusals
        }
    }

    // MARK: End

    /// Ends all processes of a command. Its result comes when none is left, unless its first process had ended before.
    func end(_ active: ActiveCommand, because reason: Ending) {
        guard !active.isGone, isAlive else { return }
        if active.ending == nil, active.ended == nil { active.ending = reason }
        guard !active.isBeingKilled else { return }
        active.isBeingKilled = true
        keeper.conversation.post(.inspect(command: active.number)) { answer in
            if case .success(let answer) = answer { active.lastActivity = CommandActivity(answer) }
        }
        // Its warden may have ended by itself meanwhile: then MESSAGE_GONE is on its way.
        keeper.conversation.post(.kill(command: active.number)) { _ in }
        active.timers.append(
            loop.after(Self.leniency) { [unowned self] in
                guard !active.isGone, isAlive else { return }
                do { try refuseForks(true) } catch { keeper.kill() }
            })
        active.timers.append(
            loop.after(Self.patience) { [unowned self] in if !active.isGone { keeper.kill() } })
    }

    /// How long a killed tree may go on to fork, before forks are refused to the whole sandbox until it is gone. A tree that
    /// lasts so long is a bomb, which takes all room for processes anyway.
    private static let leniency = Duration.seconds(1)

    /// Ends that once no tree is being killed any more.
    private func allowForks() {
        guard refusesForks, isAlive, !commands.values.contains(where: \.isBeingKilled) else { return }
        do throws(SandboxFailure) {
            // What was refused meanwhile was not their limit.
            noteEvents(try sample())
            try refuseForks(false)
        } catch {
            keeper.kill()
        }
    }

    /// How long a killed tree may take to go before the whole sandbox is ended instead, and a start to be answered before it
    /// is killed.
    private static let patience = Duration.seconds(10)

    func commandEnded(_ message: message_ended) {
        guard let active = commands[message.command], active.ended == nil else { return }
        active.ended = message
        // Two processes speak to us: what has just been started may end before we are told that it was.
        if active.startedAt != nil { firstProcessEnded(active) }
    }

    func firstProcessEnded(_ active: ActiveCommand) {
        drain(active)
        // Nothing is left, and its warden leaves: nobody has to wait for that.
        if active.ended?.others_alive == 0 { return isGone(active) }
        // What it was ended for is true only when all is gone.
        if active.ending == nil { finish(active) }
    }

    func commandIsGone(_ number: UInt32) {
        // A command that could not be started is not known any more, and of another the start was answered before this.
        if let active = commands[number] { isGone(active) }
    }

    /// The sandbox is gone, and every command with it.
    func loseCommands() {
        for active in commands.values where active.startedAt != nil { isGone(active) }
    }

    private func isGone(_ active: ActiveCommand) {
        drain(active)
        finish(active)
        commands[active.number] = nil
        active.isGone = true
        stopWatching(active)
        allowForks()
        active.goneWaiters.resumeAll()
    }

    private func finish(_ active: ActiveCommand) {
        guard active.result == nil else { return }
        do throws(SandboxFailure) {
            active.result = .success(try describe(active))
        } catch {
            active.result = .failure(error)
        }
        stopTimers(active)
        active.resultWaiters.resumeAll()
    }

    // MARK: What is said

    private func describe(_ active: ActiveCommand) throws(SandboxFailure) -> CommandResult {
        let sample = try sample()
        // Those between the watchdog's last look and the end; the command that ends is among the live ones.
        noteEvents(sample)
        var observation = Observation(
            ending: active.ending, status: active.status, limits: active.limits.limits(in: limits))
        let isExplained = isExplainedByEvents(active)
        let isLost = active.status == nil && active.ending == nil && !isAlive
        observation.outOfMemoryKills = isExplained && active.sawMemoryKill || isLost && sample.oomKills > 0 ? 1 : 0
        observation.processLimitHits = isExplained && active.sawProcessLimit ? 1 : 0
        let isFull = try scratchUsage().isFull
        observation.diskIsFull = active.scratchWasFull || isFull
        observation.usage = usage(of: active, sample)
        // Its warden was killed from inside, and it with it: nobody can say more.
        if active.status == nil, active.ending == nil, isAlive {
            observation.status = .signaled(number: Int(SIGKILL))
        }
        var result = CommandResult(run: observation.result(output: active.capture.output))
        result.state = active.state?.state
        result.stateIsTooLarge = active.state?.isTooLarge ?? false
        result.hasBackground = active.ended?.others_alive == 1
        return result
    }

    /// Whether a limit that was met while it ran explains its end. What ran for long may have failed for any reason.
    private func isExplainedByEvents(_ active: ActiveCommand) -> Bool {
        switch active.status {
        case .exited(code: 0): false
        case .exited(let code): active.limits.wall != nil || code == 128 + Int(SIGKILL)
        case .signaled(let number): active.limits.wall != nil || number == Int(SIGKILL)
        case nil: true
        }
    }

    private func usage(of active: ActiveCommand, _ sample: CgroupSample) -> ResourceUsage {
        var usage = ResourceUsage()
        let started = active.startedAt ?? active.requested
        usage.start = started - active.requested
        usage.wall = active.ended.map { .microseconds($0.wall_microseconds) } ?? (.now - started)
        usage.cpu = processorTime(of: active, sample)
        usage.peakMemory = ByteCount(
            max(Int(active.ended?.peak_resident_kilobytes ?? 0) << 10, active.lastActivity?.resident.bytes ?? 0))
        usage.standardOutput = ByteCount(active.capture.standardOutput)
        usage.standardError = ByteCount(active.capture.standardError)
        usage.peakProcesses = max(1, active.peakProcesses)
        if active.sawProcessLimit { usage.peakProcesses = limits.processes }
        return usage
    }

    /// Its first process with all that were waited for below it; of a tree that we ended, what was seen last.
    private func processorTime(of active: ActiveCommand, _ sample: CgroupSample) -> Duration {
        if active.isAlone, active.ending != nil {
            return .microseconds(sample.cpuMicroseconds) - active.cpuBefore
        }
        let ended = active.ended.map { Duration.microseconds($0.user_microseconds + $0.system_microseconds) }
        return max(ended ?? .zero, active.lastActivity?.cpu ?? .zero)
    }
}

extension CommandActivity {
    init?(_ answer: Conversation.Answer) {
        guard answer.bytes.count >= MemoryLayout<message_inspection>.size else { return nil }
        let inspection = answer.bytes.withUnsafeBytes { $0.loadUnaligned(as: message_inspection.self) }
        self.init(
            processes: Int(inspection.processes), cpu: .microseconds(inspection.cpu_microseconds),
            resident: ByteCount(Int(inspection.resident_bytes)))
    }
}

import LinuxKernel

/// Everything that makes and runs sandboxes: two event loops, the launcher, the cgroups and the pool.
package final class SandboxEngine: SandboxSource {
    package let isolation: IsolationReport
    private let pool: SandboxPool
    let maker: SandboxMaker
    private let runLoop: EventLoop
    private let makerLoop: EventLoop
    private let collector: Collector
    /// Told when the launcher ended by itself; finished at shutdown.
    private let lost: AsyncStream<Void>.Continuation

    /// Starts the launcher and makes a first sandbox, so that what this machine cannot isolate is known now: the strongest
    /// level of the configured ones for which that works. Throws `.noIsolation` with what failed. After a throw nothing is
    /// left running.
    package static func start(_ configuration: EngineConfiguration) async throws(SandboxFailure) -> SandboxEngine {
        var refusals: [IsolationRefusal] = []
        for level in [IsolationLevel.namespaces, .landlock]
        where level <= configuration.strongest && level >= configuration.weakest {
            do {
                return try await start(at: level, configuration, refusals)
            } catch {
                refusals.append(IsolationRefusal(level: level, failure: error))
            }
        }
        throw refusals.count == 1 ? refusals[0].failure : .noIsolation(refusals)
    }

    private static func start(
        at level: IsolationLevel, _ configuration: EngineConfiguration, _ refusals: [IsolationRefusal]
    ) async throws(SandboxFailure) -> SandboxEngine {
        let engine: SandboxEngine
        do {
            var foundation = try await EngineFoundation.lay(level, configuration)
            foundation.isolation.refusals = refusals.map(\.description)
            engine = try SandboxEngine(configuration, foundation)
        } catch {
            throw .system(error)
        }
        do {
            let first = try await engine.maker.make(
                disk: configuration.standard.disk, inodes: configuration.standard.inodes)
            await first.destroy()
            await engine.pool.refill()
            await engine.maker.refillBlanks()
        } catch {
            await engine.shutDown()
            throw error
        }
        return engine
    }

    private init(_ configuration: EngineConfiguration, _ foundation: EngineFoundation) throws(SystemError) {
        runLoop = try EventLoop(name: "sandboxes")
        makerLoop = try EventLoop(name: "sandbox-maker")
        collector = Collector(loop: try EventLoop(name: "sandbox-files"))
        isolation = foundation.isolation
        let (losses, lost) = AsyncStream<Void>.makeStream()
        self.lost = lost
        maker = SandboxMaker(
            configuration: configuration, template: foundation.template, cgroups: foundation.cgroups, loop: makerLoop,
            runLoop: runLoop, collector: collector, folders: foundation.folders,
            onLauncherLoss: { lost.yield() })
        pool = SandboxPool(maker: maker, configuration: configuration, loop: runLoop)
        Task { [pool] in
            for await _ in losses { await pool.replaceAll() }
        }
    }

    package func sandbox(limits: Limits) async throws(SandboxFailure) -> any ProgramSandbox {
        try await pool.take(disk: limits.disk, inodes: limits.inodes)
    }

    /// An executor on whose thread sandboxes live: work that runs there reaches them without a change of threads.
    package var executor: any TaskExecutor { runLoop }

    package var readyCount: Int { get async { await pool.readyCount } }

    /// Ends every sandbox and leaves nothing behind. Running programs end as `cancelled`. What the kernel refuses to give
    /// up is told to the configuration's `report`.
    package func shutDown() async {
        lost.finish()
        await pool.end()
        await maker.end()
        runLoop.stop()
        makerLoop.stop()
        collector.loop.stop()
    }
}

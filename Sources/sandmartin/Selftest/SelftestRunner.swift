/// Runs suites against a server, one check after the other.
struct SelftestRunner {
    let server: ServerUnderTest
    let suites: [SelftestSuite]

    func report() async -> SelftestReport {
        var found: [SelftestReport.Suite] = []
        for suite in suites {
            var results: [SelftestReport.Result] = []
            for check in suite.checks { results.append(await result(of: check)) }
            found.append(.init(name: suite.rawValue, title: suite.title, results: results))
        }
        return SelftestReport(
            url: server.http.address.text, serverVersion: server.health?.version,
            isolation: server.health?.isolation.level, suites: found)
    }

    private func result(of check: SelftestCheck) async -> SelftestReport.Result {
        let clock = ContinuousClock()
        let start = clock.now
        let (state, detail) = await outcome(of: check)
        return .init(name: check.name, state: state, detail: detail, seconds: (clock.now - start) / .seconds(1))
    }

    private func outcome(of check: SelftestCheck) async -> (SelftestReport.State, String) {
        do {
            return (.passed, try await check.body(server))
        } catch let absence as SelftestCheck.NotAvailable {
            return (.notAvailable, absence.reason)
        } catch {
            return (.failed, "\(error)")
        }
    }
}

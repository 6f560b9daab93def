extension PrometheusRegistry {
    /// What is said about the metrics that are counted as things happen.
    package static let meanings = [
        "sandmartin_http_requests_total": "Requests answered, by route and status.",
        "sandmartin_http_request_duration_seconds": "From a request's head to the whole of its answer, by route.",
        "sandmartin_runs_total": "Runs that ended, by language and status.",
        "sandmartin_run_cpu_milliseconds_total": "Processor time of runs that ended, compilers included.",
        "sandmartin_run_duration_seconds": "Real time of programs.",
        "sandmartin_run_queue_seconds": "Time that runs waited for their turn.",
    ]
}

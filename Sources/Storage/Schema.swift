import GRDB

/// The tables, as the history of their changes. A migration that was released is never edited.
///
/// Times are milliseconds since 1970, durations microseconds, sizes bytes.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 keys, sessions, runs, audit") { database in
            for statement in first { try database.execute(sql: statement) }
        }
        return migrator
    }

    private static let first = [keys, sessions, defaultSession, runs, runsByAge, audit, auditByTime]

    private static let keys = """
        CREATE TABLE key (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          role TEXT NOT NULL,
          digest BLOB NOT NULL UNIQUE,
          hint TEXT NOT NULL,
          created INTEGER NOT NULL,
          expires INTEGER,
          revoked INTEGER,
          last_used INTEGER,
          concurrent_runs INTEGER,
          sessions INTEGER,
          runs_per_minute INTEGER,
          cpu_per_hour INTEGER,
          disk INTEGER
        ) STRICT
        """

    private static let sessions = """
        CREATE TABLE session (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          owner TEXT NOT NULL,
          is_default INTEGER NOT NULL,
          name TEXT,
          state TEXT NOT NULL,
          created INTEGER NOT NULL,
          last_used INTEGER NOT NULL,
          expires INTEGER NOT NULL,
          idle_timeout INTEGER NOT NULL,
          memory INTEGER NOT NULL,
          processes INTEGER NOT NULL,
          disk INTEGER NOT NULL,
          scratch INTEGER NOT NULL,
          user INTEGER NOT NULL UNIQUE,
          environment TEXT NOT NULL,
          shell BLOB,
          metadata TEXT NOT NULL,
          commands INTEGER NOT NULL,
          cpu INTEGER NOT NULL,
          disk_used INTEGER NOT NULL
        ) STRICT
        """

    private static let defaultSession = "CREATE UNIQUE INDEX default_session ON session (owner) WHERE is_default"

    private static let runs = """
        CREATE TABLE run (
          owner TEXT NOT NULL,
          accepted INTEGER NOT NULL,
          id TEXT NOT NULL UNIQUE,
          language TEXT NOT NULL,
          outcome TEXT NOT NULL,
          is_success INTEGER NOT NULL,
          exit_code INTEGER,
          ended INTEGER NOT NULL,
          queued INTEGER NOT NULL,
          wall INTEGER NOT NULL,
          cpu INTEGER NOT NULL,
          peak_memory INTEGER NOT NULL,
          PRIMARY KEY (owner, accepted, id)
        ) STRICT, WITHOUT ROWID
        """

    private static let runsByAge = "CREATE INDEX run_by_age ON run (accepted)"

    private static let audit = """
        CREATE TABLE audit (
          number INTEGER PRIMARY KEY AUTOINCREMENT,
          time INTEGER NOT NULL,
          owner TEXT,
          actor TEXT NOT NULL,
          address TEXT,
          action TEXT NOT NULL,
          subject TEXT,
          decision TEXT NOT NULL,
          outcome TEXT,
          details TEXT NOT NULL
        ) STRICT
        """

    private static let auditByTime = "CREATE INDEX audit_by_time ON audit (time)"
}

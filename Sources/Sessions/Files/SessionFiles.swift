/// Where the files of sessions come from. Their sandboxes need not be awake for it.
package protocol SessionFiles: Sendable {
    /// The workspace of a session that has not ended; nil if the caller has none of that name, whoever else may have it.
    func workspace(of session: SessionID, for caller: Caller) async throws -> SessionWorkspace?
}

/// A session's files, as one request uses them.
package struct SessionWorkspace: Sendable {
    package let files: WorkspaceFiles
    package let allowance: any DiskAllowance
    /// Told what was done with the files, for the audit log; called after it, and not on the files' threads.
    package let note: @Sendable (FileAction) -> Void

    package init(
        files: WorkspaceFiles, allowance: any DiskAllowance,
        note: @escaping @Sendable (FileAction) -> Void = { _ in }
    ) {
        self.files = files
        self.allowance = allowance
        self.note = note
    }
}

/// A change that a caller made to a session's files.
package struct FileAction: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case write, delete, move, copy, mkdir, unpack
    }

    package let kind: Kind
    package let path: FilePath
    /// What was moved or copied.
    package var source: FilePath?
    /// Of what was written, where that is known.
    package var bytes: Int?

    package init(_ kind: Kind, _ path: FilePath, source: FilePath? = nil, bytes: Int? = nil) {
        self.kind = kind
        self.path = path
        self.source = source
        self.bytes = bytes
    }
}

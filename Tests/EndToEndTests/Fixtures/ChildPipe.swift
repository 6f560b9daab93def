import CLinux
import Foundation
import Testing

/// A pipe to or from one process that we start.
///
/// Both ends are close-on-exec from the start. Those of Foundation's `Pipe` are not: another process, started by another
/// test in the same moment, would inherit them, and this pipe would not end before that process does.
struct ChildPipe: Sendable {
    let reading: FileHandle
    let writing: FileHandle

    init() throws {
        var ends: [Int32] = [0, 0]
        let result = linux_pipe(&ends, 0)
        try #require(result == 0, "pipe2 fails with error \(-result)")
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }
}

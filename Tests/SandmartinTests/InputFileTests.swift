import Foundation
import Isolation
import Testing

@testable import sandmartin

@Suite struct InputFileTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func file(_ bytes: [UInt8]) throws -> InputFile {
        let path = "\(folder.path)/input"
        try Data(bytes).write(to: URL(filePath: path))
        return InputFile(path: path)
    }

    @Test func allBytesAreRead() throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try file(bytes).bytes(maximum: ByteCount(300_000)) == bytes)
    }

    @Test func whatIsTooLargeIsRefused() throws {
        let file = try file([1, 2, 3])
        #expect(throws: RunFailure("\(file.path) has more than 2 bytes")) { try file.bytes(maximum: ByteCount(2)) }
    }

    @Test(
        arguments: [([0xff, 0xfe], "is not UTF-8"), ([65, 0], "has a NUL byte"), ([], "is empty")]
            as [([UInt8], String)])
    func aProgramMustBeText(_ bytes: [UInt8], _ problem: String) throws {
        let file = try file(bytes)
        #expect(throws: RunFailure("\(file.path) \(problem)")) { try file.text(maximum: ByteCount(10)) }
    }

    @Test func whatIsNotThereOrAFolderIsRefused() {
        let missing = InputFile(path: folder.path + "/none")
        #expect(throws: RunFailure("\(missing.path) cannot be read: No such file or directory")) {
            try missing.bytes(maximum: ByteCount(1))
        }
        let directory = InputFile(path: folder.path)
        #expect(throws: RunFailure("\(directory.path) cannot be read: Is a directory")) {
            try directory.bytes(maximum: ByteCount(1))
        }
    }
}

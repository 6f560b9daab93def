import Isolation
import Testing

@testable import Sessions

/// What a workspace occupies, while it is counted and written at the same time.
@Suite struct SessionDiskTests {
    private let disk = SessionDisk(limit: .mebibytes(10), used: ByteCount(4096), owner: .anonymous, quotas: Quotas())

    @Test func whatIsWrittenDuringACountIsNotForgotten() throws {
        disk.countBegins()
        try write(1 << 20)
        disk.counted(4096)
        #expect(disk.used.bytes == 4096 + (1 << 20))
        #expect(disk.isStale)
        disk.countBegins()
        disk.counted(4096 + (1 << 20))
        #expect(disk.used.bytes == 4096 + (1 << 20))
        #expect(!disk.isStale)
    }

    @Test func whatTheCountHasSeenIsNotCountedTwice() throws {
        disk.countBegins()
        try write(1 << 20)
        disk.counted(4096 + (1 << 20))
        #expect(disk.used.bytes == 4096 + (1 << 20))
    }

    @Test func whatIsInTheMakingIsNoPartOfACountAndStays() throws {
        let upload = disk.allowance(for: .local)
        try upload.take(1 << 20)
        disk.countBegins()
        disk.counted(4096)
        #expect(disk.used.bytes == 4096 + (1 << 20))
        upload.keep(1 << 20)
        disk.countBegins()
        disk.counted(4096 + (1 << 20))
        #expect(disk.used.bytes == 4096 + (1 << 20) && !disk.isStale)
    }

    @Test func whatIsNotKeptIsFree() throws {
        let upload = disk.allowance(for: .local)
        try upload.take(1 << 20)
        disk.countBegins()
        upload.giveBack(1 << 20)
        disk.counted(4096)
        #expect(disk.used.bytes == 4096)
    }

    @Test func aCountFindsWhatProgramsWroteAndDeleted() {
        disk.countBegins()
        disk.counted(1 << 20)
        #expect(disk.used.bytes == 1 << 20 && !disk.isStale)
        disk.countBegins()
        disk.counted(0)
        #expect(disk.used.bytes == 0)
    }

    private func write(_ bytes: Int) throws {
        let allowance = disk.allowance(for: .local)
        try allowance.take(bytes)
        allowance.keep(bytes)
    }
}

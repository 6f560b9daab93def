import Testing

@testable import Isolation

@Suite struct LimitsTests {
    @Test(arguments: [
        (0, 16 << 20), (1, 16 << 20), (1 << 20, 16 << 20), ((1 << 20) + 1, (16 << 20) + 16), (4 << 20, 64 << 20),
        (.max / 16, .max / 16 * 16), (.max / 16 + 1, .max), (.max - 1, .max), (.max, .max),
    ])
    func aFloodIsSixteenTimesWhatIsKeptAndNeverLess(output: Int, flood: Int) {
        #expect(limits(output: ByteCount(output)).flood.bytes == flood)
    }

    @Test func filesHaveTheirOwnBound() {
        #expect(limits(disk: .mebibytes(1)).inodes == 1024)
        #expect(limits(disk: .mebibytes(64)).inodes == 16384)
    }

    private func limits(output: ByteCount = .mebibytes(1), disk: ByteCount = .mebibytes(64)) -> Limits {
        Limits(
            wall: .seconds(1), cpu: .seconds(1), memory: .mebibytes(64), processes: 8, output: output, disk: disk)
    }
}

import Synchronization

/// How much more a workspace may hold. Called on the files' threads: no call may block.
package protocol DiskAllowance: Sendable {
    /// Counts bytes of something in the making, which nobody sees in the workspace yet. Throws when that is more than is
    /// left; then nothing is counted.
    func take(_ bytes: Int) throws(AllowanceExceeded)
    /// Bytes that were taken are in the workspace now.
    func keep(_ bytes: Int)
    /// Bytes that were taken are not kept after all.
    func giveBack(_ bytes: Int)
    /// Bytes of the workspace were deleted.
    func release(_ bytes: Int)
    /// What the workspace holds has changed by an unknown amount (a tree was deleted): it should be counted again.
    func recount()
}

/// More than the caller may keep.
package struct AllowanceExceeded: Error, Hashable, Sendable {
    /// A whole sentence for the caller.
    package let message: String

    package init(message: String) { self.message = message }
}

/// An allowance of a fixed number of bytes.
package final class FixedAllowance: DiskAllowance {
    private let left: Mutex<Int>

    package init(bytes: Int) { left = Mutex(bytes) }

    package var bytesLeft: Int { left.withLock { $0 } }

    package func take(_ bytes: Int) throws(AllowanceExceeded) {
        try left.withLock { left throws(AllowanceExceeded) in
            guard bytes <= left else {
                throw AllowanceExceeded(
                    message: "This session may keep \(max(0, left)) bytes more; delete something first.")
            }
            left -= bytes
        }
    }

    package func keep(_ bytes: Int) {}

    package func giveBack(_ bytes: Int) { release(bytes) }

    package func release(_ bytes: Int) { left.withLock { $0 += bytes } }

    package func recount() {}
}

/// Bytes taken from an allowance for something in the making: what is not kept goes back by itself.
final class DiskReservation: Sendable {
    private let allowance: any DiskAllowance
    private let taken = Mutex(0)

    init(_ allowance: any DiskAllowance) { self.allowance = allowance }

    deinit {
        let rest = taken.withLock { $0 }
        if rest > 0 { allowance.giveBack(rest) }
    }

    /// Takes the bytes that are missing up to `total`.
    func grow(to total: Int) throws(FileFailure) {
        let missing = total - taken.withLock { $0 }
        guard missing > 0 else { return }
        do throws(AllowanceExceeded) {
            try allowance.take(missing)
        } catch {
            throw FileFailure(.tooLarge, error.message)
        }
        taken.withLock { $0 += missing }
    }

    func add(_ bytes: Int) throws(FileFailure) { try grow(to: taken.withLock { $0 } + bytes) }

    /// Everything is there to stay; what it replaced is free.
    func keep(replacing freed: Int = 0) {
        let kept = taken.withLock { taken in
            defer { taken = 0 }
            return taken
        }
        if kept > 0 { allowance.keep(kept) }
        if freed > 0 { allowance.release(freed) }
    }

    /// What a file of so many bytes occupies, its entry included: whole blocks, one at least.
    static func cost(of size: Int) -> Int { max(1, (size + block - 1) / block) * block }

    static let block = 4096
}

import CLinux

/// What Landlock (landlock(7), Linux 5.13) offers on the running kernel.
package struct LandlockSupport: Hashable, Sendable {
    /// 0 where there is no Landlock. Each right, network right and scope came with one version.
    package let abi: Int
    /// Why `abi` is 0: ENOSYS if not built in, EOPNOTSUPP if off at boot, EPERM if a filter around us refuses it.
    package let refusal: Errno?

    /// Asks the kernel.
    package static func probe() -> LandlockSupport {
        let answer = linux_landlock_abi()
        guard answer > 0 else { return LandlockSupport(abi: 0, refusal: Errno(result: answer)) }
        return LandlockSupport(abi: answer, refusal: nil)
    }
}

/// Rights to files and directories, as bits of `handled_access_fs` and `allowed_access`.
package struct LandlockAccess: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let execute = LandlockAccess(rawValue: 1 << 0)
    package static let writeFile = LandlockAccess(rawValue: 1 << 1)
    package static let readFile = LandlockAccess(rawValue: 1 << 2)
    package static let readDirectory = LandlockAccess(rawValue: 1 << 3)
    package static let removeDirectory = LandlockAccess(rawValue: 1 << 4)
    package static let removeFile = LandlockAccess(rawValue: 1 << 5)
    package static let makeCharacterDevice = LandlockAccess(rawValue: 1 << 6)
    package static let makeDirectory = LandlockAccess(rawValue: 1 << 7)
    package static let makeRegular = LandlockAccess(rawValue: 1 << 8)
    package static let makeSocket = LandlockAccess(rawValue: 1 << 9)
    package static let makeFifo = LandlockAccess(rawValue: 1 << 10)
    package static let makeBlockDevice = LandlockAccess(rawValue: 1 << 11)
    package static let makeSymbolicLink = LandlockAccess(rawValue: 1 << 12)
    /// Link and rename between directories (ABI 2). Always refused by ABI 1.
    package static let refer = LandlockAccess(rawValue: 1 << 13)
    /// Truncate, also by `O_TRUNC` (ABI 3). Never refused by ABI 1 and 2.
    package static let truncate = LandlockAccess(rawValue: 1 << 14)
    /// ioctl on devices opened later (ABI 5).
    package static let ioctlDevice = LandlockAccess(rawValue: 1 << 15)

    /// Every right that the version knows.
    package static func known(to abi: Int) -> LandlockAccess {
        let bits =
            switch abi {
            case ..<1: 0
            case 1: 13
            case 2: 14
            case 3, 4: 15
            default: 16
            }
        return LandlockAccess(rawValue: (1 << UInt64(bits)) - 1)
    }

    /// The rights that a rule on a file may carry; the kernel answers EINVAL to any other.
    package static let forFile: LandlockAccess = [.execute, .writeFile, .readFile, .truncate, .ioctlDevice]

    package static let read: LandlockAccess = [.readFile, .readDirectory]
    package static let readExecute: LandlockAccess = [.read, .execute]
    /// Everything but running programs, device nodes and device ioctl.
    package static let readWrite: LandlockAccess = [
        .read, .writeFile, .truncate, .removeDirectory, .removeFile, .makeDirectory, .makeRegular, .makeSocket,
        .makeFifo, .makeSymbolicLink, .refer,
    ]
    /// Use of devices that are there: terminals, /dev/null.
    package static let device: LandlockAccess = [.readFile, .readDirectory, .writeFile, .truncate, .ioctlDevice]
}

/// Network rights (ABI 4), as bits of `handled_access_net`: a handled right that no rule allows is refused on every port.
package struct LandlockNetwork: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let bindTCP = LandlockNetwork(rawValue: 1 << 0)
    package static let connectTCP = LandlockNetwork(rawValue: 1 << 1)
}

/// What stays within the Landlock domain and those below it (ABI 6), as bits of `scoped`.
package struct LandlockScopes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let abstractUnixSocket = LandlockScopes(rawValue: 1 << 0)
    package static let signal = LandlockScopes(rawValue: 1 << 1)
}

/// What a domain handles, cut to what one version of the kernel interface knows.
///
/// It describes; whoever is to be confined makes the calls. With version 0 everything is empty: no domain is made.
package struct LandlockRuleset: Hashable, Sendable {
    package let handledFiles: LandlockAccess
    package let handledNetwork: LandlockNetwork
    package let scopes: LandlockScopes
    /// Bytes of `struct landlock_ruleset_attr` that the version knows: the kernel answers E2BIG to more if they are not 0.
    package let attributeSize: Int

    /// Everything that the running kernel knows, but TCP, which a network namespace closes better; nil without Landlock.
    package static var current: LandlockRuleset? {
        let abi = LandlockSupport.probe().abi
        return abi > 0 ? LandlockRuleset(abi: abi) : nil
    }

    /// Takes of the wanted parts those that version `abi` knows; 0 for a kernel without Landlock.
    package init(
        abi: Int, files: LandlockAccess = .known(to: .max), network: LandlockNetwork = [],
        scopes: LandlockScopes = [.abstractUnixSocket, .signal]
    ) {
        handledFiles = files.intersection(.known(to: abi))
        handledNetwork = abi >= 4 ? network : []
        self.scopes = abi >= 6 ? scopes : []
        attributeSize =
            switch abi {
            case ..<1: 0
            case 1...3: 8
            case 4, 5: 16
            default: 24
            }
    }

    /// The rights of a rule: what is not handled may not be named (EINVAL), and a file takes only ``LandlockAccess/forFile``.
    /// Empty if nothing is left; the kernel answers ENOMSG to such a rule, so leave it out.
    package func rule(_ access: LandlockAccess, onFile: Bool) -> LandlockAccess {
        let handled = access.intersection(handledFiles)
        return onFile ? handled.intersection(.forFile) : handled
    }
}

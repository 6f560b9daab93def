import CLinux

/// A pipe: what is written to one end is read from the other.
package struct Pipe: ~Copyable {
    package let readEnd: SharedDescriptor
    package let writeEnd: SharedDescriptor

    package init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) {
            linux_pipe($0.baseAddress!.assumingMemoryBound(to: Int32.self), 0)
        }
        try SystemError.check(result, "pipe2", "")
        readEnd = SharedDescriptor(Descriptor(owning: ends.0))
        writeEnd = SharedDescriptor(Descriptor(owning: ends.1))
    }
}

/// Two connected packet sockets (unix(7), SOCK_SEQPACKET).
package struct PacketSocketPair: ~Copyable {
    package let ours: Descriptor
    package let theirs: Descriptor

    package init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) {
            linux_seqpacket_pair($0.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        try SystemError.check(result, "socketpair", "SOCK_SEQPACKET")
        ours = Descriptor(owning: ends.0)
        theirs = Descriptor(owning: ends.1)
    }

    /// Gives both ends to the caller.
    package consuming func ends() -> (ours: Int32, theirs: Int32) {
        let pair = (ours.release(), theirs.release())
        return pair
    }
}

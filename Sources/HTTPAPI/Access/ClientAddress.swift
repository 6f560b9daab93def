import NIOCore

/// The network address that a request came from.
struct ClientAddress: Hashable, Sendable {
    /// As the audit log shows it.
    let text: String
    /// Addresses that one client can choose among count as one: all of an IPv6 network of 64 bits.
    let network: String

    init(_ address: SocketAddress?) {
        text = address?.ipAddress ?? "unknown"
        switch address {
        case .v6?:
            // sockaddr_in6 of ipv6(7): family, port, flow, and then the address.
            let bytes = address?.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)[8..<24]) } ?? []
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xFF }
            network = (isMapped ? bytes[...] : bytes.prefix(8)).map { String($0, radix: 16) }.joined(separator: ":")
        default: network = text
        }
    }
}

import Sessions
import Synchronization

/// Who signed in with a key and has a cookie for it: the page, which can neither keep a key nor send one over a WebSocket.
///
/// In memory alone: a server that starts anew has forgotten them. What is kept of a cookie is its hash, and of the key its
/// digest, so that a key that is revoked or has expired ends what was begun with it.
package final class SignIns: Sendable {
    /// What a browser gets.
    struct Ticket {
        let token: String
        let expires: WallTime
    }

    private struct Entry {
        let key: KeyDigest
        let expires: WallTime
        let number: Int
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        var count = 0
    }

    let lifetime: Duration
    /// The oldest give way to new ones.
    private let maximum: Int
    private let maximumPerKey: Int
    private let state = Mutex(State())

    package init(lifetime: Duration = .seconds(12 * 3600), maximum: Int = 10_000, perKey: Int = 100) {
        self.lifetime = lifetime
        self.maximum = maximum
        maximumPerKey = perKey
    }

    func begin(with key: KeyDigest, at time: WallTime) -> Ticket {
        var generator = SystemRandomNumberGenerator()
        let token = (0..<4).map { _ in Self.hexadecimal(.random(in: .min ... .max, using: &generator)) }.joined()
        let expires = time.advanced(by: lifetime)
        state.withLock { state in
            state.entries = state.entries.filter { $0.value.expires > time }
            Self.makeRoom(&state.entries, below: maximumPerKey) { $0.key.matches(key) }
            Self.makeRoom(&state.entries, below: maximum) { _ in true }
            state.count += 1
            state.entries[Self.index(of: token)] = Entry(key: key, expires: expires, number: state.count)
        }
        return Ticket(token: token, expires: expires)
    }

    /// The key that a cookie stands for; nil when it stands for none, or no longer.
    func key(of token: String, at time: WallTime) -> KeyDigest? {
        state.withLock { state in
            guard let entry = state.entries[Self.index(of: token)], entry.expires > time else { return nil }
            return entry.key
        }
    }

    func end(_ token: String) {
        state.withLock { _ = $0.entries.removeValue(forKey: Self.index(of: token)) }
    }

    private static func makeRoom(
        _ entries: inout [[UInt8]: Entry], below maximum: Int, among isMeant: (Entry) -> Bool
    ) {
        let meant = entries.filter { isMeant($0.value) }
        guard meant.count >= maximum, let oldest = meant.min(by: { $0.value.number < $1.value.number }) else { return }
        entries[oldest.key] = nil
    }

    /// A hash, so that looking it up takes a time that says nothing about the tokens that there are.
    private static func index(of token: String) -> [UInt8] { KeyDigest(of: token).bytes }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

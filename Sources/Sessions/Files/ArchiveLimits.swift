/// How much goes into one archive or comes out of it.
package struct ArchiveLimits: Hashable, Sendable {
    /// Files, folders and links.
    package var entries = 500_000
    /// Bytes of one file as it is read, holes included; larger ones are left out of an archive that is made.
    package var fileBytes = 64 << 30
    /// Bytes of an archive unpacked for each byte of it, beyond the first `freeBytes`.
    package var ratio = 250
    package var freeBytes = 256 << 20

    package init() {}
}

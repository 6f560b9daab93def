import CLinux

/// A mount that is attached nowhere yet, so that nothing can be done with it but what its owner does (open_tree(2)).
package struct DetachedMount: Sendable {
    package let descriptor: SharedDescriptor

    /// A second mount of the file system of `directory` with that directory as its root; set-user-id bits and devices
    /// never work in it, and no mount below is copied. It may be attached in another mount namespace, whose owner cannot
    /// take the restrictions away.
    ///
    /// Needs CAP_SYS_ADMIN (EPERM), Linux 5.12, and a descriptor of a directory that was opened in this process's mount
    /// namespace (EINVAL).
    package init(of directory: SharedDescriptor) throws(SystemError) {
        let mount = try Descriptor(result: linux_clone_mount_at(directory.number), "open_tree", "a workspace")
        try SystemError.check(
            linux_set_mount_attributes(mount.number, LINUX_MOUNT_NO_SET_UID | LINUX_MOUNT_NO_DEVICES, 0),
            "mount_setattr", "a workspace")
        descriptor = SharedDescriptor(mount)
    }
}

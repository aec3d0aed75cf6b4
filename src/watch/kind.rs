//! File systems that tell of no changes made elsewhere.

use std::path::Path;

/// What kind of file system a folder is on, if changes to it are not told of.
#[cfg(target_os = "linux")]
pub(super) fn polled(folder: &Path) -> Option<&'static str> {
    /// `f_type` of statfs(2).
    const KINDS: [(u32, &str); 9] = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x0102_1997, "9P"),
        (0x00c3_6400, "Ceph"),
        (0x7375_7245, "Coda"),
        (0x5346_414f, "AFS"),
        (0x786f_4256, "a shared folder of VirtualBox"),
    ];
    // FUSE may be anything: of those in use, most are remote or a container's view of its host.
    const FUSE: (u32, &str) = (0x6573_5546, "a FUSE file system");
    let found = rustix::fs::statfs(folder).ok()?;
    #[expect(clippy::cast_sign_loss, reason = "a magic number, in a field that is signed on some systems")]
    let kind = found.f_type as u32;
    KINDS.into_iter().chain([FUSE]).find(|(known, _)| *known == kind).map(|(_, name)| name)
}

/// What kind of file system a folder is on, if changes to it are not told of.
#[cfg(not(target_os = "linux"))]
pub(super) fn polled(_: &Path) -> Option<&'static str> {
    None
}

"""Detect network file systems. SQLite must not use one, because its locks do not reach other machines."""

import re
from pathlib import Path

# As Linux names them. Source: sqlite.org, "How To Corrupt An SQLite Database File", 2.1, and "Write-Ahead Logging", 1.
NETWORK = {"afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}

MOUNTS = Path("/proc/self/mountinfo")


def network_file_system(path: Path, *, mounts: str) -> str | None:
    """The kind of network file system that holds this path; None if it is on a disk of this machine.

    mounts: from Linux, see proc_pid_mountinfo(5); the later of two on one folder hides the earlier.
    """
    kind, depth = "", 0
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        folder = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split()[4]))
        if path.is_relative_to(folder) and len(folder.parts) >= depth:
            kind, depth = after.split()[0], len(folder.parts)
    return kind if kind in NETWORK else None


def known_mounts() -> str:
    """The file systems of this machine; "" on a system that does not tell."""
    return MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.exists() else ""

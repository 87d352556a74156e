use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

pub(super) const LENGTH: usize = 32;

/// The 32 bytes in the file; made and synced at the first start.
pub(super) fn read_or_create(path: &Path) -> io::Result<Zeroizing<[u8; LENGTH]>> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    match fs::File::open(path) {
        Ok(mut file) => {
            refuse_if_shared(&file)?;
            file.read_exact(bytes.as_mut())?;
            return Ok(bytes);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    SystemRandom::new()
        .fill(bytes.as_mut())
        .map_err(|_| io::Error::other("the system gave no random bytes"))?;
    write_private(path, bytes.as_ref())?;
    Ok(bytes)
}

/// Writes a file that only its owner can read, whole or not at all, and makes it durable.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::other("a file needs a folder"))?;
    let temporary = path.with_extension("new");
    // A file that a crash left behind may have been opened by anybody.
    let _ = fs::remove_file(&temporary);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(unix)]
fn refuse_if_shared(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "a secret file can be read by others; set its mode to 0600 and mint new keys if others used the machine",
    ))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &fs::File) -> io::Result<()> {
    Ok(())
}

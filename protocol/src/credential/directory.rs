use std::{
    env,
    ffi::OsStr,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use crate::{Code, Problem};

/// Where Token Tracker keeps this user's data: `TOKEN_TRACKER_DATA_DIR`, else
/// `$XDG_DATA_HOME/token-tracker`.
pub fn data_dir() -> Result<PathBuf, Problem> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = named("TOKEN_TRACKER_DATA_DIR") {
        return Ok(PathBuf::from(path));
    }
    // The XDG rules: a relative path is ignored.
    let absolute = |value: &OsStr| Path::new(value).is_absolute();
    let base = named("XDG_DATA_HOME")
        .filter(|value| absolute(value))
        .or_else(|| named("LOCALAPPDATA").filter(|value| cfg!(windows) && absolute(value)))
        .map(PathBuf::from)
        .or_else(|| named("HOME").map(|home| Path::new(&home).join(".local").join("share")));
    base.map(|base| base.join("token-tracker")).ok_or_else(|| {
        Problem::new(Code::InvalidRequest, "There is no place for this user's data.")
            .with_hint("Set HOME, or TOKEN_TRACKER_DATA_DIR to a directory of your own.")
    })
}

/// Makes a directory that only this user can enter; an existing one is left as it is.
pub fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Replaces a file as a whole with one that only this user can read.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    private_dir(directory)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut part_name = OsStr::new(".").to_owned();
    part_name.push(name);
    part_name.push(format!(".{}.part", std::process::id()));
    let part = directory.join(part_name);
    let written = write_new(&part, content).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The first error is the one to report; a left-over part is replaced by the next write.
        let _ = fs::remove_file(&part);
    }
    written
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

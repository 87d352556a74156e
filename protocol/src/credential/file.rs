//! The credential file that `TOKEN_TRACKER_CREDENTIAL_FILE` names: the bare credential and a
//! newline, readable by its owner alone.

use std::{fs, io, io::Read, path::Path};

use zeroize::Zeroizing;

use super::{Credential, directory::write_private};
use crate::{Code, Problem};

const FILE_BYTES_MAX: u64 = 4096;

pub(super) fn read(path: &Path) -> Result<Option<Credential>, Problem> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(unreadable()),
    };
    refuse_if_shared(&file)?;
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|_| unreadable())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    Credential::parse(&text).map(Some)
}

pub(super) fn write(path: &Path, credential: &Credential) -> Result<(), Problem> {
    // A file that others can read is not quietly made private: its owner put it there.
    if let Ok(file) = fs::File::open(path) {
        refuse_if_shared(&file)?;
    }
    let content = Zeroizing::new(format!("{}\n", credential.expose()));
    write_private(path, content.as_bytes()).map_err(|_| {
        Problem::new(Code::Internal, "The credential file could not be written.")
            .with_hint("Check that TOKEN_TRACKER_CREDENTIAL_FILE names a file in a directory of your own.")
    })
}

pub(super) fn remove(path: &Path) -> Result<(), Problem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::new(
            Code::Internal,
            "The credential file could not be removed.",
        )
        .with_hint("Remove the file that TOKEN_TRACKER_CREDENTIAL_FILE names.")),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn refuse_if_shared(file: &fs::File) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata().map_err(|_| unreadable())?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Problem::new(
        Code::InvalidRequest,
        "Other users of this machine can read the credential file, so it is not used.",
    )
    .with_hint("Run chmod 600 on the file that TOKEN_TRACKER_CREDENTIAL_FILE names."))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &fs::File) -> Result<(), Problem> {
    Ok(())
}

fn unreadable() -> Problem {
    Problem::new(Code::InvalidRequest, "The credential file could not be read.")
        .with_hint("Check the file that TOKEN_TRACKER_CREDENTIAL_FILE names.")
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn scratch(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("token-tracker-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    #[test]
    fn what_is_written_is_private_and_reads_back() {
        let path = scratch("private");
        assert!(read(&path).ok().unwrap().is_none());
        write(&path, &Credential::parse("ttd_abc").ok().unwrap()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ttd_abc\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path).ok().flatten().unwrap().expose(), "ttd_abc");
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_and_left_alone() {
        let path = scratch("shared");
        fs::write(&path, "ttd_abc\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path).is_err());
        assert!(write(&path, &Credential::parse("ttd_new").ok().unwrap()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "ttd_abc\n");
        fs::remove_file(&path).unwrap();
    }
}

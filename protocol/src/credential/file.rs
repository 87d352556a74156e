//! The file that a variable such as `TOKEN_TRACKER_CREDENTIAL_FILE` names: the bare credential and
//! a newline, readable by its owner alone.

use std::{fs, io, io::Read, path::Path};

use zeroize::Zeroizing;

use super::{Credential, directory::write_private};
use crate::{Code, Problem};

const FILE_BYTES_MAX: u64 = 4096;

/// What hints call the file by: the variable that names it.
pub(super) type Variable = &'static str;

pub(super) fn read(path: &Path, variable: Variable) -> Result<Option<Credential>, Problem> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(unreadable(variable)),
    };
    refuse_if_shared(&file, variable)?;
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|_| unreadable(variable))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    Credential::parse(&text).map(Some)
}

pub(super) fn write(path: &Path, variable: Variable, credential: &Credential) -> Result<(), Problem> {
    // A file that others can read is not quietly made private: its owner put it there.
    if let Ok(file) = fs::File::open(path) {
        refuse_if_shared(&file, variable)?;
    }
    let content = Zeroizing::new(format!("{}\n", credential.expose()));
    write_private(path, content.as_bytes()).map_err(|_| {
        Problem::new(Code::Internal, "The credential file could not be written.").with_hint(format!(
            "Check that {variable} names a file in a directory of your own."
        ))
    })
}

pub(super) fn remove(path: &Path, variable: Variable) -> Result<(), Problem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::new(
            Code::Internal,
            "The credential file could not be removed.",
        )
        .with_hint(format!("Remove the file that {variable} names."))),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn refuse_if_shared(file: &fs::File, variable: Variable) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file
        .metadata()
        .map_err(|_| unreadable(variable))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Problem::new(
        Code::InvalidRequest,
        "Other users of this machine can read the credential file, so it is not used.",
    )
    .with_hint(format!("Run chmod 600 on the file that {variable} names.")))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &fs::File, _: Variable) -> Result<(), Problem> {
    Ok(())
}

fn unreadable(variable: Variable) -> Problem {
    Problem::new(Code::InvalidRequest, "The credential file could not be read.")
        .with_hint(format!("Check the file that {variable} names."))
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
        assert!(read(&path, "IT").ok().unwrap().is_none());
        write(&path, "IT", &Credential::parse("ttd_abc").ok().unwrap()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ttd_abc\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path, "IT").ok().flatten().unwrap().expose(), "ttd_abc");
        remove(&path, "IT").unwrap();
        remove(&path, "IT").unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_and_left_alone() {
        let path = scratch("shared");
        fs::write(&path, "ttd_abc\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path, "IT").is_err());
        assert!(write(&path, "IT", &Credential::parse("ttd_new").ok().unwrap()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "ttd_abc\n");
        fs::remove_file(&path).unwrap();
    }
}

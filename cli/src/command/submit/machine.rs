//! The number under which this machine's days are kept, so that they replace each other.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};

use uuid::Uuid;

use crate::failure::Failure;

const NAME: &str = "machine";

/// The number in the data directory; made the first time. It says nothing about the machine.
pub fn number(data: &Path) -> Result<Uuid, Failure> {
    let path = data.join(NAME);
    match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().map_err(|_| {
            Failure::data_directory(
                "The file with this machine's number is damaged.",
                format!("Remove the file {NAME} in the data directory; days sent so far are then counted as another machine's."),
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => make(data, &path),
        Err(_) => Err(unusable()),
    }
}

fn make(data: &Path, path: &Path) -> Result<Uuid, Failure> {
    fs::create_dir_all(data).map_err(|_| unusable())?;
    let number = Uuid::new_v4();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            writeln!(file, "{number}")
                .and_then(|()| file.sync_all())
                .map_err(|_| unusable())?;
            Ok(number)
        }
        // Another command made it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path).map_err(|_| unusable())?;
            text.trim().parse().map_err(|_| unusable())
        }
        Err(_) => Err(unusable()),
    }
}

fn unusable() -> Failure {
    Failure::data_directory(
        "This machine's number could not be read or written.",
        "Check that the data directory can be written, or name another one with --data-dir.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_keeps_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new");
        let first = number(&data).unwrap();
        assert_eq!(number(&data).unwrap(), first);
        fs::write(data.join(NAME), "not a number").unwrap();
        assert!(number(&data).is_err());
    }
}

//! Where a gateway keeps its files, and the admin credential that it left there.

use std::{fs, io, path::PathBuf};

use protocol::{
    client::GatewayUrl,
    credential::{Credential, data_dir},
};
use serde::Deserialize;

use crate::failure::{ExitStatus, Failure};

/// A data directory, and whether the command line named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDirectory {
    pub path: PathBuf,
    /// `--data-dir` was given: the person speaks as the owner of that gateway.
    pub named: bool,
}

/// The owner's way in, as `serve` wrote it into `admin.json`.
pub struct AdminAccess {
    pub gateway_url: GatewayUrl,
    pub credential: Credential,
}

impl DataDirectory {
    /// Finds the directory: the flag, else the environment, else the XDG place.
    pub fn find(flag: Option<PathBuf>) -> Result<Self, Failure> {
        let named = flag.is_some();
        let path = match flag {
            Some(path) => path,
            None => data_dir().map_err(|problem| Failure {
                problem,
                status: ExitStatus::WrongUsage,
            })?,
        };
        Ok(Self { path, named })
    }

    /// Reads the admin credential; None where no gateway has ever run with this directory.
    pub fn admin(&self) -> Result<Option<AdminAccess>, Failure> {
        let text = match fs::read_to_string(self.path.join("admin.json")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error.kind())),
        };
        let file: AdminFile =
            serde_json::from_str(&text).map_err(|_| unreadable(io::ErrorKind::InvalidData))?;
        Ok(Some(AdminAccess {
            gateway_url: GatewayUrl::parse(&file.gateway_url)?,
            credential: Credential::parse(&file.credential)?,
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AdminFile {
    gateway_url: String,
    credential: String,
}

fn unreadable(kind: io::ErrorKind) -> Failure {
    Failure::data_directory(
        format!("The gateway's admin.json could not be read ({kind})."),
        "Run the command as the user who runs `token-tracker serve`, or start the gateway again to rewrite the file.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_a_gateway_has_no_admin() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDirectory {
            path: directory.path().to_owned(),
            named: true,
        };
        assert!(data.admin().unwrap().is_none());
    }

    #[test]
    fn a_broken_admin_file_exits_with_four_and_shows_no_content() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(
            directory.path().join("admin.json"),
            r#"{"credential":"tta_secret"}"#,
        )
        .unwrap();
        let data = DataDirectory {
            path: directory.path().to_owned(),
            named: true,
        };
        let failure = data.admin().err().unwrap();
        assert_eq!(failure.status.code(), 4);
        assert!(!failure.problem.to_string().contains("tta_"));
    }
}

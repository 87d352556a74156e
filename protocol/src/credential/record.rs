use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::directory::write_private;
use crate::{Code, DeviceId, Problem, editor::CredentialStore};

const FILE_NAME: &str = "device.json";

/// What `device.json` in the data directory remembers of a sign-in: everything but the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceRecord {
    pub gateway_url: String,
    pub device_id: DeviceId,
    pub device_name: String,
    /// Where the credential was put.
    pub credential_store: CredentialStore,
}

impl DeviceRecord {
    pub fn read(data_dir: &Path) -> Result<Option<Self>, Problem> {
        let damaged = |hint: &str| {
            Problem::new(Code::Internal, "The record of this device could not be read.").with_hint(hint)
        };
        match fs::read(data_dir.join(FILE_NAME)) {
            Ok(content) => serde_json::from_slice(&content)
                .map(Some)
                .map_err(|_| damaged("Redeem a token key again; that writes a new record.")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(damaged("Check the permissions of the data directory.")),
        }
    }

    pub(super) fn write(&self, data_dir: &Path) -> Result<(), Problem> {
        let unwritable = || {
            Problem::new(Code::Internal, "The record of this device could not be written.")
                .with_hint("Check that the data directory is yours and not full.")
        };
        let content = serde_json::to_vec_pretty(self).map_err(|_| unwritable())?;
        write_private(&data_dir.join(FILE_NAME), &content).map_err(|_| unwritable())
    }

    pub(super) fn remove(data_dir: &Path) -> Result<(), Problem> {
        match fs::remove_file(data_dir.join(FILE_NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::new(
                Code::Internal,
                "The record of this device could not be removed.",
            )
            .with_hint("Check the permissions of the data directory.")),
            _ => Ok(()),
        }
    }
}

//! Where a person's own token (`ttp_…`, from `token-tracker login`) is kept, beside and apart from
//! the device's credential: the file that `TOKEN_TRACKER_TOKEN_FILE` names, the variable
//! `TOKEN_TRACKER_TOKEN` (read-only), the OS keyring. `login.json` in the data directory remembers
//! which gateway issued it; it goes nowhere else.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Credential, Patience, directory::write_private, file, keyring};
use crate::{Code, Problem, TokenId, client::GatewayUrl, editor::CredentialStore};

const FILE: &str = "TOKEN_TRACKER_TOKEN_FILE";
const VARIABLE: &str = "TOKEN_TRACKER_TOKEN";
const RECORD: &str = "login.json";

/// A person's token and the gateway that it belongs to.
pub struct Login {
    pub gateway_url: GatewayUrl,
    pub token: Credential,
    pub store: CredentialStore,
}

/// What `login.json` remembers: everything but the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoginRecord {
    pub gateway_url: String,
    pub token_id: TokenId,
    pub store: CredentialStore,
}

/// The places where the token may be, in the order in which they are asked.
#[derive(Clone)]
pub struct LoginStores {
    data_dir: PathBuf,
    file: Option<PathBuf>,
    variable: Option<Credential>,
    gateway_url: Option<GatewayUrl>,
}

impl LoginStores {
    /// `gateway_url` is the gateway that was named, if one was: no other one's token is found.
    pub fn new(data_dir: PathBuf, gateway_url: Option<GatewayUrl>) -> Result<Self, Problem> {
        let variable = env::var(VARIABLE).ok().map(zeroize::Zeroizing::new);
        let variable = variable.filter(|text| !text.trim().is_empty());
        Ok(Self {
            data_dir,
            file: env::var_os(FILE)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            variable: variable.map(|text| Credential::parse(&text)).transpose()?,
            gateway_url,
        })
    }

    pub fn record(&self) -> Result<Option<LoginRecord>, Problem> {
        match fs::read(self.data_dir.join(RECORD)) {
            Ok(content) => serde_json::from_slice(&content).map(Some).map_err(|_| {
                Problem::new(Code::Internal, "The record of the login could not be read.")
                    .with_hint("Run `token-tracker login` again; that writes a new record.")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(
                Problem::new(Code::Internal, "The record of the login could not be read.")
                    .with_hint("Check the permissions of the data directory."),
            ),
        }
    }

    /// Finds the token; `None` when nobody is logged in, or not at the gateway that was named.
    pub async fn load(&self) -> Result<Option<Login>, Problem> {
        if let Some(path) = &self.file {
            // Where a file is named, the keyring is never touched.
            return match file::read(path, FILE)? {
                Some(token) => self.explicit(token, CredentialStore::File),
                None => Ok(None),
            };
        }
        if let Some(token) = self.variable.clone() {
            return self.explicit(token, CredentialStore::Environment);
        }
        let Some(record) = self.record()? else {
            return Ok(None);
        };
        let gateway_url = GatewayUrl::parse(&record.gateway_url)?;
        let is_other = |url: &GatewayUrl| url.origin() != gateway_url.origin();
        if record.store != CredentialStore::Keyring || self.gateway_url.as_ref().is_some_and(is_other) {
            return Ok(None);
        }
        let found = keyring::get(&entry_name(&record)?, Patience::Interactive).await;
        let found = found.map_err(|error| with_our_hint(error.problem()))?;
        Ok(found.map(|token| Login {
            gateway_url,
            token,
            store: CredentialStore::Keyring,
        }))
    }

    /// A token that we put where the environment says is bound to its gateway, too; one that we know
    /// nothing about goes where the person says.
    fn explicit(&self, token: Credential, store: CredentialStore) -> Result<Option<Login>, Problem> {
        let record = self.record()?.filter(|record| record.store == store);
        let bound = record
            .map(|record| GatewayUrl::parse(&record.gateway_url))
            .transpose()?;
        let gateway_url = match (bound, &self.gateway_url) {
            (Some(bound), Some(named)) if named.origin() != bound.origin() => return Ok(None),
            (Some(bound), _) => bound,
            (None, Some(named)) => named.clone(),
            (None, None) => {
                let text = "There is a token, but nothing says which gateway issued it.";
                return Err(Problem::new(Code::NotSignedIn, text)
                    .with_hint("Name it with --gateway, or set TOKEN_TRACKER_GATEWAY_URL."));
            }
        };
        Ok(Some(Login {
            gateway_url,
            token,
            store,
        }))
    }

    /// Refuses before anybody is asked to confirm a login that could not be kept.
    pub fn check_writable(&self) -> Result<(), Problem> {
        if self.file.is_none() && self.variable.is_some() {
            let text = format!("{VARIABLE} logs this machine in and cannot be replaced from here.");
            return Err(Problem::new(Code::InvalidRequest, text)
                .with_hint("Unset the variable, then run `token-tracker login` again."));
        }
        Ok(())
    }

    /// Keeps a new token in the first place that takes it, and says which.
    pub async fn save(
        &self,
        gateway_url: &GatewayUrl,
        token: &Credential,
        token_id: TokenId,
    ) -> Result<CredentialStore, Problem> {
        self.check_writable()?;
        let before = self.record().ok().flatten();
        let mut record = LoginRecord {
            gateway_url: gateway_url.to_string(),
            token_id,
            store: CredentialStore::Keyring,
        };
        match &self.file {
            Some(path) => {
                file::write(path, FILE, token)?;
                record.store = CredentialStore::File;
            }
            None => {
                let kept = keyring::set(&entry_name(&record)?, token, Patience::Interactive).await;
                kept.map_err(|error| with_our_hint(error.problem()))?;
            }
        }
        self.write_record(&record)?;
        if let Some(before) = before.filter(|before| before.token_id != token_id)
            && let Err(problem) = forget(&before).await
        {
            tracing::warn!(code = %problem.code, "The token of the login before could not be removed");
        }
        Ok(record.store)
    }

    /// Forgets the token. A variable cannot be unset from here.
    pub async fn clear(&self) -> Result<(), Problem> {
        if let Some(path) = &self.file {
            file::remove(path, FILE)?;
        } else if let Some(record) = self.record()? {
            forget(&record).await?;
        }
        match fs::remove_file(self.data_dir.join(RECORD)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::new(
                Code::Internal,
                "The record of the login could not be removed.",
            )
            .with_hint("Check the permissions of the data directory.")),
            _ => Ok(()),
        }
    }

    fn write_record(&self, record: &LoginRecord) -> Result<(), Problem> {
        let path: &Path = &self.data_dir.join(RECORD);
        let content = serde_json::to_vec_pretty(record).map_err(io::Error::other);
        content
            .and_then(|content| write_private(path, &content))
            .map_err(|_| {
                Problem::new(Code::Internal, "The record of the login could not be written.")
                    .with_hint("Check that the data directory is yours and not full.")
            })
    }
}

async fn forget(record: &LoginRecord) -> Result<(), Problem> {
    if record.store != CredentialStore::Keyring {
        return Ok(());
    }
    let gone = keyring::delete(&entry_name(record)?, Patience::Interactive).await;
    gone.map_err(|error| with_our_hint(error.problem()))
}

/// The token's id keeps two data directories of one user apart.
fn entry_name(record: &LoginRecord) -> Result<String, Problem> {
    let gateway_url = GatewayUrl::parse(&record.gateway_url)?;
    Ok(format!("{} token {}", gateway_url.origin(), record.token_id))
}

/// The keyring's own hints speak of devices.
fn with_our_hint(problem: Problem) -> Problem {
    problem.with_hint(format!(
        "Unlock or repair the keyring, or set {FILE} to a file of your own; then run `token-tracker login`."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stores(data_dir: &Path, file: Option<&Path>, variable: Option<&str>) -> LoginStores {
        LoginStores {
            data_dir: data_dir.to_owned(),
            file: file.map(Path::to_owned),
            variable: variable.map(|text| Credential::parse(text).ok().unwrap()),
            gateway_url: None,
        }
    }

    fn scratch(name: &str) -> PathBuf {
        let path = env::temp_dir().join(format!("token-tracker-login-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[tokio::test]
    async fn a_token_in_a_file_is_found_with_its_gateway_and_forgotten() {
        let folder = scratch("file");
        let file = folder.join("token");
        let stores = stores(&folder, Some(&file), None);
        assert!(stores.load().await.unwrap().is_none());
        let gateway = GatewayUrl::parse("https://ai.example.com").unwrap();
        let token = Credential::parse("ttp_abc").ok().unwrap();
        let id = TokenId::from_bytes([7; 16]);
        assert_eq!(
            stores.save(&gateway, &token, id).await.unwrap(),
            CredentialStore::File
        );
        let found = stores.load().await.unwrap().unwrap();
        assert_eq!(found.gateway_url.to_string(), gateway.to_string());
        assert_eq!(found.token.expose(), "ttp_abc");
        let record = fs::read_to_string(folder.join(RECORD)).unwrap();
        assert!(!record.contains("ttp_"), "{record}");
        stores.clear().await.unwrap();
        assert!(stores.load().await.unwrap().is_none() && !file.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_token_in_a_variable_needs_to_know_its_gateway_and_is_never_replaced() {
        let folder = scratch("variable");
        let mut stores = stores(&folder, None, Some("ttp_abc"));
        assert_eq!(stores.load().await.err().unwrap().code, Code::NotSignedIn);
        stores.gateway_url = Some(GatewayUrl::parse("https://ai.example.com").unwrap());
        let found = stores.load().await.unwrap().unwrap();
        assert_eq!(found.store, CredentialStore::Environment);
        assert!(stores.check_writable().is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}

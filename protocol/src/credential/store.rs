use std::{
    env,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};

use super::{Credential, DeviceRecord, Patience, data_dir, file, keyring};
use crate::{Code, DeviceId, Problem, client::GatewayUrl, editor::CredentialStore};

/// Names the file with the credential.
const FILE: &str = "TOKEN_TRACKER_CREDENTIAL_FILE";

/// What an editor's secret store answers, sooner or later.
pub type SecretFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// An editor's own secret store, used where this machine has no keyring.
pub trait EditorSecrets: Send + Sync {
    fn get<'a>(&'a self, name: &'a str) -> SecretFuture<'a, Option<Credential>>;
    fn set<'a>(&'a self, name: &'a str, credential: &'a Credential) -> SecretFuture<'a, ()>;
    fn delete<'a>(&'a self, name: &'a str) -> SecretFuture<'a, ()>;
}

/// A credential and the gateway that it belongs to.
pub struct SignIn {
    pub gateway_url: GatewayUrl,
    pub credential: Credential,
    pub store: CredentialStore,
}

/// What the environment says about the sign-in.
#[derive(Clone, Default)]
pub struct Environment {
    /// `TOKEN_TRACKER_CREDENTIAL_FILE`
    pub file: Option<PathBuf>,
    /// `TOKEN_TRACKER_CREDENTIAL`
    pub credential: Option<Credential>,
    /// `TOKEN_TRACKER_GATEWAY_URL`
    pub gateway_url: Option<GatewayUrl>,
}

impl Environment {
    pub fn read() -> Result<Self, Problem> {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        Ok(Self {
            file: env::var_os(FILE)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            credential: text("TOKEN_TRACKER_CREDENTIAL")
                .map(zeroize::Zeroizing::new)
                .map(|value| Credential::parse(&value))
                .transpose()?,
            gateway_url: text("TOKEN_TRACKER_GATEWAY_URL")
                .map(|value| GatewayUrl::parse(&value))
                .transpose()?,
        })
    }
}

/// The places where this device's credential may be, in the order in which they are asked.
#[derive(Clone)]
pub struct CredentialStores {
    data_dir: PathBuf,
    environment: Environment,
    editor: Option<Arc<dyn EditorSecrets>>,
}

impl CredentialStores {
    pub fn new(data_dir: PathBuf, environment: Environment) -> Self {
        Self {
            data_dir,
            environment,
            editor: None,
        }
    }

    /// The data directory and the environment of this process.
    pub fn of_process() -> Result<Self, Problem> {
        Ok(Self::new(data_dir()?, Environment::read()?))
    }

    #[must_use]
    pub fn with_editor(mut self, editor: Arc<dyn EditorSecrets>) -> Self {
        self.editor = Some(editor);
        self
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub fn record(&self) -> Result<Option<DeviceRecord>, Problem> {
        DeviceRecord::read(&self.data_dir)
    }

    /// Finds the credential; `None` when nobody is signed in.
    pub async fn load(&self, patience: Patience) -> Result<Option<SignIn>, Problem> {
        if let Some(path) = &self.environment.file
            && let Some(credential) = file::read(path, FILE)?
        {
            return self.explicit(credential, CredentialStore::File).map(Some);
        }
        if let Some(credential) = self.environment.credential.clone() {
            return self.explicit(credential, CredentialStore::Environment).map(Some);
        }
        if self.environment.file.is_some() {
            // Where a file is named, the keyring is never touched.
            return Ok(None);
        }
        match self.record()? {
            Some(record) => self.kept(&record, patience).await,
            None => Ok(None),
        }
    }

    /// A credential that the environment names goes where the environment says, else to the
    /// gateway that this device redeemed at.
    fn explicit(&self, credential: Credential, store: CredentialStore) -> Result<SignIn, Problem> {
        let gateway_url = match &self.environment.gateway_url {
            Some(url) => url.clone(),
            None => match self.record()?.filter(|record| record.credential_store == store) {
                Some(record) => GatewayUrl::parse(&record.gateway_url)?,
                None => {
                    return Err(Problem::new(
                        Code::NotSignedIn,
                        "There is a credential, but nothing says which gateway issued it.",
                    )
                    .with_hint("Set TOKEN_TRACKER_GATEWAY_URL to the gateway's address."));
                }
            },
        };
        Ok(SignIn {
            gateway_url,
            credential,
            store,
        })
    }

    async fn kept(&self, record: &DeviceRecord, patience: Patience) -> Result<Option<SignIn>, Problem> {
        let gateway_url = GatewayUrl::parse(&record.gateway_url)?;
        let other = |url: &GatewayUrl| url.origin() != gateway_url.origin();
        if self.environment.gateway_url.as_ref().is_some_and(other) {
            // The credential is bound to its origin: another gateway never sees it.
            return Ok(None);
        }
        let name = entry_name(&gateway_url, record.device_id);
        let (found, store) = match record.credential_store {
            CredentialStore::Keyring => {
                let found = keyring::get(&name, patience).await;
                (found.map_err(|e| e.problem())?, CredentialStore::Keyring)
            }
            CredentialStore::Editor => (self.editor_secrets()?.get(&name).await?, CredentialStore::Editor),
            // The file or variable that held it is no longer named.
            CredentialStore::File | CredentialStore::Environment => (None, record.credential_store),
        };
        Ok(found.map(|credential| SignIn {
            gateway_url,
            credential,
            store,
        }))
    }

    /// Refuses before a key is spent, where a new credential could not be kept.
    pub fn check_writable(&self) -> Result<(), Problem> {
        if self.environment.file.is_none() && self.environment.credential.is_some() {
            return Err(Problem::new(
                Code::InvalidRequest,
                "TOKEN_TRACKER_CREDENTIAL signs this device in and cannot be replaced from here.",
            )
            .with_hint("Unset the variable, then redeem the token key again."));
        }
        Ok(())
    }

    /// Keeps a new credential in the first place that takes it, and says which.
    pub async fn save(
        &self,
        gateway_url: &GatewayUrl,
        credential: &Credential,
        device_id: DeviceId,
        device_name: &str,
    ) -> Result<CredentialStore, Problem> {
        self.check_writable()?;
        let before = self.record().ok().flatten();
        let name = entry_name(gateway_url, device_id);
        let store = match &self.environment.file {
            Some(path) => file::write(path, FILE, credential).map(|()| CredentialStore::File)?,
            None => self.keep(&name, credential).await?,
        };
        let record = DeviceRecord {
            gateway_url: gateway_url.to_string(),
            device_id,
            device_name: device_name.to_owned(),
            credential_store: store,
        };
        record.write(&self.data_dir)?;
        if let Some(before) = before.filter(|before| before.device_id != device_id)
            && let Err(problem) = self.forget(&before).await
        {
            // The new credential is kept, and the old one is of no use to anybody.
            tracing::warn!(code = %problem.code, "The credential of the device before could not be removed");
        }
        Ok(store)
    }

    async fn keep(&self, name: &str, credential: &Credential) -> Result<CredentialStore, Problem> {
        match (
            keyring::set(name, credential, Patience::Interactive).await,
            &self.editor,
        ) {
            (Ok(()), _) => Ok(CredentialStore::Keyring),
            (Err(_), Some(editor)) => {
                editor.set(name, credential).await?;
                Ok(CredentialStore::Editor)
            }
            (Err(error), None) => Err(error.problem()),
        }
    }

    /// Forgets the credential. A variable cannot be unset from here; its next step is said.
    pub async fn clear(&self) -> Result<(), Problem> {
        if let Some(path) = &self.environment.file {
            file::remove(path, FILE)?;
        } else if let Ok(Some(record)) = self.record() {
            self.forget(&record).await?;
        }
        DeviceRecord::remove(&self.data_dir)
    }

    async fn forget(&self, record: &DeviceRecord) -> Result<(), Problem> {
        let name = entry_name(&GatewayUrl::parse(&record.gateway_url)?, record.device_id);
        match record.credential_store {
            CredentialStore::Keyring => keyring::delete(&name, Patience::Interactive)
                .await
                .map_err(|error| error.problem()),
            CredentialStore::Editor => self.editor_secrets()?.delete(&name).await,
            CredentialStore::File | CredentialStore::Environment => Ok(()),
        }
    }

    fn editor_secrets(&self) -> Result<&dyn EditorSecrets, Problem> {
        self.editor.as_deref().ok_or_else(|| {
            Problem::new(
                Code::NotSignedIn,
                "The credential is in an editor's secret store, which only that editor can open.",
            )
            .with_hint("Use the editor, or redeem a token key here.")
        })
    }
}

/// One entry for each origin and device: two data directories of one user never meet in a keyring.
fn entry_name(gateway_url: &GatewayUrl, device_id: DeviceId) -> String {
    format!("{} {device_id}", gateway_url.origin())
}

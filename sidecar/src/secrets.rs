//! The editor's own secret store, asked through `tokenTracker/secret`.

use std::time::Duration;

use protocol::{
    Code, Problem,
    credential::{Credential, EditorSecrets, SecretFuture},
    editor::{SecretOperation, SecretParams, SecretResult, method},
};
use tokio::time::timeout;
use tower_lsp::{Client, lsp_types::request::Request};

/// An editor may ask the person to unlock its store first.
const TIME_MAX: Duration = Duration::from_secs(30);

enum SecretRequest {}

impl Request for SecretRequest {
    type Params = SecretParams;
    type Result = Option<SecretResult>;
    const METHOD: &'static str = method::SECRET;
}

pub struct EditorSecretStore(Client);

impl EditorSecretStore {
    pub const fn new(client: Client) -> Self {
        Self(client)
    }

    async fn ask(
        &self,
        op: SecretOperation,
        name: &str,
        value: Option<String>,
    ) -> Result<SecretResult, Problem> {
        let params = SecretParams {
            op,
            name: name.to_owned(),
            value,
        };
        match timeout(TIME_MAX, self.0.send_request::<SecretRequest>(params)).await {
            Ok(Ok(result)) => Ok(result.unwrap_or_default()),
            Ok(Err(_)) | Err(_) => Err(Problem::new(
                Code::NotSignedIn,
                "The editor's secret store did not answer.",
            )
            .with_hint("Unlock the editor's secret store, or set TOKEN_TRACKER_CREDENTIAL_FILE.")),
        }
    }
}

impl EditorSecrets for EditorSecretStore {
    fn get<'a>(&'a self, name: &'a str) -> SecretFuture<'a, Option<Credential>> {
        Box::pin(async move {
            let answer = self.ask(SecretOperation::Get, name, None).await?;
            answer
                .value
                .filter(|value| !value.is_empty())
                .map(|value| Credential::parse(&value))
                .transpose()
        })
    }

    fn set<'a>(&'a self, name: &'a str, credential: &'a Credential) -> SecretFuture<'a, ()> {
        Box::pin(async move {
            let value = Some(credential.expose().to_owned());
            self.ask(SecretOperation::Set, name, value).await?;
            // "Saved" is said only of what can be read again.
            match self.get(name).await? {
                Some(kept) if kept.expose() == credential.expose() => Ok(()),
                _ => Err(Problem::new(
                    Code::NotSignedIn,
                    "The editor's secret store did not keep the credential.",
                )
                .with_hint("Set TOKEN_TRACKER_CREDENTIAL_FILE to a file of your own.")),
            }
        })
    }

    fn delete<'a>(&'a self, name: &'a str) -> SecretFuture<'a, ()> {
        Box::pin(async move { self.ask(SecretOperation::Delete, name, None).await.map(|_| ()) })
    }
}

//! The OS keyring, on one thread of its own: its calls block, on a locked keyring for as long as
//! the person takes to answer a dialog, and no start may hang on that.

use std::{
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use keyring::{Entry, Error};
use tokio::{sync::oneshot, time::timeout};

use super::Credential;
use crate::{Code, Problem};

const SERVICE: &str = "token-tracker";

/// How long to wait for the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Nobody asked for anything yet: a locked keyring is left alone after two seconds.
    AtStart,
    /// The person is looking and may be answering the keyring's dialog.
    Interactive,
}

impl Patience {
    const fn time_max(self) -> Duration {
        match self {
            Self::AtStart => Duration::from_secs(2),
            Self::Interactive => Duration::from_secs(30),
        }
    }
}

/// Why the keyring did not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyringError {
    /// There is none, or none that can keep anything.
    Absent,
    /// It is there and is locked, or does not answer, most likely because it is.
    Locked,
    /// It keeps something under our name that is not a credential.
    Damaged,
}

impl KeyringError {
    pub(super) fn problem(self) -> Problem {
        let (message, hint) = match self {
            Self::Absent => (
                "This machine has no keyring that can keep a credential.",
                "Use an editor with a secret store, or set TOKEN_TRACKER_CREDENTIAL_FILE.",
            ),
            Self::Locked => (
                "The keyring is locked or does not answer.",
                "Unlock the keyring, then try again.",
            ),
            Self::Damaged => (
                "The keyring holds something else under Token Tracker's name.",
                "Remove the entry token-tracker from the keyring, then redeem a token key.",
            ),
        };
        Problem::new(Code::NotSignedIn, message).with_hint(hint)
    }
}

pub(super) async fn get(name: &str, patience: Patience) -> Result<Option<Credential>, KeyringError> {
    let name = name.to_owned();
    run(patience, move || read(&name)).await
}

/// Keeps a credential, and says so only after it was read back: some keyrings open well and keep
/// nothing.
pub(super) async fn set(name: &str, credential: &Credential, patience: Patience) -> Result<(), KeyringError> {
    let (name, credential) = (name.to_owned(), credential.clone());
    run(patience, move || {
        let entry = Entry::new(SERVICE, &name).map_err(refused)?;
        entry.set_password(credential.expose()).map_err(refused)?;
        match read(&name)? {
            Some(kept) if kept.expose() == credential.expose() => Ok(()),
            _ => Err(KeyringError::Absent),
        }
    })
    .await
}

pub(super) async fn delete(name: &str, patience: Patience) -> Result<(), KeyringError> {
    let name = name.to_owned();
    run(patience, move || {
        match Entry::new(SERVICE, &name).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    })
    .await
}

fn read(name: &str) -> Result<Option<Credential>, KeyringError> {
    match Entry::new(SERVICE, name).and_then(|entry| entry.get_password()) {
        Ok(text) => {
            let text = zeroize::Zeroizing::new(text);
            Credential::parse(&text)
                .map(Some)
                .map_err(|_| KeyringError::Damaged)
        }
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: Error) -> KeyringError {
    tracing::debug!(error = ?error, "The keyring refused");
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        _ => KeyringError::Absent,
    }
}

type Job = Box<dyn FnOnce() + Send>;

async fn run<T: Send + 'static>(
    patience: Patience,
    work: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move || {
        // Nobody waits any more after a time-out.
        let _ = answer.send(work());
    });
    thread_queue()
        .and_then(|queue| queue.send(job).ok())
        .ok_or(KeyringError::Absent)?;
    match timeout(patience.time_max(), answered).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(KeyringError::Absent),
        Err(_) => Err(KeyringError::Locked),
    }
}

fn thread_queue() -> Option<&'static mpsc::Sender<Job>> {
    static QUEUE: OnceLock<Option<mpsc::Sender<Job>>> = OnceLock::new();
    QUEUE
        .get_or_init(|| {
            let (queue, jobs) = mpsc::channel::<Job>();
            let started = thread::Builder::new()
                .name("keyring".into())
                .spawn(move || jobs.iter().for_each(|job| job()));
            started.ok().map(|_| queue)
        })
        .as_ref()
}

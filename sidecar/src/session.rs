//! The state of one editor window.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use protocol::{
    Problem,
    credential::{CredentialStores, Environment},
    editor::Settings,
};
use tokio::{sync::watch, time::timeout};
use tower_lsp::{Client, lsp_types::ConfigurationItem};

use crate::{
    completion::Engine,
    conversation::Conversations,
    document::Documents,
    ending::Ending,
    generation::InFlight,
    lock::lock,
    output::Output,
    secrets::EditorSecretStore,
    settlement::Settlements,
    sign_in::Standing,
    status::StatusBoard,
    usage_log::UsageLog,
    workspace::{Window, read_settings},
};

/// An editor that says it answers `workspace/configuration` and does not is not waited for longer.
const CONFIGURATION_TIME_MAX: Duration = Duration::from_secs(2);

pub struct Session {
    pub client: Client,
    pub output: Output,
    pub ending: Ending,
    pub status: StatusBoard,
    pub usage_log: UsageLog,
    pub settlements: Settlements,
    pub conversations: Conversations,
    pub documents: Mutex<Documents>,
    pub completions: Engine,
    pub in_flight: InFlight,
    pub(crate) standing: watch::Sender<Standing>,
    window: Mutex<Window>,
    stores: Result<CredentialStores, Problem>,
    started: AtomicBool,
}

impl Session {
    /// Holds everything and has touched nothing: no file, no keyring, no network.
    pub fn new(client: Client, output: Output, ending: Ending, data_dir: PathBuf) -> Arc<Self> {
        let usage_log = UsageLog::new(data_dir.join("usage.db"));
        ending.flushes(usage_log.clone());
        let conversations = Conversations::new(data_dir.join("conversations"));
        let stores = Environment::read().map(|environment| CredentialStores::new(data_dir, environment));
        Arc::new(Self {
            status: StatusBoard::new(output.clone()),
            client,
            output,
            ending,
            usage_log,
            conversations,
            settlements: Settlements::default(),
            documents: Mutex::default(),
            completions: Engine::default(),
            in_flight: InFlight::default(),
            standing: watch::channel(Standing::Loading).0,
            window: Mutex::default(),
            stores,
            started: AtomicBool::new(false),
        })
    }

    pub fn window(&self) -> Window {
        lock(&self.window).clone()
    }

    pub fn set_window(&self, window: Window) {
        *lock(&self.window) = window;
    }

    pub fn set_settings(&self, settings: Settings) {
        lock(&self.window).settings = Arc::new(settings);
    }

    /// Begins the work that must not delay the answer to `initialize`; a second call does nothing.
    pub fn start(self: &Arc<Self>) {
        if self.started.swap(true, Ordering::Relaxed) {
            return;
        }
        let session = Arc::clone(self);
        tokio::spawn(async move {
            tracing::info!(version = crate::version(), "Started");
            session.pull_settings().await;
            session.load_sign_in().await;
            session.forget_old_conversations();
        });
    }

    /// Asks the editor for the section `tokenTracker`; without an answer the defaults stay.
    pub async fn pull_settings(&self) {
        if !self.window().answers_configuration {
            return;
        }
        let section = ConfigurationItem {
            scope_uri: None,
            section: Some("tokenTracker".into()),
        };
        match timeout(CONFIGURATION_TIME_MAX, self.client.configuration(vec![section])).await {
            Ok(Ok(values)) => {
                let value = values.into_iter().next().unwrap_or_default();
                self.set_settings(read_settings(&value));
            }
            Ok(Err(error)) => tracing::warn!(error = %error, "The editor refused to tell its settings"),
            Err(_) => tracing::warn!("The editor did not tell its settings in time"),
        }
    }

    /// Takes new settings; those of the network need new connections.
    pub async fn settings_changed(self: &Arc<Self>, pushed: Option<Settings>) {
        let before = self.window().network();
        match pushed {
            Some(settings) => self.set_settings(settings),
            None => self.pull_settings().await,
        }
        if self.window().network() != before && self.started.load(Ordering::Relaxed) {
            self.load_sign_in().await;
        }
        self.forget_old_conversations();
    }

    /// Where the credential may be, the editor's own store included if it has one.
    pub fn stores(&self) -> Result<CredentialStores, Problem> {
        let stores = self.stores.clone()?;
        if self.window().options.secret_storage == Some(true) {
            let editor = EditorSecretStore::new(self.client.clone());
            return Ok(stores.with_editor(Arc::new(editor)));
        }
        Ok(stores)
    }

    fn forget_old_conversations(self: &Arc<Self>) {
        let session = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let days = session.window().chat().history_days;
            session.conversations.forget_older_than(days);
        });
    }
}

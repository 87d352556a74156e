//! Whether somebody is signed in on this device, and the ways in and out.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{
    Code, Problem,
    api::{Account, Capability, DeviceClient, Model, RedeemRequest},
    client::{GatewayClient, GatewayUrl, RedeemLink, Redeemed, not_signed_in},
    credential::{CredentialStores, Patience},
    editor::{CredentialStore, EditorAccount, RedeemParams},
};
use tokio::{task::AbortHandle, time::timeout};
use uuid::Uuid;

use crate::{events, lock::lock, session::Session};

/// The first status waits this long for the gateway, so that it can tell the balance.
const FIRST_ANSWER_TIME_MAX: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub enum Standing {
    /// Not known yet: the credential is being looked for.
    Loading,
    Out(Problem),
    In(Arc<Device>),
}

/// This device at its gateway.
pub struct Device {
    pub gateway: GatewayClient,
    pub store: CredentialStore,
    account: Mutex<Option<Account>>,
    models: Mutex<Option<Arc<[Model]>>>,
    listener: Mutex<Option<AbortHandle>>,
}

impl Device {
    fn new(gateway: GatewayClient, store: CredentialStore, account: Option<Account>) -> Arc<Self> {
        Arc::new(Self {
            gateway,
            store,
            account: Mutex::new(account),
            models: Mutex::new(None),
            listener: Mutex::new(None),
        })
    }

    /// Asks the gateway who we are.
    pub async fn account(&self) -> Result<Account, Problem> {
        let account = self.gateway.account().await?;
        *lock(&self.account) = Some(account.clone());
        Ok(account)
    }

    pub fn known_account(&self) -> Option<Account> {
        lock(&self.account).clone()
    }

    pub fn editor_account(&self, account: Account) -> EditorAccount {
        EditorAccount {
            gateway_url: self.gateway.gateway_url().to_string(),
            credential_store: self.store,
            member: account.member,
            device_id: account.device_id,
            device_name: account.device_name,
            balance: account.balance,
            models: account.models,
        }
    }

    /// Asks the gateway which models there are.
    pub async fn fetch_models(&self) -> Result<Arc<[Model]>, Problem> {
        let models: Arc<[Model]> = self.gateway.models().await?.into();
        *lock(&self.models) = Some(Arc::clone(&models));
        Ok(models)
    }

    /// The model for a job where no setting names one: the first that can do it, in the gateway's
    /// order, else the built-in one.
    pub async fn default_model(&self, capability: Capability, built_in: &str) -> Result<String, Problem> {
        let known = lock(&self.models).clone();
        let models = match known {
            Some(models) => models,
            None => self.fetch_models().await?,
        };
        let able = models
            .iter()
            .find(|model| model.capabilities.contains(&capability));
        Ok(able.map_or(built_in, |model| &model.id).to_owned())
    }

    /// How much fits into one request to a model, where that is known.
    pub fn context_window(&self, model: &str) -> Option<u64> {
        let models = lock(&self.models).clone()?;
        models.iter().find(|known| known.id == model)?.context_window
    }

    fn stop(&self) {
        if let Some(listener) = lock(&self.listener).take() {
            listener.abort();
        }
    }
}

impl Session {
    /// This device, once it is known whether somebody is signed in.
    pub async fn device(self: &Arc<Self>) -> Result<Arc<Device>, Problem> {
        self.start();
        let mut standing = self.standing.subscribe();
        let known = standing
            .wait_for(|standing| !matches!(standing, Standing::Loading))
            .await;
        match known.map(|standing| standing.clone()) {
            Ok(Standing::In(device)) => Ok(device),
            Ok(Standing::Out(problem)) => Err(problem),
            Ok(Standing::Loading) | Err(_) => Err(not_signed_in()),
        }
    }

    /// Looks for the credential and takes up work with it.
    pub(crate) async fn load_sign_in(self: &Arc<Self>) {
        match self.find_sign_in(Patience::AtStart).await {
            Ok(device) => self.adopt(device).await,
            Err(problem) => self.signed_out(problem),
        }
        self.status.go_live();
    }

    async fn find_sign_in(&self, patience: Patience) -> Result<Arc<Device>, Problem> {
        let found = self.stores()?.load(patience).await?;
        let sign_in = found.ok_or_else(not_signed_in)?;
        let gateway = self.connect(sign_in.gateway_url).await?;
        let gateway = gateway.with_credential(sign_in.credential);
        Ok(Device::new(gateway, sign_in.store, None))
    }

    /// Prepares the connections to a gateway. Reading certificates takes a while and is done aside.
    async fn connect(&self, url: GatewayUrl) -> Result<GatewayClient, Problem> {
        let network = self.window().network();
        tokio::task::spawn_blocking(move || GatewayClient::new(url, &network))
            .await
            .map_err(|_| Problem::new(Code::Internal, "The connection could not be prepared."))?
    }

    async fn adopt(self: &Arc<Self>, device: Arc<Device>) {
        let balance = device.known_account().map(|account| account.balance);
        self.replace(Standing::In(Arc::clone(&device)));
        self.status.signed_in(device.store, balance);
        tracing::info!(
            gateway = %device.gateway.gateway_url().origin(),
            store = ?device.store,
            "Signed in",
        );
        let session = Arc::clone(self);
        let heard = Arc::clone(&device);
        let first = tokio::spawn(async move {
            if let Ok(account) = session.noted(heard.account().await) {
                session.status.balance_is(account.balance);
            }
            // Warms the connection, and the first completion need not ask. A failure is in the
            // status, and the next who needs the models asks again.
            let _ = session.noted(heard.fetch_models().await);
        });
        let listener = events::listen(Arc::downgrade(self), device.gateway.clone());
        *lock(&device.listener) = Some(tokio::spawn(listener).abort_handle());
        let _ = timeout(FIRST_ANSWER_TIME_MAX, first).await;
    }

    /// Nobody is signed in any more, for this reason.
    pub fn signed_out(&self, problem: Problem) {
        tracing::info!(code = %problem.code, "Nobody is signed in");
        self.replace(Standing::Out(problem.clone()));
        self.status.signed_out(problem);
    }

    fn replace(&self, standing: Standing) {
        if let Standing::In(before) = self.standing.send_replace(standing) {
            before.stop();
        }
    }

    /// Passes an answer of the gateway on, and lets the status know what it means.
    pub fn noted<T>(&self, answer: Result<T, Problem>) -> Result<T, Problem> {
        if let Err(problem) = &answer {
            self.failed(problem.clone());
        }
        answer
    }

    /// A request to the gateway failed; a credential that is no longer good signs out.
    pub fn failed(&self, problem: Problem) {
        match problem.code {
            Code::CredentialRevoked | Code::Unauthorized => self.signed_out(problem),
            _ => self.status.failed(problem),
        }
    }

    /// Makes this device one of the key's, and keeps its credential.
    pub async fn redeem(self: &Arc<Self>, params: RedeemParams) -> Result<EditorAccount, Problem> {
        let link = RedeemLink::parse(&params.key)?;
        let url = match (params.gateway_url.trim(), link.gateway_url) {
            ("", Some(url)) => url,
            (text, _) => GatewayUrl::parse(text)?,
        };
        let stores = self.stores()?;
        // A key is not spent on a credential that could not be kept.
        stores.check_writable()?;
        let before = self.device().await.ok();
        let gateway = self.connect(url.clone()).await?;
        let redeemed = redeem_once(&gateway, self.redeem_request(link.key, params.device_name)).await?;
        let gateway = gateway.with_credential(redeemed.credential.clone());
        let store = self.keep(&stores, &gateway, &redeemed).await?;
        if let Some(before) = before {
            free_place(&before).await;
        }
        let device = Device::new(gateway, store, Some(redeemed.account.clone()));
        self.adopt(Arc::clone(&device)).await;
        Ok(device.editor_account(redeemed.account))
    }

    fn redeem_request(&self, key: String, device_name: Option<String>) -> RedeemRequest {
        let options = self.window().options;
        RedeemRequest {
            key,
            device_name: device_name.or_else(host_name),
            device: Some(DeviceClient {
                os: Some(env::consts::OS.into()),
                client: Some(
                    options
                        .client_name
                        .unwrap_or_else(|| "token-tracker-sidecar".into()),
                ),
                version: Some(options.client_version.unwrap_or_else(|| crate::version().into())),
            }),
        }
    }

    async fn keep(
        &self,
        stores: &CredentialStores,
        gateway: &GatewayClient,
        redeemed: &Redeemed,
    ) -> Result<CredentialStore, Problem> {
        let account = &redeemed.account;
        let saved = stores
            .save(
                gateway.gateway_url(),
                &redeemed.credential,
                account.device_id,
                &account.device_name,
            )
            .await;
        if saved.is_err() {
            // A credential that is nowhere would hold its place for ever.
            if let Err(problem) = gateway.revoke_device(account.device_id).await {
                tracing::warn!(code = %problem.code, "A device that could not be kept was not revoked");
            }
        }
        saved
    }

    /// Revokes this device at the gateway and forgets its credential.
    pub async fn sign_out(self: &Arc<Self>) -> Result<(), Problem> {
        let stores = self.stores()?;
        let mut left = not_signed_in();
        if let Ok(device) = self.device().await {
            // Its own revocation is no news.
            device.stop();
            if let Err(problem) = revoke(&device).await {
                tracing::warn!(code = %problem.code, "The gateway did not hear of the sign-out");
                left = left.with_hint(
                    "The gateway did not hear of it: its owner can revoke this device to free its place.",
                );
            }
            if device.store == CredentialStore::Environment {
                left = left.with_hint("Unset TOKEN_TRACKER_CREDENTIAL; the credential in it is revoked.");
            }
        }
        stores.clear().await?;
        self.signed_out(left);
        Ok(())
    }

    /// This device. One that signed in before and whose store did not open at the start is looked
    /// for again: the person is there now and may unlock the store.
    async fn device_or_retry(self: &Arc<Self>) -> Option<Arc<Device>> {
        match self.device().await {
            Ok(device) => return Some(device),
            Err(problem) if problem.code != Code::NotSignedIn => return None,
            Err(_) => {}
        }
        self.stores().ok()?.record().ok()??;
        match self.find_sign_in(Patience::Interactive).await {
            Ok(device) => {
                self.adopt(Arc::clone(&device)).await;
                Some(device)
            }
            Err(problem) => {
                self.signed_out(problem);
                None
            }
        }
    }

    /// This device's standing; `None` when nobody is signed in.
    pub async fn account(self: &Arc<Self>) -> Result<Option<EditorAccount>, Problem> {
        let Some(device) = self.device_or_retry().await else {
            return Ok(None);
        };
        let account = match device.account().await {
            Ok(account) => account,
            Err(problem) => {
                let code = problem.code;
                self.failed(problem.clone());
                match (code, device.known_account()) {
                    (Code::CredentialRevoked | Code::Unauthorized, _) => return Ok(None),
                    (Code::GatewayUnreachable, Some(known)) => known,
                    _ => return Err(problem),
                }
            }
        };
        self.status.balance_is(account.balance.clone());
        Ok(Some(device.editor_account(account)))
    }
}

/// Repeats a call whose answer was lost, under the same key, so that one place is taken.
async fn redeem_once(gateway: &GatewayClient, request: RedeemRequest) -> Result<Redeemed, Problem> {
    let idempotency_key = Uuid::now_v7().to_string();
    match gateway.redeem(&request, Some(&idempotency_key)).await {
        Err(problem) if problem.code == Code::GatewayUnreachable => {
            gateway.redeem(&request, Some(&idempotency_key)).await
        }
        answer => answer,
    }
}

async fn revoke(device: &Device) -> Result<(), Problem> {
    let account = match device.known_account() {
        Some(account) => account,
        None => device.account().await?,
    };
    match device.gateway.revoke_device(account.device_id).await {
        // It is revoked already.
        Err(problem) if matches!(problem.code, Code::CredentialRevoked | Code::Unauthorized) => Ok(()),
        outcome => outcome,
    }
}

/// The device that this one replaces would hold its place and nobody could use it.
async fn free_place(device: &Device) {
    device.stop();
    if let Err(problem) = revoke(device).await {
        tracing::warn!(code = %problem.code, "The replaced device was not revoked");
    }
}

fn host_name() -> Option<String> {
    let name = env::var("HOSTNAME")
        .or_else(|_| env::var("COMPUTERNAME"))
        .ok()
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())?;
    let name = name.trim();
    (!name.is_empty() && name.len() <= 64).then(|| name.to_owned())
}

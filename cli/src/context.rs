//! Who speaks to which gateway: this device, or the owner of a gateway on this machine.

use std::path::PathBuf;

use gateway::ledger::DatabaseUrl;
use protocol::{
    Code, DEFAULT_LISTEN, Problem,
    client::{GatewayClient, GatewayUrl, Network, not_signed_in},
    credential::{CredentialStores, Environment, Login, LoginStores, Patience, SignIn},
    editor::CredentialStore,
};

use crate::{
    arguments::GlobalOptions,
    command::{login::not_logged_in, serve},
    data_directory::{AdminAccess, DataDirectory},
    failure::{ExitStatus, Failure},
};

/// What the global options and the environment say, read once.
#[derive(Clone)]
pub struct Context {
    pub data: DataDirectory,
    /// `--gateway`, as it was given.
    pub gateway: Option<GatewayUrl>,
    pub config: Option<PathBuf>,
    /// `--database-url`, as it was given.
    pub database_url: Option<String>,
    /// `--json`
    pub json: bool,
    environment: Environment,
    network: Network,
}

/// A signed-in device.
pub struct Device {
    pub client: GatewayClient,
    pub store: CredentialStore,
}

/// Whose view of shared things is asked for.
pub enum Viewer {
    Owner(GatewayClient),
    /// Logged in with `token-tracker login`.
    Member(GatewayClient),
    Device(Device),
}

impl Viewer {
    pub fn client(&self) -> &GatewayClient {
        match self {
            Self::Owner(client) | Self::Member(client) => client,
            Self::Device(device) => &device.client,
        }
    }
}

impl Context {
    pub fn new(options: GlobalOptions) -> Result<Self, Failure> {
        Ok(Self {
            data: DataDirectory::find(options.data_dir)?,
            gateway: options
                .gateway
                .as_deref()
                .map(GatewayUrl::parse)
                .transpose()
                .map_err(wrong_address)?,
            config: options.config.or_else(|| {
                std::env::var_os("TOKEN_TRACKER_CONFIG")
                    .filter(|path| !path.is_empty())
                    .map(Into::into)
            }),
            database_url: database_url(options.database_url)?,
            json: options.json,
            environment: Environment::read()?,
            network: Network::default(),
        })
    }

    /// Who administers: the owner of a gateway on this machine, or else whoever is logged in, at the
    /// gateway that is named if one is. A data directory on the command line speaks for its owner.
    pub async fn admin(&self) -> Result<GatewayClient, Failure> {
        let access = self.data.admin()?;
        let is_meant = |access: &AdminAccess| {
            let named = self.gateway.as_ref();
            named.is_none_or(|url| url.origin() == access.gateway_url.origin())
        };
        if !self.data.named
            && !access.as_ref().is_some_and(is_meant)
            && let Some(login) = self.login().await?
        {
            return self.member_with(login);
        }
        match access {
            Some(access) => self.admin_with(access),
            None if self.gateway.is_some() && !self.data.named => Err(not_logged_in().into()),
            None => Err(Failure::not_running(
                "No gateway has been started with this data directory.",
            )),
        }
    }

    fn admin_with(&self, access: AdminAccess) -> Result<GatewayClient, Failure> {
        // A credential goes only to the gateway that issued it.
        if self
            .gateway
            .as_ref()
            .is_some_and(|url| url.origin() != access.gateway_url.origin())
        {
            let problem = Problem::new(
                Code::NotSignedIn,
                "There is no admin credential for that gateway here.",
            )
            .with_hint(
                "Run `token-tracker login` first, or the command on the gateway's machine with --data-dir.",
            );
            return Err(problem.into());
        }
        Ok(self
            .client(access.gateway_url)?
            .with_credential(access.credential))
    }

    fn member_with(&self, login: Login) -> Result<GatewayClient, Failure> {
        Ok(self.client(login.gateway_url)?.with_credential(login.token))
    }

    /// None when nobody is logged in, or not at the gateway that is named.
    pub async fn login(&self) -> Result<Option<Login>, Failure> {
        Ok(self.login_stores()?.load().await?)
    }

    pub fn login_stores(&self) -> Result<LoginStores, Problem> {
        let named = self.gateway.as_ref().or(self.environment.gateway_url.as_ref());
        LoginStores::new(self.data.path.clone(), named.cloned())
    }

    /// This device's sign-in.
    pub async fn device(&self) -> Result<Device, Failure> {
        match self.sign_in().await? {
            Some(sign_in) => self.device_with(sign_in),
            None => Err(not_signed_in()
                .with_hint("Use a token key with `token-tracker redeem`.")
                .into()),
        }
    }

    /// None when nobody is signed in.
    pub async fn sign_in(&self) -> Result<Option<SignIn>, Failure> {
        Ok(self.stores().load(Patience::Interactive).await?)
    }

    fn device_with(&self, sign_in: SignIn) -> Result<Device, Failure> {
        Ok(Device {
            client: self
                .client(sign_in.gateway_url)?
                .with_credential(sign_in.credential),
            store: sign_in.store,
        })
    }

    /// Who asks about things that a device and the owner both see. A data directory named on the
    /// command line speaks for its owner; else a signed-in device is nearer than a gateway that
    /// happens to run here.
    pub async fn viewer(&self) -> Result<Viewer, Failure> {
        let owner = self.data.admin()?;
        if self.data.named
            && let Some(access) = owner
        {
            return self.admin_with(access).map(Viewer::Owner);
        }
        match (self.sign_in().await?, owner) {
            (Some(sign_in), _) => self.device_with(sign_in).map(Viewer::Device),
            (None, Some(access)) => self.admin_with(access).map(Viewer::Owner),
            (None, None) => match self.login().await? {
                Some(login) => self.member_with(login).map(Viewer::Member),
                None => self.device().await.map(Viewer::Device),
            },
        }
    }

    pub fn stores(&self) -> CredentialStores {
        let mut environment = self.environment.clone();
        if let Some(url) = &self.gateway {
            environment.gateway_url = Some(url.clone());
        }
        CredentialStores::new(self.data.path.clone(), environment)
    }

    /// The gateway to redeem at when the link does not say it.
    pub fn gateway_to_redeem_at(&self) -> Result<GatewayUrl, Failure> {
        if let Some(url) = self.gateway.as_ref().or(self.environment.gateway_url.as_ref()) {
            return Ok(url.clone());
        }
        if let Some(access) = self.data.admin()? {
            return Ok(access.gateway_url);
        }
        let known = self.stores().record()?.map(|record| record.gateway_url);
        Ok(GatewayUrl::parse(known.as_deref().unwrap_or(DEFAULT_LISTEN))?)
    }

    pub fn client(&self, url: GatewayUrl) -> Result<GatewayClient, Problem> {
        GatewayClient::new(url, &self.network)
    }
}

/// The address is checked before anything is done with it; no message repeats it, since a password
/// is in it.
fn database_url(url: Option<String>) -> Result<Option<String>, Failure> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    match url.parse::<DatabaseUrl>() {
        Ok(_) => Ok(Some(url)),
        Err(error) => Err(Failure::usage(
            serve::sentence(&error.to_string()),
            "Correct --database-url or TOKEN_TRACKER_DATABASE_URL.",
        )),
    }
}

/// A text that is no address is wrong usage; a real address that we refuse to use is a refusal.
fn wrong_address(problem: Problem) -> Failure {
    let status = match problem.code {
        Code::InvalidRequest => ExitStatus::WrongUsage,
        _ => ExitStatus::Failed,
    };
    Failure { problem, status }
}

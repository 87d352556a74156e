//! This device's standing, as `redeem` and `status` print it.

use protocol::{
    api::{Account, Balance},
    client::GatewayUrl,
    editor::CredentialStore,
};
use serde::Serialize;

/// The same object as the editor's `tokenTracker/account`, except that a credential which was
/// only shown is kept nowhere.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    pub gateway_url: String,
    pub credential_store: Option<CredentialStore>,
    #[serde(flatten)]
    pub account: Account,
}

impl SignedIn {
    pub fn new(gateway: &GatewayUrl, store: Option<CredentialStore>, account: Account) -> Self {
        Self {
            gateway_url: gateway.to_string(),
            credential_store: store,
            account,
        }
    }

    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let account = &self.account;
        let mut facts = vec![
            ("gateway", self.gateway_url.clone()),
            ("device", account.device_name.clone()),
            ("balance", balance(&account.balance)),
            ("models", models(&account.models)),
            ("credential", kept(self.credential_store).into()),
        ];
        if let Some(member) = &account.member {
            facts.insert(1, ("member", member.name.clone()));
        }
        facts
    }
}

/// `$4.99 of $5.00`, and what is on hold if anything is.
pub fn balance(balance: &Balance) -> String {
    let held = match balance.held_nano_usd.nano_usd() {
        0 => String::new(),
        _ => format!(", {} on hold", balance.held_nano_usd.display_charge()),
    };
    format!(
        "{} of {}{held}",
        balance.display,
        balance.granted_nano_usd.display_balance()
    )
}

fn models(models: &[String]) -> String {
    match models {
        [] => "none that this gateway serves".into(),
        models => models.join(", "),
    }
}

fn kept(store: Option<CredentialStore>) -> &'static str {
    match store {
        Some(CredentialStore::Keyring) => "in the keyring",
        Some(CredentialStore::Editor) => "in the editor's secret store",
        Some(CredentialStore::Environment) => "in TOKEN_TRACKER_CREDENTIAL",
        Some(CredentialStore::File) => "in the file that TOKEN_TRACKER_CREDENTIAL_FILE names",
        None => "not kept on this machine",
    }
}

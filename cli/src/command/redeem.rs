use clap::Args;
use protocol::{
    Code, Problem,
    api::{DeviceClient, RedeemRequest},
    client::{GatewayClient, GatewayUrl, RedeemLink, Redeemed},
    editor::CredentialStore,
};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    context::Context, failure::Failure, output::Output, secret_input, signed_in::SignedIn, table::facts,
};

#[derive(Args)]
pub struct Redeem {
    /// The token key or its link; `-` reads standard input; asked for without echo when absent
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print the credential and the base URLs, for other tools
    #[arg(long)]
    show_credential: bool,
    /// How this device is called in lists [default: this machine's name]
    #[arg(long, value_name = "NAME")]
    device_name: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    account: SignedIn,
    #[serde(flatten)]
    tools: Option<Tools>,
}

/// What any other OpenAI- or Anthropic-compatible tool needs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tools {
    credential: String,
    openai_base_url: String,
    anthropic_base_url: String,
}

impl Redeem {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let pasted = self.key_text()?;
        let link = read_link(&pasted)?;
        let gateway = gateway(context, &link)?;
        context.stores().check_writable()?;
        let client = context.client(gateway.clone())?;
        let redeemed = redeem(&client, &self.request(link.key)).await?;
        let tools = self.show_credential.then(|| Tools::new(&gateway, &redeemed));
        let store = keep(context, &client, &redeemed, self.show_credential).await?;
        let account = SignedIn::new(&gateway, store, redeemed.account);
        let text = text(&account, tools.as_ref());
        Ok(Output::new(text, &Answer { account, tools })?)
    }

    fn key_text(&self) -> Result<Zeroizing<String>, Failure> {
        match self.key.as_deref() {
            Some("-") => secret_input::piped(),
            Some(key) => Ok(Zeroizing::new(key.to_owned())),
            None => secret_input::asked("Token key or link (not shown): ").ok_or_else(no_key),
        }
    }

    fn request(&self, key: String) -> RedeemRequest {
        RedeemRequest {
            key,
            device_name: Some(self.device_name.clone().unwrap_or_else(machine_name)),
            device: Some(DeviceClient {
                os: Some(std::env::consts::OS.into()),
                client: Some("token-tracker".into()),
                version: Some(env!("CARGO_PKG_VERSION").into()),
            }),
        }
    }
}

fn no_key() -> Failure {
    Failure::usage(
        "No token key was given.",
        "Write it after `redeem`, or write - and send it to standard input.",
    )
}

fn read_link(text: &str) -> Result<RedeemLink, Failure> {
    let link = RedeemLink::parse(text).map_err(Failure::from)?;
    if link.key.is_empty() {
        return Err(no_key());
    }
    if link.key.starts_with("ttd_") || link.key.starts_with("tta_") {
        return Err(Failure::usage(
            "This is a credential, not a token key.",
            "A token key begins with TTK-. A device credential works through TOKEN_TRACKER_CREDENTIAL.",
        ));
    }
    Ok(link)
}

/// The link knows best; an option that contradicts it is a mistake that would spend a key's place.
fn gateway(context: &Context, link: &RedeemLink) -> Result<GatewayUrl, Failure> {
    match (&link.gateway_url, &context.gateway) {
        (Some(link), Some(option)) if link.origin() != option.origin() => Err(Failure::usage(
            format!("The link belongs to {link}, and --gateway says {option}."),
            "Leave --gateway out, or redeem the bare code.",
        )),
        (Some(link), _) => Ok(link.clone()),
        (None, _) => context.gateway_to_redeem_at(),
    }
}

/// Redeems, and once more under the same idempotency key if the answer was lost on the way.
async fn redeem(client: &GatewayClient, request: &RedeemRequest) -> Result<Redeemed, Problem> {
    let idempotency_key = Uuid::new_v4().to_string();
    match client.redeem(request, Some(&idempotency_key)).await {
        Err(problem) if problem.code == Code::GatewayUnreachable => {
            client.redeem(request, Some(&idempotency_key)).await
        }
        answer => answer,
    }
}

/// Keeps the credential. Where nothing keeps it and it is not shown either, the device is given
/// back, so that the failure does not cost one of the key's places.
async fn keep(
    context: &Context,
    client: &GatewayClient,
    redeemed: &Redeemed,
    shown: bool,
) -> Result<Option<CredentialStore>, Failure> {
    let (gateway, account) = (client.gateway_url(), &redeemed.account);
    let saved = context
        .stores()
        .save(
            gateway,
            &redeemed.credential,
            account.device_id,
            &account.device_name,
        )
        .await;
    match saved {
        Ok(store) => Ok(Some(store)),
        Err(_) if shown => Ok(None),
        Err(problem) => {
            let device = client.with_credential(redeemed.credential.clone());
            let given_back = device.revoke_device(account.device_id).await;
            let hint =
                "Set TOKEN_TRACKER_CREDENTIAL_FILE to a file of your own, or redeem with --show-credential.";
            let message = match given_back {
                Ok(()) => format!("{} The key was not used up.", problem.message),
                Err(_) => format!(
                    "{} The key's place stays taken until device {} is revoked.",
                    problem.message, account.device_id
                ),
            };
            Err(Problem::new(problem.code, message).with_hint(hint).into())
        }
    }
}

impl Tools {
    fn new(gateway: &GatewayUrl, redeemed: &Redeemed) -> Self {
        Self {
            credential: redeemed.credential.expose().to_owned(),
            openai_base_url: format!("{gateway}/v1"),
            anthropic_base_url: gateway.to_string(),
        }
    }
}

fn text(account: &SignedIn, tools: Option<&Tools>) -> String {
    let mut text = format!("This device is signed in.\n{}", facts(&account.facts()));
    if let Some(tools) = tools {
        text.push_str("\nFor other tools; the credential is shown this once:\n");
        text.push_str(&facts(&[
            ("OpenAI base URL", tools.openai_base_url.clone()),
            ("Anthropic base URL", tools.anthropic_base_url.clone()),
            ("API key", tools.credential.clone()),
        ]));
    }
    text
}

/// What this machine calls itself.
pub fn machine_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use protocol::{
        DeviceId,
        api::{Account, Balance},
    };

    use super::*;

    fn account() -> SignedIn {
        let account = Account {
            member: None,
            device_id: DeviceId::from_bytes([7; 16]),
            device_name: "desk".into(),
            balance: Balance {
                available_nano_usd: protocol::Money::from_nano_usd(4_990_000_000),
                granted_nano_usd: protocol::Money::from_nano_usd(5_000_000_000),
                held_nano_usd: protocol::Money::from_nano_usd(1_000_000),
                display: "$4.99".into(),
                ..Balance::default()
            },
            models: vec!["coder".into(), "builtin/lookup".into()],
        };
        let gateway = GatewayUrl::parse("https://ai.example.com").unwrap();
        SignedIn::new(&gateway, Some(CredentialStore::Keyring), account)
    }

    #[test]
    fn a_person_sees_what_the_key_gave_them() {
        insta::assert_snapshot!(text(&account(), None), @r"
        This device is signed in.
          gateway     https://ai.example.com
          device      desk
          balance     $4.99 of $5.00, $0.0010 on hold
          models      coder, builtin/lookup
          credential  in the keyring
        ");
    }

    #[test]
    fn other_tools_get_their_three_values() {
        let tools = Tools {
            credential: "ttd_abc".into(),
            openai_base_url: "https://ai.example.com/v1".into(),
            anthropic_base_url: "https://ai.example.com".into(),
        };
        insta::assert_snapshot!(text(&account(), Some(&tools)), @r"
        This device is signed in.
          gateway     https://ai.example.com
          device      desk
          balance     $4.99 of $5.00, $0.0010 on hold
          models      coder, builtin/lookup
          credential  in the keyring

        For other tools; the credential is shown this once:
          OpenAI base URL     https://ai.example.com/v1
          Anthropic base URL  https://ai.example.com
          API key             ttd_abc
        ");
        let answer = serde_json::to_value(Answer {
            account: account(),
            tools: Some(tools),
        })
        .unwrap();
        assert_eq!(answer["credential"], "ttd_abc");
        assert_eq!(answer["account"]["gatewayUrl"], "https://ai.example.com");
        assert_eq!(answer["account"]["credentialStore"], "keyring");
        assert_eq!(answer["account"]["deviceName"], "desk");
    }

    #[test]
    fn a_credential_is_not_sent_as_a_key() {
        for text in ["ttd_secret", " tta_secret ", "", "https://ai.example.com/redeem#"] {
            let failure = read_link(text).err().unwrap();
            assert_eq!(failure.status.code(), 2, "{text}");
            assert!(!failure.problem.to_string().contains("secret"));
        }
    }
}

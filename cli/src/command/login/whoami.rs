use clap::Args;
use jiff::Timestamp;
use protocol::{
    api::{MemberSummary, OwnToken, PersonalToken},
    client::GatewayUrl,
    editor::CredentialStore,
};
use serde::Serialize;

use super::not_logged_in;
use crate::{context::Context, failure::Failure, moment, output::Output, table::facts};

#[derive(Args)]
pub struct Whoami {}

/// Who is logged in, as `login` and `whoami` print it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    gateway_url: String,
    token_store: CredentialStore,
    member: MemberSummary,
    token: PersonalToken,
}

impl Whoami {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let login = context.login().await?.ok_or_else(not_logged_in)?;
        let client = context.client(login.gateway_url)?.with_credential(login.token);
        let own = client.own_token().await?;
        let logged_in = LoggedIn::new(client.gateway_url(), login.store, own);
        Ok(Output::new(
            facts(&logged_in.facts(Timestamp::now())),
            &logged_in,
        )?)
    }
}

impl LoggedIn {
    pub fn new(gateway: &GatewayUrl, store: CredentialStore, own: OwnToken) -> Self {
        Self {
            gateway_url: gateway.to_string(),
            token_store: store,
            member: own.member,
            token: own.token,
        }
    }

    pub fn facts(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let (member, token) = (&self.member, &self.token);
        let name = match &member.email {
            Some(email) => format!("{} <{email}>", member.name),
            None => member.name.clone(),
        };
        let days = (token.expires_at.as_second() - now.as_second()).max(0) / 86_400;
        let until = format!("{} UTC, {days} days from now", moment::display(token.expires_at));
        vec![
            ("gateway", self.gateway_url.clone()),
            ("member", name),
            ("role", member.role.to_string()),
            (
                "token",
                format!("{} …{}, {}", token.name, token.last4, kept(self.token_store)),
            ),
            ("until", until),
        ]
    }
}

const fn kept(store: CredentialStore) -> &'static str {
    match store {
        CredentialStore::Keyring | CredentialStore::Editor => "in the keyring",
        CredentialStore::Environment => "in TOKEN_TRACKER_TOKEN",
        CredentialStore::File => "in the file that TOKEN_TRACKER_TOKEN_FILE names",
    }
}

#[cfg(test)]
mod tests {
    use protocol::{
        MemberId, TokenId,
        api::{Role, Scope},
    };

    use super::*;

    #[test]
    fn a_person_sees_who_they_are_where_and_until_when() {
        let own = OwnToken {
            member: MemberSummary {
                id: MemberId::from_bytes([1; 16]),
                name: "Ada".into(),
                email: Some("ada@example.com".into()),
                role: Role::Admin,
                has_password: true,
                created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
                disabled_at: None,
                last_seen_at: None,
                team_id: None,
                limits: protocol::api::Limits::default(),
            },
            token: PersonalToken {
                id: TokenId::from_bytes([2; 16]),
                name: "laptop".into(),
                last4: "x7Qd".into(),
                scopes: Scope::ALL.to_vec(),
                created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
                expires_at: "2026-08-30T12:00:00Z".parse().unwrap(),
                last_used_at: None,
                revoked_at: None,
            },
        };
        let gateway = GatewayUrl::parse("https://ai.example.com").unwrap();
        let logged_in = LoggedIn::new(&gateway, CredentialStore::Keyring, own);
        let now = "2026-06-01T13:00:00Z".parse().unwrap();
        insta::assert_snapshot!(facts(&logged_in.facts(now)), @r"
        gateway  https://ai.example.com
        member   Ada <ada@example.com>
        role     admin
        token    laptop …x7Qd, in the keyring
        until    2026-08-30 12:00 UTC, 89 days from now
        ");
        let json = serde_json::to_value(&logged_in).unwrap();
        assert_eq!(
            (&json["tokenStore"], &json["member"]["role"]),
            (&"keyring".into(), &"admin".into())
        );
    }
}

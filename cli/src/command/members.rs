use clap::{Args, Subcommand};
use protocol::{
    Code, MemberId, Problem,
    api::{
        ErasureReport, InvitationCreated, InvitationRequest, MemberChange, MemberList, MemberSummary,
        OneTimeLink, Role,
    },
    client::GatewayClient,
};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    call,
    context::Context,
    failure::Failure,
    output::Output,
    table::{Column, amount, render},
};

#[derive(Subcommand)]
pub enum Members {
    /// List the people of this gateway
    List(List),
    /// Print a one-time link that signs the owner in, or makes them; with MEMBER, that member
    Link(Link),
    /// Print a one-time link that makes a member
    Invite(Invite),
    /// Give a member another role
    SetRole(SetRole),
    /// Keep a member from signing in and stop their devices, until they are enabled again
    Disable(One),
    /// Let a disabled member sign in again
    Enable(One),
    /// Remove a member: their sessions, tokens and keys stop
    Remove(One),
    /// Erase a person: their name, address and devices go, what they used stays; there is no way back
    Erase(Erase),
}

#[derive(Args)]
pub struct Erase {
    /// The member's id, name or e-mail address; one who was removed has only the id
    member: String,
    /// Do it: nothing brings the name back
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
pub struct List {}

#[derive(Args)]
pub struct Link {
    /// The member's id, name or e-mail address [default: the owner]
    member: Option<String>,
}

#[derive(Args)]
pub struct Invite {
    /// owner, admin, member or viewer
    #[arg(long, value_name = "ROLE", default_value = "member")]
    role: Role,
    /// The name that is suggested to whoever accepts
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

#[derive(Args)]
pub struct SetRole {
    /// The member's id, name or e-mail address
    member: String,
    /// owner, admin, member or viewer
    role: Role,
}

#[derive(Args)]
pub struct One {
    /// The member's id, name or e-mail address
    member: String,
}

#[derive(Serialize)]
struct Changed {
    id: MemberId,
}

impl Members {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        match self {
            Self::List(_) => list(&client).await,
            Self::Link(link) => link.run(&client).await,
            Self::Invite(invite) => invite.run(&client).await,
            Self::SetRole(SetRole { member, role }) => {
                let change = MemberChange {
                    role: Some(role),
                    ..MemberChange::default()
                };
                edit(&client, &member, &change, &format!("is {role} now")).await
            }
            Self::Disable(one) => switch(&client, &one.member, true).await,
            Self::Enable(one) => switch(&client, &one.member, false).await,
            Self::Remove(one) => remove(&client, &one.member).await,
            Self::Erase(erase) => erase.run(&client).await,
        }
    }
}

async fn list(client: &GatewayClient) -> Result<Output, Failure> {
    let list: MemberList = client.get("/api/v1/members").await?;
    Ok(Output::new(text(&list.members), &list)?)
}

impl Link {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let (path, whom) = match &self.member {
            Some(word) => {
                let member = find(client, word).await?;
                (format!("/api/v1/members/{}/link", member.id), member.name)
            }
            None => ("/api/v1/sign-in/link".to_owned(), "the owner".to_owned()),
        };
        let link: OneTimeLink = post(client, &path, &()).await?;
        let text = format!(
            "This link signs {whom} in once, until {}:\n\n  {}",
            link.expires_at, link.url
        );
        Ok(Output::new(text, &link)?)
    }
}

impl Invite {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let request = InvitationRequest {
            role: self.role,
            name: self.name,
            email: self.email,
            expires_at: None,
        };
        let made: InvitationCreated = post(client, "/api/v1/invitations", &request).await?;
        let text = format!(
            "This link makes one {}, until {}:\n\n  {}",
            request.role, made.invitation.expires_at, made.url
        );
        Ok(Output::new(text, &made)?)
    }
}

async fn switch(client: &GatewayClient, word: &str, disabled: bool) -> Result<Output, Failure> {
    let change = MemberChange {
        disabled: Some(disabled),
        ..MemberChange::default()
    };
    let what = if disabled {
        "can no longer sign in"
    } else {
        "can sign in again"
    };
    edit(client, word, &change, what).await
}

async fn edit(
    client: &GatewayClient,
    word: &str,
    change: &MemberChange,
    what: &str,
) -> Result<Output, Failure> {
    let member = find(client, word).await?;
    let address = client.address(&format!("/api/v1/members/{}", member.id));
    call::send(call::request(client, Method::PATCH, address)?.json(change)).await?;
    let text = format!("{} {what}.", member.name);
    Ok(Output::new(text, &Changed { id: member.id })?)
}

async fn remove(client: &GatewayClient, word: &str) -> Result<Output, Failure> {
    let member = find(client, word).await?;
    let address = client.address(&format!("/api/v1/members/{}", member.id));
    call::send(call::request(client, Method::DELETE, address)?).await?;
    let text = format!("{} is no longer a member.", member.name);
    Ok(Output::new(text, &Changed { id: member.id })?)
}

impl Erase {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let id = match self.member.parse::<MemberId>() {
            Ok(id) => id,
            Err(_) => find(client, &self.member).await?.id,
        };
        if !self.yes {
            return Err(Failure::usage(
                "Nothing brings an erased person back.",
                "Export what is kept of them first: `token-tracker export --member`. Then say --yes.",
            ));
        }
        let report: ErasureReport = post(client, &format!("/api/v1/members/{id}/erase"), &()).await?;
        let mut text = format!(
            "The person is erased: {} stopped, {} and {} of the audit log have no name any more.",
            amount(report.keys, "key"),
            amount(report.devices, "device"),
            amount(report.audit_lines, "line")
        );
        if report.audit_lines_left > 0 {
            let left = amount(report.audit_lines_left, "line");
            text.push_str(&format!(
                "\n{left} of the audit log are older than this can be done, and stay as they are."
            ));
        }
        Ok(Output::new(text, &report)?)
    }
}

async fn post<T: DeserializeOwned>(
    client: &GatewayClient,
    path: &str,
    body: &impl Serialize,
) -> Result<T, Problem> {
    let request = call::request(client, Method::POST, client.address(path))?.json(body);
    let answer = call::send(request).await?;
    answer.json().await.map_err(|error| call::unreachable(&error))
}

pub async fn find(client: &GatewayClient, word: &str) -> Result<MemberSummary, Problem> {
    let list: MemberList = client.get("/api/v1/members").await?;
    by_word(list.members, word)
}

fn by_word(members: Vec<MemberSummary>, word: &str) -> Result<MemberSummary, Problem> {
    let is_same = |text: &str| text.to_lowercase() == word.trim().to_lowercase();
    let found = members.into_iter().find(|member| {
        member.id.to_string() == word || is_same(&member.name) || member.email.as_deref().is_some_and(is_same)
    });
    found.ok_or_else(|| {
        Problem::new(Code::NotFound, "No member has that id, name or address.")
            .with_hint("`token-tracker members list` shows all of them.")
    })
}

const COLUMNS: &[Column] = &[
    Column::Text("NAME"),
    Column::Text("ROLE"),
    Column::Text("E-MAIL"),
    Column::Text("LAST SEEN"),
    Column::Text(""),
    Column::Text("ID"),
];

fn text(members: &[MemberSummary]) -> String {
    if members.is_empty() {
        return "Nobody is a member yet. `token-tracker members link` prints the link that makes the owner."
            .into();
    }
    let row = |member: &MemberSummary| {
        vec![
            member.name.clone(),
            member.role.to_string(),
            member.email.clone().unwrap_or_default(),
            member
                .last_seen_at
                .map_or_else(|| "never".into(), |at| at.to_string()),
            if member.disabled_at.is_some() {
                "disabled"
            } else {
                ""
            }
            .into(),
            member.id.to_string(),
        ]
    };
    render(COLUMNS, members.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u8, name: &str, email: Option<&str>) -> MemberSummary {
        MemberSummary {
            id: MemberId::from_bytes([number; 16]),
            name: name.into(),
            email: email.map(str::to_owned),
            role: Role::Member,
            has_password: true,
            created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
            disabled_at: None,
            last_seen_at: None,
            team_id: None,
            limits: protocol::api::Limits::default(),
        }
    }

    #[test]
    fn a_member_is_found_by_what_people_know_of_them() {
        let all = || vec![member(1, "Ada", Some("ada@example.com")), member(2, "Bob", None)];
        let found = |word: &str| by_word(all(), word).map(|member| member.name);
        assert_eq!(found("ada").unwrap(), "Ada");
        assert_eq!(found(" ADA@example.com ").unwrap(), "Ada");
        assert_eq!(found(&MemberId::from_bytes([2; 16]).to_string()).unwrap(), "Bob");
        assert_eq!(found("eve").unwrap_err().code, Code::NotFound);
    }
}

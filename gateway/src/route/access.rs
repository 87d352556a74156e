//! The door of the control plane: who calls, and whether the table lets them. It stands before
//! every handler, and before the body is read.

use std::sync::Arc;

use axum::{
    extract::{Extension, FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, request::Parts};
use protocol::{Code, MemberId, Problem, api::Role};
use serde_json::Value as Json;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{ApiError, idempotency};
use crate::{
    access::{Action, ByToken, Fresh, Reach, Standing},
    clock::{new_id, now_ms},
    credential::{self, Kind},
    directory::Device,
    ledger::{Actor, MemberRecord, Note, PeopleChange, PeopleRequest, SignInRecord, TokenRecord},
    peer::Peer,
    proxy,
    session::{self, Page, SEEN_GRAIN_MS},
    state::{Gateway, internal},
};

/// Who sent a request.
#[derive(Clone)]
pub enum Who {
    /// The credential in `admin.json`: the owner, at the gateway's machine.
    Machine,
    Session(Arc<SignedIn>),
    Token(Arc<(TokenRecord, MemberRecord)>),
    Device(Arc<Device>),
    Nobody,
}

/// A browser whose cookie was good.
pub struct SignedIn {
    pub record: SignInRecord,
    /// What the session is found by.
    pub mac: [u8; 32],
}

/// Who sent a request, what they may reach with it, and how it came.
#[derive(Clone)]
pub struct Caller {
    pub who: Who,
    pub reach: Reach,
    pub peer: Peer,
    pub page: Arc<Page>,
    pub request_id: Uuid,
}

/// Stands before each handler: `next` is called only for those whom the table lets in.
pub async fn guard(
    State((gateway, action)): State<(Arc<Gateway>, Action)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&gateway, action, &parts).await {
        Ok(caller) => {
            let is_once = idempotency::asks_for_it(action, &parts);
            parts.extensions.insert(caller.clone());
            let request = Request::from_parts(parts, body);
            if is_once {
                return idempotency::once(gateway, caller, request, next).await;
            }
            next.run(request).await
        }
        Err(problem) => ApiError::from(problem).into_response(),
    }
}

async fn admit(gateway: &Gateway, action: Action, parts: &Parts) -> Result<Caller, Problem> {
    let peer = *parts
        .extensions
        .get::<Peer>()
        .ok_or_else(|| Problem::new(Code::Internal, "The peer of the request is unknown."))?;
    let page = Page::of(&peer, &parts.headers);
    let rule = action.rule();
    let who = match identify(gateway, &peer, &page, parts).await {
        Ok(who) => who,
        // Where nobody has to say who they are, a wrong credential is none.
        Err(problem) if rule.is_open() && problem.code != Code::Starting => Who::Nobody,
        Err(problem) => return Err(problem),
    };
    let caller = Caller {
        reach: rule.reach(who.standing()),
        who,
        peer,
        page: Arc::new(page),
        request_id: new_id(),
    };
    caller.check(action)?;
    Ok(caller)
}

/// A credential in a header comes first; a browser sends none.
async fn identify(gateway: &Gateway, peer: &Peer, page: &Page, parts: &Parts) -> Result<Who, Problem> {
    let headers = &parts.headers;
    if !headers.contains_key("authorization") && !headers.contains_key("x-api-key") {
        if let Some(secret) = page.secret(headers) {
            page.check_request(&parts.method, headers)?;
            return signed_in(gateway, peer, secret.as_bytes()).await;
        }
        return Err(Problem::new(Code::Unauthorized, "The request has no credential.")
            .with_hint("Sign in, or redeem a token key on this device."));
    }
    let given = proxy::credential(headers)?;
    match credential::kind_of(given) {
        Some(Kind::Admin) => by_machine(gateway, peer, given),
        Some(Kind::Personal) => by_token(gateway, given).await,
        _ => Ok(Who::Device(
            proxy::authenticate(gateway, headers, proxy::Whence::Peer(peer.address)).await?,
        )),
    }
}

/// Whether this is the credential of `admin.json`, used where it counts.
pub fn is_admin(gateway: &Gateway, peer: Peer, credential: &[u8]) -> bool {
    let is_named_so = credential::kind_of(credential) == Some(Kind::Admin);
    let is_it = || {
        let mac = gateway.directory.pepper().mac(credential);
        bool::from(mac.ct_eq(&gateway.admin_mac))
    };
    peer.is_local && is_named_so && is_it()
}

fn by_machine(gateway: &Gateway, peer: &Peer, given: &[u8]) -> Result<Who, Problem> {
    if is_admin(gateway, *peer, given) {
        return Ok(Who::Machine);
    }
    let problem = Problem::new(Code::Unauthorized, "This admin credential is not valid here.");
    Err(problem.with_hint("It is new at each start of the gateway, and only for this machine."))
}

async fn by_token(gateway: &Gateway, given: &[u8]) -> Result<Who, Problem> {
    let now = now_ms();
    let mac = gateway.directory.pepper().mac(given);
    let refused = || {
        Problem::new(Code::Unauthorized, "This personal access token is not valid.")
            .with_hint("It may have expired or been revoked: make another one, or run token-tracker login.")
    };
    let (token, member) = gateway
        .reader
        .people()
        .token(&mac)
        .await
        .map_err(internal)?
        .ok_or_else(refused)?;
    if token.revoked_at.is_some() || token.expires_at <= now || member.disabled_at.is_some() {
        return Err(refused());
    }
    if token.used_at.is_none_or(|at| now - at > SEEN_GRAIN_MS) {
        note_seen(gateway, PeopleChange::TouchToken { mac }, now).await?;
    }
    Ok(Who::Token(Arc::new((token, member))))
}

async fn signed_in(gateway: &Gateway, peer: &Peer, secret: &[u8]) -> Result<Who, Problem> {
    let now = now_ms();
    let mac = gateway.directory.pepper().mac(secret);
    let over = || Problem::new(Code::Unauthorized, "Nobody is signed in here.").with_hint("Sign in again.");
    let found = gateway.reader.people().sign_in(&mac).await.map_err(internal)?;
    let record = found.ok_or_else(over)?;
    if session::is_over(&record.session, now, peer.is_local) || record.member.disabled_at.is_some() {
        return Err(over());
    }
    if now - record.session.seen_at > SEEN_GRAIN_MS {
        note_seen(gateway, PeopleChange::TouchSession { mac }, now).await?;
    }
    Ok(Who::Session(Arc::new(SignedIn { record, mac })))
}

async fn note_seen(gateway: &Gateway, change: PeopleChange, at: i64) -> Result<(), Problem> {
    let request = PeopleRequest {
        at,
        change,
        note: None,
        asked: None,
    };
    // One that is gone by now was not there to be seen.
    gateway.ledger.people(request).await.map(drop).map_err(internal)
}

impl Who {
    fn standing(&self) -> Standing {
        match self {
            Self::Machine => Standing::Member(Role::Owner),
            Self::Session(session) => Standing::Member(session.record.member.role),
            Self::Token(token) => Standing::Member(token.1.role),
            Self::Device(_) => Standing::Device,
            Self::Nobody => Standing::Nobody,
        }
    }

    fn member(&self) -> Option<&MemberRecord> {
        match self {
            Self::Session(session) => Some(&session.record.member),
            Self::Token(token) => Some(&token.1),
            Self::Machine | Self::Device(_) | Self::Nobody => None,
        }
    }
}

impl Caller {
    fn check(&self, action: Action) -> Result<(), Problem> {
        let rule = action.rule();
        if self.reach == Reach::No {
            return Err(match &self.who {
                Who::Nobody => Problem::new(Code::Unauthorized, "The request has no credential."),
                Who::Device(_) => Problem::new(Code::Forbidden, "A device credential cannot administer."),
                _ if rule.reach(Standing::Device) != Reach::No => {
                    Problem::new(Code::Forbidden, "This route is for devices.")
                }
                _ => Problem::new(Code::Forbidden, "Your role does not allow this.")
                    .with_hint("Ask an owner or admin of this gateway."),
            });
        }
        if let Who::Token(token) = &self.who
            && !rule.is_open()
        {
            check_scope(rule.token, &token.0)?;
        }
        if rule.fresh == Fresh::Needed {
            self.check_fresh()?;
        }
        Ok(())
    }

    /// Refuses a session that has not shown a password or passkey in the last minutes. What a
    /// token may do was confirmed when it was made.
    pub fn check_fresh(&self) -> Result<(), Problem> {
        match &self.who {
            Who::Session(session)
                if !session::is_fresh(&session.record.session, now_ms()) && !self.is_step_up_free() =>
            {
                let text = "This needs a password or passkey of the last ten minutes.";
                Err(Problem::new(Code::StepUpRequired, text))
            }
            _ => Ok(()),
        }
    }

    /// A member without a password at the gateway's own machine has nothing to confirm with, and
    /// could as well read `admin.json`.
    pub fn is_step_up_free(&self) -> bool {
        let has_password = self.who.member().is_none_or(|member| member.has_password);
        self.peer.is_local && !has_password
    }

    pub fn device(&self) -> Option<&Arc<Device>> {
        match &self.who {
            Who::Device(device) => Some(device),
            _ => None,
        }
    }

    pub fn session(&self) -> Option<&Arc<SignedIn>> {
        match &self.who {
            Who::Session(session) => Some(session),
            _ => None,
        }
    }

    pub fn token(&self) -> Option<&(TokenRecord, MemberRecord)> {
        match &self.who {
            Who::Token(token) => Some(token),
            _ => None,
        }
    }

    pub fn member(&self) -> Option<&MemberRecord> {
        self.who.member()
    }

    /// The member who must be there for what is only a member's.
    pub fn member_id(&self) -> Result<MemberId, Problem> {
        self.member().map(|member| member.id).ok_or_else(|| {
            Problem::new(Code::Forbidden, "This is for members.")
                .with_hint("Sign in as a member; the credential of this machine is nobody's.")
        })
    }

    /// The role that the table gave its cells by.
    pub fn role(&self) -> Option<Role> {
        match self.who.standing() {
            Standing::Member(role) => Some(role),
            Standing::Device | Standing::Nobody => None,
        }
    }

    /// Whether what belongs to this member is within reach.
    pub fn reaches(&self, owner: Option<MemberId>) -> bool {
        match self.reach {
            Reach::All => true,
            Reach::Own => owner.is_some() && owner == self.member().map(|member| member.id),
            Reach::Totals | Reach::No => false,
        }
    }

    /// Whose keys of requests they are: two callers may choose the same.
    pub fn name_of_keys(&self) -> String {
        match &self.who {
            Who::Machine => "machine".into(),
            Who::Session(_) | Who::Token(_) => {
                let member = self.who.member();
                member.map_or_else(String::new, |member| format!("member {}", member.id))
            }
            Who::Device(device) => format!("device {}", device.id),
            Who::Nobody => "nobody".into(),
        }
    }

    fn actor(&self) -> Actor {
        let (kind, id, name) = match &self.who {
            Who::Machine => ("machine", None, None),
            Who::Session(session) => {
                let member = &session.record.member;
                ("member", Some(member.id.to_string()), Some(member.name.clone()))
            }
            Who::Token(token) => {
                let name = format!("{} ({})", token.1.name, token.0.name);
                ("token", Some(token.1.id.to_string()), Some(name))
            }
            Who::Device(device) => ("device", Some(device.id.to_string()), None),
            Who::Nobody => ("nobody", None, None),
        };
        Actor { kind, id, name }
    }

    /// The line of the audit log about something that this caller does.
    pub fn note(&self, action: &'static str) -> Note {
        Note {
            at: now_ms(),
            actor: self.actor(),
            action,
            target: None,
            before: None,
            after: None,
            request_id: Some(self.request_id.to_string()),
            peer: Some(self.peer.address.to_string()),
        }
    }
}

/// Fills in what a line of the audit log is about.
pub trait About: Sized {
    fn target(self, kind: &str, id: impl std::fmt::Display) -> Self;
    fn before(self, what: Json) -> Self;
    fn after(self, what: Json) -> Self;
}

impl About for Note {
    fn target(mut self, kind: &str, id: impl std::fmt::Display) -> Self {
        self.target = Some(format!("{kind} {id}"));
        self
    }
    fn before(mut self, what: Json) -> Self {
        self.before = Some(what);
        self
    }
    fn after(mut self, what: Json) -> Self {
        self.after = Some(what);
        self
    }
}

fn check_scope(needed: ByToken, token: &TokenRecord) -> Result<(), Problem> {
    match needed {
        ByToken::Any => Ok(()),
        ByToken::With(scope) if token.scopes.contains(&scope) => Ok(()),
        ByToken::With(scope) => Err(Problem::new(
            Code::Forbidden,
            "This personal access token does not have the scope for it.",
        )
        .with_hint(format!("Make one with the scope {scope}."))),
        ByToken::Never => Err(
            Problem::new(Code::Forbidden, "A personal access token cannot do this.")
                .with_hint("Sign in, and do it there."),
        ),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Extension(caller) = Extension::<Self>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(Code::Internal, "This route has no action in the table."))?;
        Ok(caller)
    }
}

/// A signed-in device, where the table lets devices in.
pub struct ByDevice(pub Arc<Device>);

impl<S: Send + Sync> FromRequestParts<S> for ByDevice {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let device = caller.device().cloned();
        let device = device.ok_or_else(|| Problem::new(Code::Forbidden, "This route is for devices."))?;
        Ok(Self(device))
    }
}

/// The user agent, cut to what a listing can show.
pub fn client_of(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("user-agent")?.to_str().ok()?;
    Some(text.chars().filter(|c| !c.is_control()).take(200).collect())
}

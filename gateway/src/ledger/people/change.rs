//! Everything that changes members and what is theirs, each as one step of a transaction.

use protocol::{
    AlertId, DeviceId, IdentityId, InvitationId, KeyId, MemberId, PasskeyId, SessionId, TeamId, TokenId,
    api::ReportedAnswer,
};
use uuid::Uuid;

use super::{
    audit::{Note, append},
    device::{self, Rotation},
    device_code::{self, CodeAnswer, DeviceCode, FlowOutcome, FlowSecrets},
    erase::{self, Erasure},
    idempotent::{self, Claim, Claimed},
    identity::{self, IdentityUse},
    key_owner, link,
    link::{Link, LinkUse},
    member::{self, MemberEdit},
    passkey::{self, NewPasskey, PasskeyUse},
    reported::{self, ReportedChunk},
    session::{self, NewSession},
    sharing::{self, ProfileEdit, SentDays},
    sql::{Sql, Turn, values},
    team::{self, NewTeam},
    token::{self, NewToken},
};
use crate::ledger::alerts::{self, AlertChange};
use crate::ledger::import::{self, ImportChunk, Imported};
use crate::ledger::retention::{self, Gone, LetGo};

/// For how long the same request under the same `Idempotency-Key` is answered as done.
const ASKED_MS: i64 = 24 * 3_600 * 1_000;

/// A change, and the line of the audit log about it.
#[derive(Clone, Debug)]
pub struct PeopleRequest {
    pub at: i64,
    pub change: PeopleChange,
    pub note: Option<Note>,
    pub asked: Option<Asked>,
}

/// An `Idempotency-Key`, whose it is, and what was asked under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub id: String,
    /// A digest of the request: another one under the same key is refused.
    pub request: String,
    /// The id of what is made; no answer with a secret is kept.
    pub makes: String,
}

#[derive(Clone, Debug)]
pub enum PeopleChange {
    CreateLink(Link),
    RevokeInvitation(InvitationId),
    /// A one-time link is used up: whoever it is for is signed in.
    UseLink(Box<LinkUse>),
    StartSession(NewSession),
    TouchSession {
        mac: [u8; 32],
    },
    StepUp {
        mac: [u8; 32],
    },
    /// One session of the member, or all of them.
    EndSessions {
        member: MemberId,
        session: Option<SessionId>,
    },
    /// All sessions of the member end, and this one begins.
    SetPassword {
        member: MemberId,
        password: String,
        session: NewSession,
    },
    EditMember(MemberEdit),
    RemoveMember(MemberId),
    /// The one becomes owner, the other admin; both have to sign in anew, the latter in `session`.
    TransferOwnership {
        from: MemberId,
        to: MemberId,
        session: Option<NewSession>,
    },
    AddPasskey(Box<NewPasskey>),
    /// A passkey was shown: it signs in, or confirms who is.
    UsePasskey(Box<PasskeyUse>),
    RenamePasskey {
        member: MemberId,
        passkey: PasskeyId,
        name: String,
    },
    RemovePasskey {
        member: MemberId,
        passkey: PasskeyId,
    },
    /// Somebody came back from a provider.
    UseIdentity(Box<IdentityUse>),
    RemoveIdentity {
        member: MemberId,
        identity: IdentityId,
    },
    AddToken(NewToken),
    RevokeToken {
        member: MemberId,
        token: TokenId,
    },
    TouchToken {
        mac: [u8; 32],
    },
    AddDeviceCode(Box<DeviceCode>),
    AnswerDeviceCode(CodeAnswer),
    PollDeviceCode(Box<FlowSecrets>),
    /// The key of this code becomes the member's.
    ClaimKey {
        mac: [u8; 32],
        member: MemberId,
    },
    AssignKey {
        key: KeyId,
        member: Option<MemberId>,
    },
    AddTeam(NewTeam),
    RenameTeam {
        team: TeamId,
        name: String,
    },
    RemoveTeam(TeamId),
    /// Puts a member into a team, or into none.
    PutInTeam {
        member: MemberId,
        team: Option<TeamId>,
    },
    /// What all of a member's keys may use together, as JSON.
    LimitMember {
        member: MemberId,
        limits: Option<String>,
    },
    /// A peer that failed was right in the end; only where gateways count together.
    ForgetFailures([u8; 32]),
    RotateDevice(Rotation),
    /// A device was seen in this network.
    SeeDevice {
        device: DeviceId,
        network: String,
    },
    /// Prices by their versions, as JSON.
    KeepPrices(Vec<(String, String)>),
    /// What names the member goes; the line of the log says which lines lost their names.
    EraseMember(MemberId),
    /// A request under an `Idempotency-Key` begins.
    Claim(Claim),
    /// It is answered so.
    KeepAnswer {
        id: String,
        request_id: String,
        status: u16,
        sealed: String,
    },
    /// It was refused.
    ReleaseClaim {
        id: String,
        request_id: String,
    },
    /// Usage from elsewhere.
    ImportUsage(Box<ImportChunk>),
    /// Alerts, their rules and where they are sent.
    Alerts(Box<AlertChange>),
    /// What a machine of the member says that its assistants used.
    SubmitDays(Box<SentDays>),
    /// The days of one machine are forgotten.
    EraseMachine {
        member: MemberId,
        machine: Uuid,
    },
    /// Everything that the member sent, and their profile.
    EndSharing(MemberId),
    SetProfile(ProfileEdit),
    /// What a device consumed elsewhere.
    ReportUsage(Box<ReportedChunk>),
    /// Usage rows that are not kept any more.
    LetGo(LetGo),
    /// Settings of the whole gateway, as JSON.
    Choose(String),
    /// Nothing but the line of the log.
    Note,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleOutcome {
    Done,
    Member(MemberId),
    Key(KeyId),
    /// These keys and all their devices stopped.
    Stopped(Vec<KeyId>),
    /// These alerts were raised; nobody had raised them before.
    Raised(Vec<AlertId>),
    Flow(FlowOutcome),
    Erased(Erasure),
    Claimed(Claimed),
    Imported(Imported),
    Reported(ReportedAnswer),
    /// This was not kept any longer.
    Gone(Gone),
}

impl PeopleOutcome {
    /// A device that asks and hears that nothing is decided has changed nothing.
    fn is_something(&self) -> bool {
        match self {
            Self::Flow(outcome) => matches!(outcome, FlowOutcome::Token | FlowOutcome::Device(_)),
            Self::Imported(imported) => imported.rows > 0,
            Self::Gone(gone) => gone.count > 0,
            _ => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleRefusal {
    /// No such thing, or not for this caller.
    Unknown,
    /// A link that is unknown, used, expired or revoked: one answer for all.
    Link,
    NameTaken,
    LastOwner,
    /// A key that is unknown, somebody else's, expired or revoked: one answer for all.
    Key,
    /// A passkey or an answer to a challenge that is not accepted: one answer for all reasons.
    Passkey,
    /// Whoever a provider vouched for is nobody here.
    Identity,
    /// More machines than a member may have.
    TooMany,
    /// More often than a member may send.
    TooOften,
    /// More tokens on one day than anybody can use.
    TooMuch,
    /// More than is kept of one key.
    TooManyRows,
    /// Another request came under the same idempotency key.
    Reused,
    /// The same request was carried out before; what it made has this id.
    Repeated(String),
    /// A lot would hold more than a number can say.
    Full,
}

/// Carries a change out, or answers why not. A refusal leaves no trace.
pub(in crate::ledger) async fn decide<S: Sql>(
    db: &S,
    request: &PeopleRequest,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    if request.change.is_about_members() {
        db.wait_turn(Turn::Members).await?;
    }
    if let Some(asked) = &request.asked
        && let Some(refusal) = repeated(db, asked, request.at).await?
    {
        return Ok(Err(refusal));
    }
    let outcome = carry_out(db, request).await?;
    if outcome.is_err() {
        return Ok(outcome);
    }
    if let Some(asked) = &request.asked {
        let sql = "INSERT INTO answered VALUES (?1, ?2, ?3, ?4)";
        db.execute(sql, values![&asked.id, request.at, &asked.request, &asked.makes])
            .await?;
    }
    if let Some(note) = &request.note
        && outcome.as_ref().is_ok_and(PeopleOutcome::is_something)
    {
        match &outcome {
            Ok(PeopleOutcome::Erased(erasure)) => append(db, &erase::noted(note, erasure)).await?,
            Ok(PeopleOutcome::Gone(gone)) => append(db, &note.saying(&gone.said)).await?,
            _ => append(db, note).await?,
        }
    }
    Ok(outcome)
}

impl PeopleChange {
    /// Whether it looks at other members before it changes something. What only notes the time does not.
    fn is_about_members(&self) -> bool {
        !matches!(
            self,
            Self::TouchSession { .. }
                | Self::TouchToken { .. }
                | Self::AddDeviceCode(_)
                | Self::ForgetFailures(_)
                | Self::RotateDevice(_)
                | Self::SeeDevice { .. }
                | Self::KeepPrices(_)
                | Self::KeepAnswer { .. }
                | Self::ReleaseClaim { .. }
                | Self::Alerts(_)
                | Self::ReportUsage(_)
                | Self::LetGo(_)
                | Self::Choose(_)
                | Self::Note
        )
    }
}

async fn repeated<S: Sql>(db: &S, asked: &Asked, at: i64) -> Result<Option<PeopleRefusal>, S::Error> {
    db.execute("DELETE FROM answered WHERE at < ?1", values![at - ASKED_MS])
        .await?;
    let sql = "SELECT request, answer FROM answered WHERE id = ?1";
    let Some(row) = db.row(sql, values![&asked.id]).await? else {
        return Ok(None);
    };
    Ok(Some(if row.text(0)? == asked.request {
        PeopleRefusal::Repeated(row.text(1)?)
    } else {
        PeopleRefusal::Reused
    }))
}

async fn carry_out<S: Sql>(
    db: &S,
    request: &PeopleRequest,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let at = request.at;
    let done = |is_done| {
        if is_done {
            Ok(PeopleOutcome::Done)
        } else {
            Err(PeopleRefusal::Unknown)
        }
    };
    Ok(match &request.change {
        PeopleChange::CreateLink(new) => done(link::create(db, new, at).await?),
        PeopleChange::RevokeInvitation(id) => done(link::revoke(db, *id, at).await?),
        PeopleChange::UseLink(used) => link::use_up(db, used, at).await?,
        PeopleChange::StartSession(new) => done(session::start(db, new, at).await?),
        PeopleChange::TouchSession { mac } => done(session::touch(db, mac, at).await?),
        PeopleChange::StepUp { mac } => done(session::step_up(db, mac, at).await?),
        PeopleChange::EndSessions { member, session } => done(session::end(db, *member, *session).await?),
        PeopleChange::SetPassword {
            member,
            password,
            session,
        } => done(member::set_password(db, *member, password, session, at).await?),
        PeopleChange::EditMember(edit) => member::edit(db, edit, at).await?,
        PeopleChange::RemoveMember(id) => member::remove(db, *id, at).await?,
        PeopleChange::TransferOwnership { from, to, session } => {
            member::transfer_ownership(db, *from, *to, session.as_ref(), at).await?
        }
        PeopleChange::AddPasskey(new) => passkey::add(db, new, at).await?,
        PeopleChange::UsePasskey(used) => passkey::use_one(db, used, at).await?,
        PeopleChange::RenamePasskey {
            member,
            passkey,
            name,
        } => done(passkey::rename(db, *member, *passkey, name).await?),
        PeopleChange::RemovePasskey { member, passkey } => {
            done(passkey::remove(db, *member, *passkey).await?)
        }
        PeopleChange::UseIdentity(used) => identity::use_one(db, used, at).await?,
        PeopleChange::RemoveIdentity { member, identity } => {
            done(identity::remove(db, *member, *identity).await?)
        }
        PeopleChange::AddToken(new) => done(token::add(db, new, at).await?),
        PeopleChange::RevokeToken { member, token } => done(token::revoke(db, *member, *token, at).await?),
        PeopleChange::TouchToken { mac } => done(token::touch(db, mac, at).await?),
        PeopleChange::AddDeviceCode(code) => done(device_code::add(db, code, at).await?),
        PeopleChange::AnswerDeviceCode(answer) => done(device_code::answer(db, answer, at).await?),
        PeopleChange::PollDeviceCode(secrets) => {
            Ok(PeopleOutcome::Flow(device_code::poll(db, secrets, at).await?))
        }
        PeopleChange::ClaimKey { mac, member } => key_owner::claim(db, mac, *member, at).await?,
        PeopleChange::AssignKey { key, member } => key_owner::assign(db, *key, *member).await?,
        PeopleChange::AddTeam(new) => team::add(db, new, at).await?,
        PeopleChange::RenameTeam { team, name } => team::rename(db, *team, name).await?,
        PeopleChange::RemoveTeam(team) => team::remove(db, *team, at).await?,
        PeopleChange::PutInTeam { member, team } => team::put(db, *member, *team).await?,
        PeopleChange::LimitMember { member, limits } => team::limit(db, *member, limits.as_deref()).await?,
        PeopleChange::ForgetFailures(peer) => {
            db.execute("DELETE FROM failed_redeem WHERE peer = ?1", values![peer])
                .await?;
            Ok(PeopleOutcome::Done)
        }
        PeopleChange::RotateDevice(new) => device::rotate(db, new).await?,
        PeopleChange::SeeDevice { device, network } => {
            device::see(db, *device, network, at).await?;
            Ok(PeopleOutcome::Done)
        }
        PeopleChange::KeepPrices(prices) => {
            device::keep_prices(db, prices, at).await?;
            Ok(PeopleOutcome::Done)
        }
        PeopleChange::EraseMember(id) => erase::erase(db, *id, at).await?,
        PeopleChange::Claim(claim) => idempotent::claim(db, claim, at).await?,
        PeopleChange::KeepAnswer {
            id,
            request_id,
            status,
            sealed,
        } => done(idempotent::answer(db, id, request_id, *status, sealed).await?),
        PeopleChange::ReleaseClaim { id, request_id } => done(idempotent::release(db, id, request_id).await?),
        PeopleChange::ImportUsage(chunk) => import::take_in(db, chunk, at).await?,
        PeopleChange::Alerts(change) => alerts::carry_out(db, change, at).await?,
        PeopleChange::SubmitDays(sent) => sharing::submit(db, sent, at).await?,
        PeopleChange::EraseMachine { member, machine } => {
            done(sharing::erase_machine(db, *member, *machine).await?)
        }
        PeopleChange::EndSharing(member) => {
            sharing::forget(db, *member).await?;
            Ok(PeopleOutcome::Done)
        }
        PeopleChange::SetProfile(edit) => sharing::set_profile(db, edit).await?,
        PeopleChange::ReportUsage(chunk) => reported::keep(db, chunk, at).await?,
        PeopleChange::LetGo(asked) => retention::let_go(db, asked).await?,
        PeopleChange::Choose(settings) => done(retention::choose(db, settings).await?),
        PeopleChange::Note => Ok(PeopleOutcome::Done),
    })
}

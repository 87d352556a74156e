//! Passkeys: a member's own, and a session by one of them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, Method, StatusCode};
use protocol::{
    Code, PasskeyId, Problem,
    api::{
        ErrorBody, Passkey, PasskeyAlgorithm, PasskeyAnswer, PasskeyChange, PasskeyCreation,
        PasskeyDescriptor, PasskeyList, PasskeyParty, PasskeyQuestion, PasskeyRequest, PasskeySelection,
        PasskeyUser, SessionResponse,
    },
};
use serde_json::json;

use super::{
    Answer, ApiError, Body,
    access::{About, Caller, SignedIn},
    session::{answer_of, must_be_session},
    sign_in::{Opened, check_peer, new_session, opened},
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    ledger::{MemberRecord, NewPasskey, PasskeyRecord, PasskeyThen, PasskeyUse, PeopleChange, Spent},
    people::{
        CHALLENGE_MS, Purpose, passkey_refused, refused,
        webauthn::{self, ALGORITHMS, Ceremony, Doubt, Party},
    },
    state::{Gateway, internal},
};

const NAME_CHARACTERS_MAX: usize = 100;
const SIGN_IN: &str = "passkey sign-in";
const STEP_UP: &str = "passkey step-up";
const MAKE: &str = "passkey";

impl Gateway {
    /// Whom passkeys of this page are for.
    pub fn party(&self, caller: &Caller) -> Result<Party, Problem> {
        caller.page.party(&self.public_url).ok_or_else(|| {
            let text = "Passkeys belong to a name, and this page was opened by a number.";
            Problem::new(Code::InvalidRequest, text).with_hint(
                "Open it as http://localhost with the same port, or at the gateway's public address.",
            )
        })
    }

    /// Whether the member has a passkey that works on this page.
    pub async fn has_passkey(&self, caller: &Caller, member: &MemberRecord) -> Result<bool, Problem> {
        let Some(party) = caller.page.party(&self.public_url) else {
            return Ok(false);
        };
        let passkeys = self.reader.people().passkeys(member.id).await.map_err(internal)?;
        Ok(passkeys.iter().any(|passkey| passkey.party == party.id))
    }
}

/// One's passkeys, in the order in which they were made.
#[utoipa::path(
    get, path = "/api/v1/passkeys", tag = "passkeys",
    responses((status = 200, body = PasskeyList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<PasskeyList>> {
    let here = caller.page.party(&gateway.public_url).map(|party| party.id);
    let found = gateway.reader.people().passkeys(caller.member_id()?).await;
    let describe = |record: PasskeyRecord| Passkey {
        id: record.id,
        name: record.name,
        works_here: here.as_ref() == Some(&record.party),
        host: record.party,
        synced: record.is_synced,
        created_at: timestamp(record.created_at),
        last_used_at: record.used_at.map(timestamp),
    };
    let passkeys = found.map_err(internal)?.into_iter().map(describe);
    Ok(Json(PasskeyList {
        passkeys: passkeys.collect(),
    }))
}

/// What to ask the browser with, to make a passkey.
#[utoipa::path(
    post, path = "/api/v1/passkeys/challenge", tag = "passkeys",
    responses((status = 200, body = PasskeyCreation), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody))
)]
pub async fn begin(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<PasskeyCreation>> {
    let session = must_be_session(&caller)?;
    let (member, party) = (&session.record.member, gateway.party(&caller)?);
    let challenge = purpose(MAKE, Some(member), &party).challenge(gateway.directory.pepper(), now_ms())?;
    let algorithm = |alg| PasskeyAlgorithm {
        kind: "public-key".into(),
        alg,
    };
    Ok(Json(PasskeyCreation {
        exclude_credentials: credentials_of(&gateway, member, &party).await?,
        rp: PasskeyParty {
            name: format!("Token Tracker at {}", party.id),
            id: party.id,
        },
        user: PasskeyUser {
            id: BASE64.encode(member.id.as_bytes()),
            name: member.email.clone().unwrap_or_else(|| member.name.clone()),
            display_name: member.name.clone(),
        },
        challenge,
        pub_key_cred_params: ALGORITHMS.into_iter().map(algorithm).collect(),
        timeout: timeout(),
        authenticator_selection: PasskeySelection {
            resident_key: "required".into(),
            require_resident_key: true,
            user_verification: "required".into(),
        },
        attestation: "none".into(),
    }))
}

/// Keeps a passkey that the browser made.
#[utoipa::path(
    post, path = "/api/v1/passkeys", request_body = PasskeyRequest, tag = "passkeys",
    responses((status = 201, body = PasskeyList, description = "All of them, the new one last"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn add(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<PasskeyRequest>,
) -> Answer<(StatusCode, Json<PasskeyList>)> {
    let session = must_be_session(&caller)?;
    let (member, party) = (&session.record.member, gateway.party(&caller)?);
    let name = checked_name(&request.name)?;
    let client_data = bytes(&request.client_data)?;
    let challenge = webauthn::challenge_of(&client_data, Ceremony::Create, &party).map_err(doubted)?;
    let spent = spent(&gateway, purpose(MAKE, Some(member), &party), &challenge)?;
    let made = webauthn::made(&bytes(&request.attestation_object)?, &party).map_err(doubted)?;
    let id = PasskeyId::from_uuid(new_id());
    let note = caller
        .note("passkey.add")
        .target("passkey", id)
        .after(json!({ "name": name, "host": party.id }));
    let change = PeopleChange::AddPasskey(Box::new(NewPasskey {
        id,
        member: member.id,
        name,
        party: party.id,
        credential: made.credential,
        public_key: made.public_key,
        counter: made.counter,
        is_synced: made.is_synced,
        spent,
    }));
    let added = gateway.change_people(change, note, None).await?;
    added.map_err(|refusal| refused(refusal, "passkey"))?;
    let list = list(State(gateway), caller).await?;
    Ok((StatusCode::CREATED, list))
}

/// Gives one of one's passkeys another name.
#[utoipa::path(
    patch, path = "/api/v1/passkeys/{id}", params(("id" = String, Path)), request_body = PasskeyChange, tag = "passkeys",
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody))
)]
pub async fn rename(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<PasskeyChange>,
) -> Answer<StatusCode> {
    let (passkey, name) = (parse(&id)?, checked_name(&request.name)?);
    let note = caller
        .note("passkey.rename")
        .target("passkey", passkey)
        .after(json!({ "name": name }));
    let change = PeopleChange::RenamePasskey {
        member: caller.member_id()?,
        passkey,
        name,
    };
    let renamed = gateway.change_people(change, note, None).await?;
    renamed.map_err(|refusal| refused(refusal, "passkey"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes one of one's passkeys: it signs nobody in any more.
#[utoipa::path(
    delete, path = "/api/v1/passkeys/{id}", params(("id" = String, Path)), tag = "passkeys",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let passkey = parse(&id)?;
    let note = caller.note("passkey.remove").target("passkey", passkey);
    let change = PeopleChange::RemovePasskey {
        member: caller.member_id()?,
        passkey,
    };
    let removed = gateway.change_people(change, note, None).await?;
    removed.map_err(|refusal| refused(refusal, "passkey"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to ask the browser with, to sign in with whichever passkey the person chooses. Open to all.
#[utoipa::path(
    post, path = "/api/v1/sign-in/passkey", security(()), tag = "sign-in",
    responses((status = 200, body = PasskeyQuestion), (status = 400, body = ErrorBody))
)]
pub async fn ask(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<PasskeyQuestion>> {
    let party = gateway.party(&caller)?;
    question(&gateway, SIGN_IN, None, party).await
}

/// Signs a member in by a passkey.
#[utoipa::path(
    post, path = "/api/v1/session/passkey", request_body = PasskeyAnswer, security(()), tag = "sign-in",
    responses((status = 200, body = SessionResponse, description = "With the session's cookie"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody, description = "One answer for all reasons"), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody))
)]
pub async fn sign_in(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<Opened> {
    caller.page.check_request(&Method::POST, &headers)?;
    let party = gateway.party(&caller)?;
    let (passkey, member, used) = believed(&gateway, &caller, &answer, &party, None).await?;
    let (session, secret) = new_session(&gateway, &caller, &headers, (member.id, member.role))?;
    let note = caller
        .note("session.start")
        .target("member", member.id)
        .after(json!({ "by": "passkey", "passkey": passkey.id }));
    use_one(&gateway, &caller, used(PasskeyThen::Start(session.clone())), note).await?;
    opened(&gateway, &caller, &session, &secret, StatusCode::OK).await
}

/// What to ask the browser with, to confirm who is signed in.
#[utoipa::path(
    post, path = "/api/v1/session/step-up/passkey/challenge", tag = "session",
    responses((status = 200, body = PasskeyQuestion), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody))
)]
pub async fn ask_step_up(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
) -> Answer<Json<PasskeyQuestion>> {
    let session = must_be_session(&caller)?;
    let party = gateway.party(&caller)?;
    question(&gateway, STEP_UP, Some(&session.record.member), party).await
}

/// Shows a passkey, for what needs one within the next ten minutes.
#[utoipa::path(
    post, path = "/api/v1/session/step-up/passkey", request_body = PasskeyAnswer, tag = "session",
    responses((status = 200, body = SessionResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn step_up(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<Json<SessionResponse>> {
    let session: &Arc<SignedIn> = must_be_session(&caller)?;
    let party = gateway.party(&caller)?;
    let asked = Some(&session.record.member);
    let (passkey, member, used) = believed(&gateway, &caller, &answer, &party, asked).await?;
    let note = caller
        .note("session.step_up")
        .target("member", member.id)
        .after(json!({ "by": "passkey", "passkey": passkey.id }));
    let then = PasskeyThen::StepUp { mac: session.mac };
    use_one(&gateway, &caller, used(then), note).await?;
    let found = gateway.reader.people().sign_in(&session.mac).await;
    let found = found
        .map_err(internal)?
        .ok_or_else(|| Problem::new(Code::Unauthorized, "The session is over."))?;
    Ok(Json(answer_of(&gateway, &caller, &found, true).await?))
}

async fn question(
    gateway: &Gateway,
    what: &'static str,
    member: Option<&MemberRecord>,
    party: Party,
) -> Answer<Json<PasskeyQuestion>> {
    let allow_credentials = match member {
        Some(member) => credentials_of(gateway, member, &party).await?,
        None => Vec::new(),
    };
    Ok(Json(PasskeyQuestion {
        challenge: purpose(what, member, &party).challenge(gateway.directory.pepper(), now_ms())?,
        rp_id: party.id,
        timeout: timeout(),
        allow_credentials,
        user_verification: "required".into(),
    }))
}

/// The passkey that answered, whose it is, and the change that uses the answer up. `asked` is the
/// member who has to answer; nobody: whoever can.
async fn believed(
    gateway: &Gateway,
    caller: &Caller,
    answer: &PasskeyAnswer,
    party: &Party,
    asked: Option<&MemberRecord>,
) -> Result<
    (
        PasskeyRecord,
        MemberRecord,
        impl FnOnce(PasskeyThen) -> PasskeyUse,
    ),
    ApiError,
> {
    check_peer(gateway, caller).await?;
    let looked = look(gateway, answer, party, asked).await;
    if looked
        .as_ref()
        .is_err_and(|problem| problem.code == Code::SignInRefused)
    {
        gateway.note_refused_sign_in(caller.peer.address).await?;
    }
    let (passkey, member, spent, counter) = looked?;
    let id = passkey.id;
    let used = move |then| PasskeyUse {
        id,
        counter,
        spent,
        then,
    };
    Ok((passkey, member, used))
}

async fn look(
    gateway: &Gateway,
    answer: &PasskeyAnswer,
    party: &Party,
    asked: Option<&MemberRecord>,
) -> Result<(PasskeyRecord, MemberRecord, Spent, u32), Problem> {
    let client_data = bytes(&answer.client_data)?;
    let challenge = webauthn::challenge_of(&client_data, Ceremony::Get, party).map_err(doubted)?;
    let what = if asked.is_some() { STEP_UP } else { SIGN_IN };
    let spent = spent(gateway, purpose(what, asked, party), &challenge)?;
    let found = gateway
        .reader
        .people()
        .passkey_to_sign_in(&bytes(&answer.id)?)
        .await;
    let (passkey, member) = found.map_err(internal)?.ok_or_else(passkey_refused)?;
    let is_theirs = match &answer.user_handle {
        Some(handle) => bytes(handle)? == member.id.as_bytes(),
        // Where whoever can may answer, the authenticator has to say who it is.
        None => asked.is_some(),
    };
    let is_asked = asked.is_none_or(|asked| asked.id == member.id);
    if !is_theirs || !is_asked || passkey.party != party.id {
        return Err(passkey_refused());
    }
    let shown = webauthn::shown(
        &client_data,
        &bytes(&answer.authenticator_data)?,
        &bytes(&answer.signature)?,
        &passkey.public_key,
        party,
    )
    .map_err(doubted)?;
    Ok((passkey, member, spent, shown.counter))
}

async fn use_one(
    gateway: &Gateway,
    caller: &Caller,
    used: PasskeyUse,
    note: crate::ledger::Note,
) -> Result<(), ApiError> {
    let id = used.id;
    let change = PeopleChange::UsePasskey(Box::new(used));
    if gateway.change_people(change, note, None).await?.is_err() {
        tracing::warn!(passkey.id = %id, "A passkey's answer came twice, or its counter did not go up");
        gateway.note_refused_sign_in(caller.peer.address).await?;
        return Err(passkey_refused().into());
    }
    Ok(())
}

fn purpose<'a>(what: &'static str, member: Option<&MemberRecord>, party: &'a Party) -> Purpose<'a> {
    Purpose {
        what,
        member: member.map(|member| member.id),
        party: &party.id,
    }
}

fn spent(gateway: &Gateway, purpose: Purpose<'_>, challenge: &[u8]) -> Result<Spent, Problem> {
    let spent = purpose.check(gateway.directory.pepper(), challenge, now_ms());
    spent.ok_or_else(|| {
        tracing::debug!("A passkey answered to a challenge that is not ours, or too late");
        passkey_refused()
    })
}

fn doubted(doubt: Doubt) -> Problem {
    tracing::info!(error = %doubt, "A passkey was not believed");
    passkey_refused()
}

async fn credentials_of(
    gateway: &Gateway,
    member: &MemberRecord,
    party: &Party,
) -> Result<Vec<PasskeyDescriptor>, Problem> {
    let passkeys = gateway
        .reader
        .people()
        .passkeys(member.id)
        .await
        .map_err(internal)?;
    let here = passkeys.into_iter().filter(|passkey| passkey.party == party.id);
    let describe = |passkey: PasskeyRecord| PasskeyDescriptor {
        kind: "public-key".into(),
        id: BASE64.encode(passkey.credential),
    };
    Ok(here.map(describe).collect())
}

fn timeout() -> u32 {
    u32::try_from(CHALLENGE_MS).unwrap_or(u32::MAX)
}

fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    let decoded = BASE64.decode(text.trim_end_matches('='));
    decoded.map_err(|_| Problem::new(Code::InvalidRequest, "Bytes are sent as base64url."))
}

fn parse(id: &str) -> Result<PasskeyId, Problem> {
    id.parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such passkey."))
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.contains(char::is_control) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A passkey's name has 1 to 100 characters, none of them a control character.",
        ));
    }
    Ok(name.to_owned())
}

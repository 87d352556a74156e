//! Personal access tokens: what a member's programs show.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderMap, StatusCode};
use protocol::{
    Code, Problem, TokenId,
    api::{ErrorBody, OwnToken, PageQuery, PersonalToken, TokenCreated, TokenList, TokenRequest},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    idempotency::asked,
    members::summary,
    page::{Order, Page},
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    credential::{self, Kind},
    ledger::{MemberRecord, NewToken, PeopleChange, TokenRecord},
    people::{no_randomness, refused},
    state::{Gateway, internal},
};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
pub const DEFAULT_MS: i64 = 90 * DAY_MS;
const MAX_MS: i64 = 366 * DAY_MS;
const NAME_CHARACTERS_MAX: usize = 100;

/// One's tokens, newest first; those that are over too.
#[utoipa::path(
    get, path = "/api/v1/tokens", params(PageQuery), tag = "tokens",
    responses((status = 200, body = TokenList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    page: Page,
) -> Answer<Json<TokenList>> {
    let found = gateway.reader.people().tokens(caller.member_id()?).await;
    let tokens = found.map_err(internal)?.into_iter().map(describe);
    let tokens = tokens.collect();
    let (tokens, next) = page.of(tokens, Order::NewestFirst, |token: &PersonalToken| {
        *token.id.as_uuid()
    });
    Ok(Json(TokenList { tokens, next }))
}

fn describe(token: TokenRecord) -> PersonalToken {
    PersonalToken {
        id: token.id,
        name: token.name,
        last4: token.last4,
        scopes: token.scopes,
        created_at: timestamp(token.created_at),
        expires_at: timestamp(token.expires_at),
        last_used_at: token.used_at.map(timestamp),
        revoked_at: token.revoked_at.map(timestamp),
    }
}

/// Makes a token. It is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/tokens", request_body = TokenRequest, tag = "tokens",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same within a day makes one; a repeated request is refused with the token's id.")),
    responses((status = 201, body = TokenCreated), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<TokenRequest>,
) -> Answer<(StatusCode, Json<TokenCreated>)> {
    let now = now_ms();
    let secret = credential::generate(Kind::Personal).ok_or_else(no_randomness)?;
    let token = NewToken {
        id: TokenId::from_uuid(new_id()),
        mac: gateway.directory.pepper().mac(secret.as_bytes()),
        last4: credential::last4(&secret),
        member: caller.member_id()?,
        name: checked_name(&request.name)?,
        scopes: checked_scopes(&request)?,
        expires_at: ends(request.expires_at.map(|at| at.as_millisecond()), now)?,
    };
    let asked = asked(&headers, &caller, &request, token.id)?;
    let note = caller.note("token.create").target("token", token.id).after(
        json!({ "name": token.name, "scopes": token.scopes, "expiresAt": timestamp(token.expires_at) }),
    );
    let made = gateway
        .change_people(PeopleChange::AddToken(token.clone()), note, asked)
        .await?;
    made.map_err(|refusal| refused(refusal, "token"))?;
    let created = TokenCreated {
        secret: secret.to_string(),
        token: describe(TokenRecord {
            id: token.id,
            last4: token.last4,
            name: token.name,
            scopes: token.scopes,
            created_at: now,
            expires_at: token.expires_at,
            used_at: None,
            revoked_at: None,
        }),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.contains(char::is_control) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A token's name has 1 to 100 characters, none of them a control character.",
        ));
    }
    Ok(name.to_owned())
}

fn checked_scopes(request: &TokenRequest) -> Result<Vec<protocol::api::Scope>, Problem> {
    let mut scopes = request.scopes.clone();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A token without a scope is of no use.",
        ));
    }
    Ok(scopes)
}

fn ends(wish: Option<i64>, now: i64) -> Result<i64, Problem> {
    let ends = wish.unwrap_or(now + DEFAULT_MS);
    if ends <= now || ends > now + MAX_MS {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A token ends within the next year.",
        ));
    }
    Ok(ends)
}

/// Revokes one of one's tokens.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", params(("id" = String, Path)), tag = "tokens",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn revoke(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let token: TokenId = id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such token."))?;
    let change = PeopleChange::RevokeToken {
        member: caller.member_id()?,
        token,
    };
    let note = caller.note("token.revoke").target("token", token);
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "token"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token that the request came with, and whose it is.
#[utoipa::path(
    get, path = "/api/v1/token", tag = "tokens",
    responses((status = 200, body = OwnToken), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody, description = "A session asks, which has no token"))
)]
pub async fn own(caller: Caller) -> Answer<Json<OwnToken>> {
    let (token, member) = must_be_token(&caller)?;
    Ok(Json(OwnToken {
        member: summary(member),
        token: describe(token.clone()),
    }))
}

/// Revokes the token that the request came with.
#[utoipa::path(
    delete, path = "/api/v1/token", tag = "tokens",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody, description = "A session asks, which has no token"))
)]
pub async fn end_own(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<StatusCode> {
    let (token, member) = must_be_token(&caller)?;
    let change = PeopleChange::RevokeToken {
        member: member.id,
        token: token.id,
    };
    let note = caller.note("token.revoke").target("token", token.id);
    let revoked = gateway.change_people(change, note, None).await?;
    revoked.map_err(|refusal| refused(refusal, "token"))?;
    Ok(StatusCode::NO_CONTENT)
}

fn must_be_token(caller: &Caller) -> Result<&(TokenRecord, MemberRecord), Problem> {
    caller.token().ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            "This request came without a personal access token.",
        )
        .with_hint("GET /api/v1/session says who is signed in.")
    })
}

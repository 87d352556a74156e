//! OpenID Connect with a code, PKCE and a nonce. What the issuer says about itself is read when it is
//! first needed, and kept for an hour.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use super::{
    Client, Failure, Profile, Return,
    id_token::{self, Claims, Doubt, Expected, KeySet},
    web::{self, Web},
};
use crate::clock::{now_ms, steady_ms};

const KNOWN_FOR_MS: i64 = 3_600 * 1_000;
/// A key that is not there yet is looked for again, but not at every token.
const KEYS_AGAIN_MS: i64 = 60 * 1_000;

#[derive(Default)]
pub struct Oidc {
    known: Mutex<Option<Arc<Known>>>,
}

/// What an issuer says about itself (OpenID Connect Discovery).
#[derive(Deserialize)]
pub struct Document {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

pub struct Known {
    document: Document,
    keys: KeySet,
    at: i64,
}

impl std::ops::Deref for Known {
    type Target = Document;
    fn deref(&self) -> &Document {
        &self.document
    }
}

pub struct Asked<'a> {
    pub issuer: &'a str,
    pub client: &'a Client,
    pub verifier: &'a str,
    pub nonce: &'a str,
    pub back: Return<'a>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// The same claims, where the signed token has but the subject.
#[derive(Deserialize)]
struct UserInfo {
    #[serde(flatten)]
    claims: Claims,
}

impl Oidc {
    pub async fn known(&self, web: &Web, issuer: &str) -> Result<Arc<Known>, Failure> {
        match self.kept() {
            Some(known) if steady_ms() - known.at < KNOWN_FOR_MS => Ok(known),
            _ => self.learn(web, issuer).await,
        }
    }

    fn kept(&self) -> Option<Arc<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn learn(&self, web: &Web, issuer: &str) -> Result<Arc<Known>, Failure> {
        let url = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let document: Document = web.get(&url, None).await?;
        if document.issuer != issuer {
            return Err(Failure::Answer(
                "it calls itself something else than the issuer of the configuration",
            ));
        }
        let known = Arc::new(Known {
            keys: web.get(&document.jwks_uri, None).await?,
            document,
            at: steady_ms(),
        });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }

    pub async fn profile(&self, web: &Web, asked: Asked<'_>) -> Result<Profile, Failure> {
        let known = self.known(web, asked.issuer).await?;
        let tokens = tokens(web, &known, &asked).await?;
        let expected = Expected {
            issuer: asked.issuer,
            client_id: &asked.client.id,
            nonce: asked.nonce,
            now_seconds: now_ms() / 1_000,
        };
        let claims = match id_token::verify(&tokens.id_token, &known.keys, &expected) {
            // It may have a new key since.
            Err(Doubt::Key) if steady_ms() - known.at > KEYS_AGAIN_MS => {
                let known = self.learn(web, asked.issuer).await?;
                id_token::verify(&tokens.id_token, &known.keys, &expected)?
            }
            seen => seen?,
        };
        let claims = with_address(web, &known, &tokens, claims).await?;
        Ok(profile_of(claims))
    }
}

async fn tokens(web: &Web, known: &Known, asked: &Asked<'_>) -> Result<Tokens, Failure> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", asked.back.code),
        ("redirect_uri", asked.back.redirect_uri),
        ("code_verifier", asked.verifier),
    ];
    let methods = known.token_endpoint_auth_methods_supported.as_ref();
    // What is not said is the specification's default.
    let takes_basic = methods.is_none_or(|methods| methods.iter().any(|one| one == "client_secret_basic"));
    let mut authorization = None;
    match &asked.client.secret {
        Some(secret) if takes_basic => authorization = web::basic(&asked.client.id, secret),
        Some(secret) => form.extend([("client_id", asked.client.id.as_str()), ("client_secret", secret)]),
        None => form.push(("client_id", &asked.client.id)),
    }
    web.post(&known.token_endpoint, authorization, web::encoded(&form))
        .await
}

/// Many providers keep the address out of the signed token and tell it when they are asked.
async fn with_address(web: &Web, known: &Known, tokens: &Tokens, claims: Claims) -> Result<Claims, Failure> {
    let (None, Some(url), Some(token)) = (&claims.email, &known.userinfo_endpoint, &tokens.access_token)
    else {
        return Ok(claims);
    };
    let info: UserInfo = web.get(url, web::bearer(token)).await?;
    if info.claims.sub != claims.sub {
        return Err(Failure::Answer("it tells of somebody else than it signed for"));
    }
    Ok(info.claims)
}

fn profile_of(claims: Claims) -> Profile {
    Profile {
        subject: claims.sub,
        name: claims.name.or(claims.preferred_username),
        email: claims.email.filter(|_| claims.email_verified),
    }
}

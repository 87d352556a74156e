//! A fake of GitHub, as far as OAuth apps see it: the page that asks, the exchange of the code, and
//! the API that says whose the token is. It is as strict as the real one about what it is sent.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// Somebody with an account there.
#[derive(Clone, Debug)]
pub struct GitHubUser {
    pub id: u64,
    pub login: &'static str,
    pub email: &'static str,
    pub is_verified: bool,
}

#[derive(Default)]
struct Issued {
    /// By code: the challenge and the address that it was asked with, and whose it is.
    codes: HashMap<String, (String, String, GitHubUser)>,
    tokens: HashMap<String, GitHubUser>,
}

/// It ends when dropped.
pub struct GitHub {
    address: SocketAddr,
    issued: Arc<Mutex<Issued>>,
    server: JoinHandle<()>,
}

impl GitHub {
    pub const CLIENT_ID: &str = "Iv1.fake";
    /// What the gateway knows of it, and nobody else may.
    pub const CLIENT_SECRET: &str = "github-secret-0123456789";

    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket has an address");
        let issued: Arc<Mutex<Issued>> = Arc::default();
        let shared = Arc::clone(&issued);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(client), service);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        Self {
            address,
            issued,
            server,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The table of the gateway's configuration.
    pub fn table(&self, more: &str) -> String {
        format!(
            "[[sign_in]]\nname = \"github\"\nlabel = \"GitHub\"\nkind = \"github\"\nclient_id = {:?}\n\
             client_secret_env = \"GITHUB_SECRET\"\nbase_url = {:?}\n{more}",
            Self::CLIENT_ID,
            self.url()
        )
    }

    /// The user says yes on the page that the browser was sent to; where it is sent back to.
    pub fn say_yes(&self, page: &str, user: &GitHubUser) -> String {
        let (path, query) = page.split_once('?').expect("it is asked something");
        assert_eq!(path, format!("{}/login/oauth/authorize", self.url()));
        let asked = pairs(query);
        assert_eq!(asked["client_id"], Self::CLIENT_ID);
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = uuid::Uuid::new_v4().to_string();
        let given = (
            asked["code_challenge"].clone(),
            asked["redirect_uri"].clone(),
            user.clone(),
        );
        lock(&self.issued).codes.insert(code.clone(), given);
        format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"])
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock(issued: &Mutex<Issued>) -> MutexGuard<'_, Issued> {
    issued.lock().expect("nobody panics with it")
}

/// Of a query or a form.
fn pairs(text: &str) -> HashMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').expect("each has a value");
        (name.to_owned(), decoded(value))
    };
    text.split('&').map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(&after[..2]).expect("two digits follow");
            bytes.push(u8::from_str_radix(hex, 16).expect("two digits follow"));
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).expect("it is text")
}

async fn answer(
    issued: Arc<Mutex<Issued>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a whole request").to_bytes();
    let said = match head.uri.path() {
        "/login/oauth/access_token" => exchange(&mut lock(&issued), &String::from_utf8_lossy(&body)),
        path => {
            let bearer = head
                .headers
                .get("authorization")
                .and_then(|value| value.to_str().ok());
            let token = bearer
                .and_then(|value| value.strip_prefix("Bearer "))
                .unwrap_or_default();
            let user = lock(&issued).tokens.get(token).cloned();
            user.and_then(|user| of_user(path, &user))
        }
    };
    let (status, said) = said.map_or((404, json!({ "message": "Not Found" })), |said| (200, said));
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    Ok(response
        .body(Full::new(Bytes::from(said.to_string())))
        .expect("an answer"))
}

fn exchange(issued: &mut Issued, form: &str) -> Option<Value> {
    let sent = pairs(form);
    let refused = |error: &str| Some(json!({ "error": error }));
    if sent["client_id"] != GitHub::CLIENT_ID || sent["client_secret"] != GitHub::CLIENT_SECRET {
        return refused("incorrect_client_credentials");
    }
    // A code is good once.
    let Some((challenge, address, user)) = issued.codes.remove(&sent["code"]) else {
        return refused("bad_verification_code");
    };
    let shown = BASE64.encode(digest(&SHA256, sent["code_verifier"].as_bytes()));
    if shown != challenge || sent["redirect_uri"] != address {
        return refused("bad_verification_code");
    }
    let token = format!("gho_{}", uuid::Uuid::new_v4().simple());
    issued.tokens.insert(token.clone(), user);
    Some(json!({ "access_token": token, "token_type": "bearer", "scope": "read:user,user:email" }))
}

fn of_user(path: &str, user: &GitHubUser) -> Option<Value> {
    match path {
        "/api/v3/user" => Some(json!({ "id": user.id, "login": user.login, "name": null })),
        "/api/v3/user/emails" => Some(json!([
            { "email": "other@example.net", "primary": false, "verified": true },
            { "email": user.email, "primary": true, "verified": user.is_verified },
        ])),
        _ => None,
    }
}

//! A browser in which somebody signs in, and how somebody gets there.

use http::Method;
use serde_json::{Value, json};
use tests::{Config, Gateway, Request, Transcript};

pub const PASSWORD: &str = "correct horse battery staple";

/// A browser, as far as the gateway can tell: it keeps its cookie and says whose page it shows.
pub struct Browser {
    pub url: String,
    pub cookie: Option<String>,
    /// What the gateway is called by, where that is not its address.
    pub host: Option<String>,
}

impl Browser {
    pub fn new(gateway: &Gateway) -> Self {
        Self {
            url: gateway.url(""),
            cookie: None,
            host: None,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let request = Request::new(method, &format!("{}/api/v1{path}", self.url))
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", "Journey/1.0");
        let request = match &self.host {
            Some(host) => request.header("host", host),
            None => request,
        };
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Value) -> Transcript {
        let seen = self.request(method, path).json(&body).send().await;
        if let Some(set) = seen.header("set-cookie") {
            let pair = set.split(';').next().unwrap().to_owned();
            let is_cleared = pair.ends_with('=');
            self.cookie = (!is_cleared).then_some(pair);
        }
        seen
    }
    pub async fn post(&mut self, path: &str, body: Value) -> Transcript {
        self.send(Method::POST, path, body).await
    }
    pub async fn get(&self, path: &str) -> Transcript {
        self.request(Method::GET, path).send().await
    }
    pub async fn delete(&self, path: &str) -> Transcript {
        self.request(Method::DELETE, path).send().await
    }

    pub async fn use_link(gateway: &Gateway, link: &str, name: &str) -> Self {
        let mut browser = Self::new(gateway);
        let body = json!({ "link": link, "name": name, "password": PASSWORD });
        browser.post("/session/link", body).await.expect(201);
        browser
    }

    pub async fn sign_in(gateway: &Gateway, name: &str) -> Self {
        let mut browser = Self::new(gateway);
        let body = json!({ "name": name, "password": PASSWORD });
        browser.post("/session", body).await.expect(200);
        browser
    }

    pub async fn member(&self) -> Value {
        self.get("/session").await.expect(200).json()["member"].clone()
    }
}

/// A gateway whose owner is called Olga, signed in.
pub async fn with_owner() -> (Gateway, Browser) {
    let gateway = Gateway::start(&Config::new()).await;
    let link = printed_link(&gateway);
    let owner = Browser::use_link(&gateway, &link, "Olga").await;
    (gateway, owner)
}

pub fn printed_link(gateway: &Gateway) -> String {
    let log = gateway.log();
    let words = log.split_whitespace();
    let link = words.into_iter().find(|word| word.contains("/sign-in#tti_"));
    link.expect("a first start prints the owner's link").to_owned()
}

/// Invites somebody, who accepts.
pub async fn invited(gateway: &Gateway, owner: &mut Browser, role: &str, name: &str) -> Browser {
    let made = owner
        .post("/invitations", json!({ "role": role }))
        .await
        .expect(201);
    let link = made.json()["url"].as_str().unwrap().to_owned();
    assert!(link.contains("/join#tti_"), "{link}");
    Browser::use_link(gateway, &link, name).await
}

/// What a device hears that asks for its credential.
pub async fn poll(gateway: &Gateway, asked: &Value) -> Transcript {
    let body = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"],
    });
    let request = Request::post(&gateway.url("/api/v1/device/token")).json(&body);
    request.send().await
}

pub async fn ask_for_code(gateway: &Gateway, form: &str) -> Value {
    let request = Request::post(&gateway.url("/api/v1/device/code"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send().await.expect(200).json()
}

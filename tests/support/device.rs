use protocol::{
    Money,
    api::{Account, Balance, BalanceResponse, RedeemRequest, RedeemResponse},
    header,
};
use serde_json::{Value, json};

use crate::{Request, eventually};

/// What `keys mint` is asked for.
#[derive(Clone, Debug)]
pub struct MintOptions {
    credit: String,
    models: Option<String>,
    devices: u32,
    count: u32,
    expires: Option<String>,
    strict: bool,
    others: Vec<String>,
}

impl MintOptions {
    pub fn credit(credit: &str) -> Self {
        Self {
            credit: credit.into(),
            models: None,
            devices: 1,
            count: 1,
            expires: None,
            strict: false,
            others: Vec::new(),
        }
    }
    /// Any other option, such as `--rpm 5`.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.others.extend([name.into(), value.into()]);
        self
    }
    pub fn models(mut self, models: &str) -> Self {
        self.models = Some(models.into());
        self
    }
    pub fn devices(mut self, devices: u32) -> Self {
        self.devices = devices;
        self
    }
    pub fn count(mut self, count: u32) -> Self {
        self.count = count;
        self
    }
    pub fn expires(mut self, expires: &str) -> Self {
        self.expires = Some(expires.into());
        self
    }
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut words = vec!["keys".to_owned(), "mint".into(), "--json".into()];
        let mut option = |name: &str, value: String| words.extend([format!("--{name}"), value]);
        option("credit", self.credit.clone());
        option("devices", self.devices.to_string());
        option("count", self.count.to_string());
        if let Some(models) = &self.models {
            option("models", models.clone());
        }
        if let Some(expires) = &self.expires {
            option("expires", expires.clone());
        }
        if self.strict {
            words.push("--strict".into());
        }
        words.extend(self.others.iter().cloned());
        words
    }
}

/// One enrolled device, speaking HTTP as any tool would.
#[derive(Clone, Debug)]
pub struct Device {
    gateway_url: String,
    pub credential: String,
    pub account: Account,
}

impl Device {
    pub async fn redeem(gateway_url: &str, key: &str) -> Self {
        let answer = Self::redeem_request(gateway_url, key).send().await.expect(201);
        let RedeemResponse { credential, account } = answer.parse();
        Self {
            gateway_url: gateway_url.into(),
            credential,
            account,
        }
    }
    pub fn redeem_request(gateway_url: &str, key: &str) -> Request {
        let body = RedeemRequest {
            key: key.into(),
            device_name: None,
            device: None,
        };
        Request::post(&format!("{gateway_url}/api/v1/redeem")).json(&body)
    }
    /// The same device at the gateway's address after a restart.
    pub fn moved_to(&self, gateway_url: &str) -> Self {
        Self {
            gateway_url: gateway_url.into(),
            ..self.clone()
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.gateway_url)
    }
    pub fn get(&self, path: &str) -> Request {
        Request::get(&self.url(path)).bearer(&self.credential)
    }
    pub fn post(&self, path: &str, body: &Value) -> Request {
        Request::post(&self.url(path)).bearer(&self.credential).json(body)
    }
    /// A whole chat answer from the model.
    pub fn chat(&self, model: &str) -> Request {
        self.post("/v1/chat/completions", &chat_body(model, false))
    }
    /// A streamed chat answer that ends with its receipt.
    pub fn chat_stream(&self, model: &str) -> Request {
        self.post("/v1/chat/completions", &chat_body(model, true))
            .header(header::RECEIPT, "1")
    }

    pub async fn balance(&self) -> Balance {
        let answer = self.get("/api/v1/balance").send().await;
        answer.expect(200).parse::<BalanceResponse>().balance
    }
    /// Waits until nothing is held any more, then tells the balance.
    pub async fn idle_balance(&self) -> Balance {
        eventually("a balance without holds", async || {
            let balance = self.balance().await;
            (balance.held_nano_usd == Money::ZERO).then_some(balance)
        })
        .await
    }
}

fn chat_body(model: &str, stream: bool) -> Value {
    json!({
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": "Say something."}],
    })
}

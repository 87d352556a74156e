use std::fmt::Write;

use crate::{Price, Upstream};

/// The environment variable that holds the fake upstream's key.
pub const UPSTREAM_KEY_VARIABLE: &str = "LOCAL_KEY";

/// One `[[model]]` of the configuration file.
#[derive(Clone, Debug)]
pub struct Model {
    id: String,
    upstream_model: Option<String>,
    price: Option<String>,
    capabilities: Vec<&'static str>,
    upstream: String,
    extra: Vec<String>,
}

impl Model {
    pub fn new(id: &str, price: Price) -> Self {
        Self {
            price: Some(price.toml()),
            ..Self::unpriced(id)
        }
    }
    pub fn free(id: &str) -> Self {
        Self {
            price: Some("\"free\"".into()),
            ..Self::unpriced(id)
        }
    }
    pub fn unpriced(id: &str) -> Self {
        Self {
            id: id.into(),
            upstream_model: None,
            price: None,
            capabilities: vec!["chat", "completion"],
            upstream: "fake".into(),
            extra: Vec::new(),
        }
    }
    pub fn upstream_model(mut self, name: &str) -> Self {
        self.upstream_model = Some(name.into());
        self
    }
    pub fn upstream(mut self, name: &str) -> Self {
        self.upstream = name.into();
        self
    }
    pub fn capabilities(mut self, capabilities: &[&'static str]) -> Self {
        self.capabilities = capabilities.to_vec();
        self
    }
    /// One more line of TOML.
    pub fn line(mut self, line: &str) -> Self {
        self.extra.push(line.into());
        self
    }

    fn toml(&self) -> String {
        let mut text = format!("[[model]]\nid = {:?}\nupstream = {:?}\n", self.id, self.upstream);
        if let Some(name) = &self.upstream_model {
            let _ = writeln!(text, "upstream_model = {name:?}");
        }
        let _ = writeln!(text, "capabilities = {:?}", self.capabilities);
        if let Some(price) = &self.price {
            let _ = writeln!(text, "price = {price}");
        }
        for line in &self.extra {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

/// The gateway's configuration file, as a person would write it.
#[derive(Clone, Debug, Default)]
pub struct Config {
    head: Vec<String>,
    upstreams: Vec<String>,
    models: Vec<Model>,
    tail: Vec<String>,
}

impl Config {
    pub fn new() -> Self {
        Self::default()
    }
    /// The fake upstream, under the name `fake`.
    pub fn with_upstream(upstream: &Upstream) -> Self {
        Self::new().upstream("fake", &upstream.base_url(), Some(UPSTREAM_KEY_VARIABLE))
    }
    pub fn upstream(mut self, name: &str, base_url: &str, api_key_env: Option<&str>) -> Self {
        let mut text = format!(
            "[[upstream]]\nname = {name:?}\nprovider = \"openai-compatible\"\nbase_url = {base_url:?}\n"
        );
        if let Some(variable) = api_key_env {
            let _ = writeln!(text, "api_key_env = {variable:?}");
        }
        self.upstreams.push(text);
        self
    }
    /// One more line of TOML for the upstream that was named last.
    pub fn with_upstream_line(mut self, line: &str) -> Self {
        let upstream = self.upstreams.last_mut().expect("an upstream was named before");
        let _ = writeln!(upstream, "{line}");
        self
    }
    pub fn model(mut self, model: Model) -> Self {
        self.models.push(model);
        self
    }
    /// A line above all tables, such as `public_url = "…"`.
    pub fn line(mut self, line: &str) -> Self {
        self.head.push(line.into());
        self
    }
    /// A whole table of TOML at the end.
    pub fn table(mut self, table: &str) -> Self {
        self.tail.push(table.into());
        self
    }
    /// The limit on failed redeems, out of the way.
    pub fn unlimited_failed_redeems(self) -> Self {
        self.table("[limits]\nfailed_redeems_per_minute = 10000000\nfailed_redeems_per_hour = 10000000")
    }

    pub fn toml(&self) -> String {
        let models = self.models.iter().map(Model::toml);
        let parts = self.head.iter().chain(&self.upstreams).cloned().chain(models);
        let all: Vec<String> = parts.chain(self.tail.iter().cloned()).collect();
        all.join("\n") + "\n"
    }
}

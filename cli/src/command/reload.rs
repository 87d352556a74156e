use clap::Args;
use protocol::api::Reloaded;
use reqwest::Method;

use crate::{call, context::Context, failure::Failure, output::Output, table::amount};

#[derive(Args)]
pub struct Reload {}

impl Reload {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let request = call::request(&client, Method::POST, client.address("/api/v1/reload"))?;
        let answer = call::send(request).await?;
        let reloaded: Reloaded = answer.json().await.map_err(|error| call::unreachable(&error))?;
        Ok(Output::new(text(&reloaded), &reloaded)?)
    }
}

fn text(reloaded: &Reloaded) -> String {
    let mut text = format!(
        "The configuration is in force: {}, {}. Running requests keep the prices that they began with.",
        amount(reloaded.models as u64, "model"),
        amount(reloaded.upstreams as u64, "upstream"),
    );
    if !reloaded.needs_restart.is_empty() {
        text.push_str(&format!(
            "\nThese changes wait for a restart: {}.",
            reloaded.needs_restart.join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_restart_is_said() {
        let mut reloaded = Reloaded {
            models: 3,
            upstreams: 1,
            needs_restart: Vec::new(),
        };
        assert!(!text(&reloaded).contains("restart"));
        reloaded.needs_restart = vec!["listen".into(), "public_url".into()];
        insta::assert_snapshot!(text(&reloaded), @r"
        The configuration is in force: 3 models, 1 upstream. Running requests keep the prices that they began with.
        These changes wait for a restart: listen, public_url.
        ");
    }
}

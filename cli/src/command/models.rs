//! `token-tracker models`: which models were used; below it, which this device may use.

mod prefer;

use clap::{Args, Subcommand};
use protocol::{
    Money,
    api::{Capability, Model, ModelList},
};

use super::{usage, wait_for};
use crate::{
    context::Context,
    failure::Failure,
    output::Output,
    table::{Column, count, render},
};

#[derive(Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Models {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    used: usage::Models,
}

#[derive(Subcommand)]
enum Command {
    /// List the models that this device may use at its gateway, with their prices
    Served,
    /// Say which models come first, or never, where one such as `auto` chooses for you
    Prefer(prefer::Prefer),
}

impl Models {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        match self.command {
            None => self.used.run(context.json),
            Some(Command::Served) => wait_for(served(context)),
            Some(Command::Prefer(prefer)) => wait_for(prefer.run(context)),
        }
    }
}

async fn served(context: &Context) -> Result<Output, Failure> {
    let models = context.viewer().await?.client().models().await?;
    let text = text(&models);
    Ok(Output::new(text, &ModelList { models })?)
}

const COLUMNS: &[Column] = &[
    Column::Text("MODEL"),
    Column::Text("FOR"),
    Column::Number("CONTEXT"),
    Column::Number("INPUT/M"),
    Column::Number("OUTPUT/M"),
];

fn text(models: &[Model]) -> String {
    if models.is_empty() {
        return "This key's models are not served by the gateway at the moment.".into();
    }
    render(COLUMNS, models.iter().map(row).collect())
}

fn row(model: &Model) -> Vec<String> {
    let capabilities: Vec<&str> = model.capabilities.iter().copied().map(name).collect();
    let price = |of: fn(&protocol::api::ModelPricing) -> Money| match &model.pricing {
        None => "unpriced".to_owned(),
        Some(pricing) => match of(pricing) {
            Money::ZERO => "free".into(),
            price => format!("${}", price.exact_usd()),
        },
    };
    vec![
        model.id.clone(),
        capabilities.join(", "),
        model.context_window.map(count).unwrap_or_default(),
        price(|pricing| pricing.input_nano_usd),
        price(|pricing| pricing.output_nano_usd),
    ]
}

fn name(capability: Capability) -> &'static str {
    match capability {
        Capability::Chat => "chat",
        Capability::Completion => "completion",
        Capability::Embedding => "embedding",
        Capability::Tools => "tools",
        Capability::Vision => "vision",
    }
}

#[cfg(test)]
mod tests {
    use protocol::api::ModelPricing;

    use super::*;

    #[test]
    fn prices_are_for_a_million_tokens() {
        let priced = ModelPricing {
            input_nano_usd: Money::from_nano_usd(3_000_000_000),
            output_nano_usd: Money::from_nano_usd(15_125_000_000),
            cache_read_nano_usd: Money::ZERO,
            cache_write_nano_usd: Money::ZERO,
        };
        let free = ModelPricing {
            input_nano_usd: Money::ZERO,
            output_nano_usd: Money::ZERO,
            ..priced
        };
        let model = |id: &str, pricing, context_window| Model {
            id: id.into(),
            capabilities: vec![Capability::Chat, Capability::Completion],
            context_window,
            pricing,
        };
        let models = [
            model("coder", Some(priced), Some(32_768)),
            model("builtin/lookup", Some(free), None),
            model("new", None, None),
        ];
        insta::assert_snapshot!(text(&models), @r"
        MODEL           FOR               CONTEXT   INPUT/M  OUTPUT/M
        coder           chat, completion   32,768     $3.00   $15.125
        builtin/lookup  chat, completion               free      free
        new             chat, completion           unpriced  unpriced
        ");
    }
}

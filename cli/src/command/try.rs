use anstyle::Style;
use clap::Args;
use protocol::{
    Code, Problem, Receipt,
    api::{Capability, Model},
    client::GatewayClient,
    header,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    call,
    context::Context,
    failure::Failure,
    output::Output,
    stream::{Line, Lines},
    table::{count, facts},
};

/// Enough of a file that any model, the built-in one too, finds something to say.
const PROMPT: &str = "\
class Rectangle:
    def __init__(self, width, height):
        self.width = width
        self.height = height

class Box:
    def __init__(self, width, ";

#[derive(Args)]
pub struct Try {
    /// The text to continue [default: a few lines of Python]
    #[arg(value_name = "PROMPT")]
    prompt: Option<String>,
    /// The model to ask [default: the first of this key that completes]
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// How many tokens the model may write
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=4_096))]
    max_tokens: u32,
}

/// What came back through the whole path.
#[derive(Serialize)]
struct Tried {
    text: String,
    receipt: Receipt,
}

impl Try {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.device().await?.client;
        let model = match self.model {
            Some(model) => model,
            None => first_that_completes(&client.models().await?)?,
        };
        let prompt = self.prompt.as_deref().unwrap_or(PROMPT);
        let tried = complete(&client, &model, prompt, self.max_tokens).await?;
        let text = text(prompt, &tried);
        Ok(Output::new(text, &tried)?)
    }
}

fn first_that_completes(models: &[Model]) -> Result<String, Problem> {
    models
        .iter()
        .find(|model| model.capabilities.contains(&Capability::Completion))
        .map(|model| model.id.clone())
        .ok_or_else(|| {
            Problem::new(Code::ModelUnknown, "No model of this key completes text.")
                .with_hint("`token-tracker models served` lists what this key may use.")
        })
}

/// Streams one completion, as an editor does, and reads the receipt that comes with it.
async fn complete(
    client: &GatewayClient,
    model: &str,
    prompt: &str,
    max_tokens: u32,
) -> Result<Tried, Problem> {
    let request = json!({
        "model": model, "prompt": prompt, "max_tokens": max_tokens, "temperature": 0, "stop": ["\n\n"], "stream": true,
    });
    let call = call::request(client, Method::POST, client.address("/v1/completions"))?
        .header(header::RECEIPT, "1")
        .json(&request);
    let response = call::send(call).await?;
    read_stream(Lines::new(response)).await
}

async fn read_stream(mut lines: Lines) -> Result<Tried, Problem> {
    let (mut text, mut receipt) = (String::new(), None);
    while let Some(line) = lines.next().await? {
        match line {
            Line::Receipt(json) => receipt = serde_json::from_str(&json).ok(),
            Line::Data(data) if data == "[DONE]" => break,
            Line::Data(data) => text.push_str(&delta(&data)?),
        }
    }
    match receipt {
        Some(receipt) => Ok(Tried { text, receipt }),
        None => Err(
            Problem::new(Code::Internal, "The answer ended without a receipt.").with_hint(
                "Look for the request in `token-tracker usage requests`; the gateway's log says what happened.",
            ),
        ),
    }
}

/// The text of one event; an error inside the stream ends it.
fn delta(data: &str) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Chunk {
        #[serde(default)]
        choices: Vec<Choice>,
        error: Option<Words>,
    }
    #[derive(Deserialize)]
    struct Choice {
        #[serde(default)]
        text: Option<String>,
    }
    #[derive(Deserialize)]
    struct Words {
        code: Option<Code>,
        message: String,
    }
    let chunk: Chunk = serde_json::from_str(data)
        .map_err(|_| Problem::new(Code::Internal, "An event of the answer could not be read."))?;
    match chunk.error {
        // Words are believed only under one of our own codes, as others may be a provider's.
        Some(Words {
            code: Some(code),
            message,
        }) => Err(Problem::new(code, message)),
        Some(_) => Err(Problem::new(
            Code::UpstreamUnavailable,
            "The provider broke the answer off.",
        )),
        None => Ok(chunk
            .choices
            .into_iter()
            .filter_map(|choice| choice.text)
            .collect()),
    }
}

fn text(prompt: &str, tried: &Tried) -> String {
    let (given, new) = (Style::new().dimmed(), Style::new().bold());
    let Tried { text, receipt } = tried;
    let estimated = if receipt.estimated { " (estimated)" } else { "" };
    let usage = &receipt.usage;
    let tokens = format!(
        "{} in, {} out{estimated}",
        count(usage.total_input()),
        count(usage.output_tokens)
    );
    let lines = facts(&[
        ("model", receipt.model.clone()),
        ("tokens", tokens),
        ("cost", receipt.cost_nano_usd.display_charge()),
        ("left", receipt.balance.display.clone()),
        ("request", receipt.request_id.to_string()),
    ]);
    format!("{given}{prompt}{given:#}{new}{text}{new:#}\n\n{lines}")
}

#[cfg(test)]
mod tests {
    use protocol::{Money, RequestId, RequestKind, TokenUsage, api::Balance};

    use super::*;

    #[test]
    fn events_give_their_text_and_errors_end_the_stream() {
        assert_eq!(delta(r#"{"choices":[{"text":"ab"}]}"#), Ok("ab".into()));
        assert_eq!(
            delta(r#"{"choices":[],"usage":{"prompt_tokens":3}}"#),
            Ok(String::new())
        );
        let ours = delta(r#"{"error":{"code":"insufficient_credit","message":"Spent."}}"#).unwrap_err();
        assert_eq!(
            (ours.code, ours.message.as_str()),
            (Code::InsufficientCredit, "Spent.")
        );
        let theirs = delta(r#"{"error":{"message":"sk-secret"}}"#).unwrap_err();
        assert!(!theirs.to_string().contains("sk-secret"));
        assert!(delta("{").is_err());
    }

    #[test]
    fn text_and_receipt_are_shown_together() {
        let tried = Tried {
            text: "width, height))".into(),
            receipt: Receipt {
                request_id: RequestId::from_bytes([1; 16]),
                kind: RequestKind::Completion,
                model: "coder".into(),
                usage: TokenUsage {
                    input_tokens: 52,
                    output_tokens: 6,
                    ..TokenUsage::default()
                },
                cost_nano_usd: Money::from_nano_usd(246_000),
                estimated: false,
                balance: Balance {
                    display: "$4.99".into(),
                    ..Balance::default()
                },
                at: "2026-06-01T12:00:00Z".parse().unwrap(),
            },
        };
        let plain = anstream::adapter::strip_str(&text("print(", &tried)).to_string();
        insta::assert_snapshot!(plain, @r"
        print(width, height))

          model    coder
          tokens   52 in, 6 out
          cost     $0.0003
          left     $4.99
          request  01010101-0101-0101-0101-010101010101
        ");
    }
}

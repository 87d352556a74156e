use bytes::Bytes;
use protocol::Problem;
use serde_json::{Map, Value, json};

use super::{
    object::{Object, cannot_carry},
    thinking, tools, turns_to_chat,
};
use crate::{
    invalid::{missing, wrong},
    openai::Edits,
};

/// The longest name of a user that OpenAI takes.
const USER_BYTES_MAX: usize = 64;

/// The body of a messages request as that of a chat request.
///
/// `edits` name the upstream's model, the output cap and the field that holds it, and whether the
/// upstream can be asked for the usage of a stream.
pub fn messages_to_chat(body: &[u8], edits: &Edits<'_>) -> Result<Bytes, Problem> {
    let mut messages = Object::of_body(body)?;
    let model = messages.required_text("model")?;
    let cap = messages
        .count("max_tokens")?
        .ok_or_else(|| missing("max_tokens"))?;
    let system = messages.take("system");
    let turns = messages.list("messages")?.ok_or_else(|| missing("messages"))?;
    let mut made = Map::new();
    made.insert("model".into(), edits.model.unwrap_or(&model).into());
    made.insert(
        edits.cap_field.name().into(),
        edits.output_cap.unwrap_or(cap).into(),
    );
    made.insert("messages".into(), turns_to_chat::of(system, turns)?.into());
    if messages.flag("stream")? == Some(true) {
        made.insert("stream".into(), true.into());
        if edits.include_usage {
            made.insert("stream_options".into(), json!({"include_usage": true}));
        }
    }
    let tools = tools::to_chat(messages.list("tools")?.unwrap_or_default())?;
    tools::choice_to_chat(&mut messages, !tools.is_empty(), &mut made)?;
    if !tools.is_empty() {
        made.insert("tools".into(), tools.into());
    }
    output(&mut messages, &mut made)?;
    options(&mut messages, &mut made)?;
    messages.finish()?;
    Ok(Value::Object(made).to_string().into())
}

/// Effort and schema. A budget says more than a word does, so it goes first.
fn output(messages: &mut Object, made: &mut Map<String, Value>) -> Result<(), Problem> {
    let mut word = None;
    if let Some(mut config) = messages.object("output_config")? {
        word = match config.text("effort")?.as_deref() {
            None => None,
            Some("low") => Some("low"),
            Some("medium") => Some("medium"),
            Some("high" | "xhigh" | "max") => Some("high"),
            Some(_) => return Err(cannot_carry("output_config.effort")),
        };
        // A countdown that the model is shown; the cap limits the answer with or without it.
        config.leave_out(&["task_budget"]);
        if let Some(mut format) = config.object("format")? {
            format.leave_out(&["type"]);
            let schema = format
                .take("schema")
                .ok_or_else(|| missing("output_config.format.schema"))?;
            format.finish()?;
            let schema = json!({"name": "answer", "strict": true, "schema": schema});
            made.insert(
                "response_format".into(),
                json!({"type": "json_schema", "json_schema": schema}),
            );
        }
        config.finish()?;
    }
    if let Some(mut thinking) = messages.object("thinking")? {
        // `adaptive` leaves it to the model, which is the default there; that thinking is switched
        // off, or how it is shown, most models there have no word for.
        thinking.leave_out(&["display", "type"]);
        let budget = thinking.count("budget_tokens")?;
        thinking.finish()?;
        word = budget.map(thinking::effort).or(word);
    }
    if let Some(word) = word {
        made.insert("reasoning_effort".into(), word.into());
    }
    Ok(())
}

fn options(messages: &mut Object, made: &mut Map<String, Value>) -> Result<(), Problem> {
    for name in ["temperature", "top_p"] {
        if let Some(number) = messages.number(name)? {
            made.insert(name.into(), number.into());
        }
    }
    if let Some(stops) = messages.list("stop_sequences")?.filter(|stops| !stops.is_empty()) {
        if !stops.iter().all(Value::is_string) {
            return Err(wrong("stop_sequences", "a list of texts"));
        }
        made.insert("stop".into(), stops.into());
    }
    if let Some(mut metadata) = messages.object("metadata")? {
        // It only helps a provider to find abuse; one that is too long would fail the request.
        if let Some(user) = metadata
            .text("user_id")?
            .filter(|user| user.len() <= USER_BYTES_MAX)
        {
            made.insert("user".into(), user.into());
        }
        metadata.finish()?;
    }
    let is_empty = |value: &Value| value == &json!([]);
    messages.leave_out_if("mcp_servers", is_empty)?;
    messages.leave_out_if("service_tier", |value| {
        matches!(value.as_str(), Some("auto" | "standard" | "standard_only"))
    })?;
    messages.leave_out_if("speed", |value| value == "standard")?;
    messages.leave_out_if("inference_geo", |value| value == "global")?;
    // Caching needs no marks there. What to forget of a long conversation is a saving; without it
    // the provider reads all that was sent. Diagnostics are about a cache that is not there.
    messages.leave_out(&["cache_control", "context_management", "diagnostics"]);
    Ok(())
}

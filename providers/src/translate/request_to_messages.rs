use bytes::Bytes;
use protocol::Problem;
use serde_json::{Map, Value, json};

use super::{
    object::{Object, cannot_carry},
    thinking, tools,
    turns_to_messages::Turns,
};
use crate::{
    invalid::{missing, wrong},
    openai::Edits,
};

/// The cap of a request that names none, where the caller sets none either: every model has it.
const OUTPUT_DEFAULT: u64 = 4_096;

/// What may go missing without a word: where the provider keeps or caches what, how soon and how
/// wordily it answers, and a seed, which is a best effort where it exists.
const LEFT_OUT: [&str; 9] = [
    "stream_options",
    "store",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "prediction",
    "verbosity",
    "seed",
];

/// The body of a chat request as that of a messages request.
///
/// Send it as version [`VERSION`](crate::anthropic::VERSION): later ones know no temperature.
/// `edits` name the upstream's model and the output cap; the rest of them has no meaning there.
pub fn chat_to_messages(body: &[u8], edits: &Edits<'_>) -> Result<Bytes, Problem> {
    let mut chat = Object::of_body(body)?;
    let model = chat.required_text("model")?;
    let cap = cap(&mut chat, edits)?;
    let messages = chat.list("messages")?.ok_or_else(|| missing("messages"))?;
    let turns = Turns::of(messages)?;
    let ends_with_tool = turns.ends_with_tool;
    let model = edits.model.unwrap_or(&model);
    let is_adaptive = thinking::is_adaptive(model);
    let mut made = Map::new();
    made.insert("model".into(), model.into());
    made.insert("max_tokens".into(), cap.into());
    if !turns.system.is_empty() {
        made.insert("system".into(), turns.system.clone().into());
    }
    made.insert("messages".into(), turns.into_messages().into());
    if chat.flag("stream")? == Some(true) {
        made.insert("stream".into(), true.into());
    }
    let is_forced = take_tools(&mut chat, &mut made)?;
    let is_sampled = sampling(&mut chat, is_adaptive, &mut made)?;
    let effort = effort(&mut chat)?;
    options(&mut chat, &mut made)?;
    chat.finish()?;
    match effort {
        Some(word) if is_adaptive => think_adaptively(&word, is_forced, &mut made),
        // How much to think is a wish. It gives way to what excludes thinking there: a forced call,
        // sampling, and a call in a turn whose own thoughts are not at hand.
        Some(word) if !is_forced && !is_sampled && !ends_with_tool => {
            think_within(&word, cap, &mut made);
        }
        _ => {}
    }
    Ok(Value::Object(made).to_string().into())
}

fn think_within(word: &str, cap: u64, made: &mut Map<String, Value>) {
    if let Some(budget) = thinking::budget(word, cap) {
        let thinking = json!({"type": "enabled", "budget_tokens": budget});
        made.insert("thinking".into(), thinking);
    }
}

fn think_adaptively(word: &str, is_forced: bool, made: &mut Map<String, Value>) {
    let Some(effort) = thinking::adaptive_effort(word) else {
        return;
    };
    let config = made.entry("output_config").or_insert_with(|| json!({}));
    config["effort"] = effort.into();
    if !is_forced {
        made.insert("thinking".into(), json!({"type": "adaptive"}));
    }
}

fn cap(chat: &mut Object, edits: &Edits<'_>) -> Result<u64, Problem> {
    let old = chat.count("max_tokens")?;
    let new = chat.count("max_completion_tokens")?;
    let cap = edits.output_cap.or(old.max(new)).unwrap_or(OUTPUT_DEFAULT);
    if cap == 0 {
        return Err(wrong("max_tokens", "at least 1"));
    }
    Ok(cap)
}

/// Says whether the model must call a tool.
fn take_tools(chat: &mut Object, made: &mut Map<String, Value>) -> Result<bool, Problem> {
    let tools = tools::to_messages(chat.list("tools")?.unwrap_or_default())?;
    let choice = tools::choice_to_messages(chat, !tools.is_empty())?;
    if !tools.is_empty() {
        made.insert("tools".into(), tools.into());
    }
    let Some(choice) = choice else {
        return Ok(false);
    };
    let is_forced = matches!(choice["type"].as_str(), Some("any" | "tool"));
    made.insert("tool_choice".into(), choice);
    Ok(is_forced)
}

/// Says whether the model is to sample in another way than by default.
///
/// A value that is the default everywhere is left out: most models take only one of the two, and
/// many clients send both. So are all values for a model that does not sample by them: it would
/// refuse them, and answers no worse without.
fn sampling(chat: &mut Object, is_adaptive: bool, made: &mut Map<String, Value>) -> Result<bool, Problem> {
    for name in ["temperature", "top_p"] {
        match chat.number(name)? {
            None => {}
            Some(number) if !(0.0..=1.0).contains(&number) => {
                return Err(wrong(name, "from 0 to 1 for this model"));
            }
            Some(_) if is_adaptive => {}
            Some(1.0) => {}
            Some(number) => {
                made.insert(name.into(), number.into());
            }
        }
    }
    Ok(made.contains_key("temperature") || made.contains_key("top_p"))
}

fn effort(chat: &mut Object) -> Result<Option<String>, Problem> {
    let word = chat.text("reasoning_effort")?;
    let known = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
    match word {
        Some(word) if !known.contains(&word.as_str()) => {
            Err(wrong("reasoning_effort", "`none`, `low`, `medium` or `high`"))
        }
        word => Ok(word),
    }
}

fn options(chat: &mut Object, made: &mut Map<String, Value>) -> Result<(), Problem> {
    match chat.take("stop") {
        None => {}
        Some(Value::String(text)) => {
            made.insert("stop_sequences".into(), stops(vec![text.into()])?);
        }
        Some(Value::Array(texts)) => {
            made.insert("stop_sequences".into(), stops(texts)?);
        }
        Some(_) => return Err(wrong("stop", "a text, or a list of texts")),
    }
    let user = chat.text("user")?;
    if let Some(user) = chat.text("safety_identifier")?.or(user) {
        made.insert("metadata".into(), json!({"user_id": user}));
    }
    if let Some(format) = chat.object("response_format")? {
        output_format(format, made)?;
    }
    chat.leave_out_if("n", |value| value == 1)?;
    for name in ["frequency_penalty", "presence_penalty"] {
        chat.leave_out_if(name, |value| value.as_f64() == Some(0.0))?;
    }
    chat.leave_out_if("logprobs", |value| value == false)?;
    chat.leave_out_if("logit_bias", |value| value == &json!({}))?;
    chat.leave_out_if("modalities", |value| value == &json!(["text"]))?;
    // The cheapest of what is offered is a wish about the price, never worse than the usual one.
    chat.leave_out_if("service_tier", |value| {
        matches!(value.as_str(), Some("auto" | "default" | "standard" | "flex"))
    })?;
    chat.leave_out(&LEFT_OUT);
    Ok(())
}

/// Blank stops, which many editors send, are refused there: better said here, by name.
fn stops(texts: Vec<Value>) -> Result<Value, Problem> {
    let is_stop = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    if texts.iter().all(is_stop) {
        Ok(texts.into())
    } else {
        Err(wrong("stop", "made of texts that are not blank, for this model"))
    }
}

/// A schema can be promised there; JSON of any form cannot.
fn output_format(mut format: Object, made: &mut Map<String, Value>) -> Result<(), Problem> {
    match format.required_text("type")?.as_str() {
        "text" => {}
        "json_schema" => {
            let mut named = format.required_object("json_schema")?;
            // The schema is always kept to there, and has no name.
            named.leave_out(&["name", "description", "strict"]);
            let path = named.path("schema");
            let schema = named.take("schema").ok_or_else(|| missing(&path))?;
            named.finish()?;
            made.insert(
                "output_config".into(),
                json!({"format": {"type": "json_schema", "schema": schema}}),
            );
        }
        _ => {
            return Err(cannot_carry("response_format")
                .with_hint("Use the type `json_schema`, or ask for JSON in the prompt."));
        }
    }
    format.finish()
}

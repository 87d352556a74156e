use std::sync::Arc;

use bytes::Bytes;
use protocol::Problem;
use serde_json::{Map, Value, json};

use super::{
    asked::Asked,
    items_to_chat,
    object::{Object, cannot_carry},
    response_tools as tools,
};
use crate::{
    invalid::{missing, wrong},
    openai::Edits,
};

/// What may go missing without a word: where the provider caches what, how wordily it answers, what
/// it tells beside the answer that only itself can read, and notes of the client to itself.
const LEFT_OUT: [&str; 11] = [
    "include",
    "max_tool_calls",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "stream_options",
    "truncation",
    "client_metadata",
    "access_programs",
    "background_options",
];

/// The body of a Responses request as that of a chat request, and what its answer must know of it.
///
/// `edits` name the upstream's model, the output cap and the field that holds it, and whether the
/// upstream can be asked for the usage of a stream.
pub fn responses_to_chat(body: &[u8], edits: &Edits<'_>) -> Result<(Bytes, Arc<Asked>), Problem> {
    let mut request = Object::of_body(body)?;
    let mut asked = Asked::of(request.members());
    let model = request.required_text("model")?;
    let mut chat = Map::new();
    chat.insert("model".into(), edits.model.unwrap_or(&model).into());
    if let Some(cap) = edits.output_cap.or(request.count("max_output_tokens")?) {
        chat.insert(edits.cap_field.name().into(), cap.into());
    }
    kept_elsewhere(&mut request)?;
    let instructions = request.text("instructions")?;
    let input = request.take("input").ok_or_else(|| missing("input"))?;
    let mut tools = tools::functions(request.list("tools")?.unwrap_or_default(), &mut asked)?;
    let messages = items_to_chat::of(instructions, input)?;
    chat.insert("messages".into(), messages.into());
    if request.flag("stream")? == Some(true) {
        chat.insert("stream".into(), true.into());
        if edits.include_usage {
            chat.insert("stream_options".into(), json!({"include_usage": true}));
        }
    }
    tools::choice(&mut request, &mut tools, &mut chat)?;
    if !tools.is_empty() {
        chat.insert("tools".into(), tools.into());
    }
    reasoning(&mut request, &mut chat)?;
    text(&mut request, &mut chat)?;
    options(&mut request, &mut chat)?;
    request.finish()?;
    Ok((Value::Object(chat).to_string().into(), Arc::new(asked)))
}

/// A conversation, a template or an answer that a provider keeps is at no other.
fn kept_elsewhere(request: &mut Object) -> Result<(), Problem> {
    for name in ["previous_response_id", "conversation", "prompt"] {
        if request.take(name).is_some() {
            let problem = cannot_carry(name);
            return Err(problem.with_hint("Leave it out and send the whole conversation in `input`."));
        }
    }
    request.leave_out_if("background", |value| value == false)?;
    if request.take("store").is_some_and(|value| value != false) {
        return Err(cannot_carry("store").with_hint("Send `\"store\": false`: no answer is kept here."));
    }
    request.leave_out_if("context_management", |value| value == &json!([]))
}

fn reasoning(request: &mut Object, chat: &mut Map<String, Value>) -> Result<(), Problem> {
    let Some(mut reasoning) = request.object("reasoning")? else {
        return Ok(());
    };
    if let Some(effort) = reasoning.text("effort")? {
        chat.insert("reasoning_effort".into(), effort.into());
    }
    // Thoughts are told wherever the model tells them; which of the earlier ones it sees is its own
    // business there.
    reasoning.leave_out(&["summary", "generate_summary", "context"]);
    reasoning.leave_out_if("mode", |value| value == "standard")?;
    reasoning.finish()
}

fn text(request: &mut Object, chat: &mut Map<String, Value>) -> Result<(), Problem> {
    let Some(mut text) = request.object("text")? else {
        return Ok(());
    };
    text.leave_out(&["verbosity"]);
    if let Some(mut format) = text.object("format")? {
        let made = match format.required_text("type")?.as_str() {
            "text" => None,
            "json_object" => Some(json!({"type": "json_object"})),
            "json_schema" => Some(json!({"type": "json_schema", "json_schema": schema(&mut format)?})),
            _ => return Err(cannot_carry("text.format.type")),
        };
        format.finish()?;
        if let Some(made) = made {
            chat.insert("response_format".into(), made);
        }
    }
    text.finish()
}

fn schema(format: &mut Object) -> Result<Value, Problem> {
    let mut made = Map::new();
    made.insert("name".into(), format.required_text("name")?.into());
    let schema = format
        .take("schema")
        .ok_or_else(|| missing("text.format.schema"))?;
    made.insert("schema".into(), schema);
    if let Some(description) = format.text("description")? {
        made.insert("description".into(), description.into());
    }
    if let Some(strict) = format.flag("strict")? {
        made.insert("strict".into(), strict.into());
    }
    Ok(made.into())
}

fn options(request: &mut Object, chat: &mut Map<String, Value>) -> Result<(), Problem> {
    for name in ["temperature", "top_p"] {
        if let Some(number) = request.number(name)? {
            chat.insert(name.into(), number.into());
        }
    }
    let user = request.text("user")?;
    if let Some(user) = request.text("safety_identifier")?.or(user) {
        chat.insert("user".into(), user.into());
    }
    likelihoods(request)?;
    // The cheapest of what is offered is a wish about the price, never worse than the usual one.
    request.leave_out_if("service_tier", |value| {
        matches!(value.as_str(), Some("auto" | "default" | "flex"))
    })?;
    request.leave_out(&LEFT_OUT);
    Ok(())
}

/// How likely each token was is not told by most models, so who asks for it is told at once.
fn likelihoods(request: &mut Object) -> Result<(), Problem> {
    request.leave_out_if("top_logprobs", |value| value == 0)?;
    let include = request.list("include")?.unwrap_or_default();
    if include
        .iter()
        .any(|value| value == "message.output_text.logprobs")
    {
        return Err(cannot_carry("include"));
    }
    if include.iter().all(Value::is_string) {
        Ok(())
    } else {
        Err(wrong("include", "a list of texts"))
    }
}

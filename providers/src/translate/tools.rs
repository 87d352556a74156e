//! Tools, and which of them the model may or must call.

use protocol::Problem;
use serde_json::{Map, Value, json};

use super::object::{Object, cannot_carry};
use crate::invalid::wrong;

/// The definitions of a chat request in Anthropic's form.
pub(super) fn to_messages(tools: Vec<Value>) -> Result<Vec<Value>, Problem> {
    let translated = tools.into_iter().enumerate().map(|(index, tool)| {
        let mut tool = Object::of(tool, format!("tools[{index}]"))?;
        if tool.text("type")?.is_some_and(|kind| kind != "function") {
            return Err(cannot_carry(&tool.path("type")));
        }
        let mut function = tool.required_object("function")?;
        tool.finish()?;
        let mut made = definition(&mut function)?;
        let schema = function.take("parameters");
        // A function without parameters has none there; here an empty object is demanded.
        let schema = schema.unwrap_or_else(|| json!({"type": "object", "properties": {}}));
        made.insert("input_schema".into(), schema);
        function.finish()?;
        Ok(made.into())
    });
    translated.collect()
}

/// The definitions of a messages request in OpenAI's form.
pub(super) fn to_chat(tools: Vec<Value>) -> Result<Vec<Value>, Problem> {
    let translated = tools.into_iter().enumerate().map(|(index, tool)| {
        let mut tool = Object::of(tool, format!("tools[{index}]"))?;
        if tool.text("type")?.is_some_and(|kind| kind != "custom") {
            return Err(cannot_carry(&tool.path("type")));
        }
        let mut function = definition(&mut tool)?;
        if let Some(schema) = tool.take("input_schema") {
            function.insert("parameters".into(), schema);
        }
        // About caching, examples and when to send what: nothing that changes what the tool is.
        tool.leave_out(&[
            "cache_control",
            "input_examples",
            "eager_input_streaming",
            "defer_loading",
            "allowed_callers",
        ]);
        tool.finish()?;
        Ok(json!({"type": "function", "function": function}))
    });
    translated.collect()
}

/// What both dialects call by the same names.
fn definition(tool: &mut Object) -> Result<Map<String, Value>, Problem> {
    let mut made = Map::new();
    made.insert("name".into(), tool.required_text("name")?.into());
    if let Some(description) = tool.text("description")? {
        made.insert("description".into(), description.into());
    }
    if tool.flag("strict")? == Some(true) {
        made.insert("strict".into(), true.into());
    }
    Ok(made)
}

/// `tool_choice` and `parallel_tool_calls` in Anthropic's form.
pub(super) fn choice_to_messages(chat: &mut Object, has_tools: bool) -> Result<Option<Value>, Problem> {
    let parallel = chat.flag("parallel_tool_calls")?.unwrap_or(true);
    let mut choice = match chat.take("tool_choice") {
        None if parallel => return Ok(None),
        None => json!({"type": "auto"}),
        Some(Value::String(word)) => match word.as_str() {
            "auto" | "none" => json!({"type": word}),
            "required" => json!({"type": "any"}),
            _ => return Err(wrong("tool_choice", "`auto`, `none`, `required` or a function")),
        },
        Some(value) => {
            let mut named = Object::of(value, "tool_choice")?;
            if named.required_text("type")? != "function" {
                return Err(cannot_carry("tool_choice"));
            }
            let mut function = named.required_object("function")?;
            let name = function.required_text("name")?;
            function.finish()?;
            named.finish()?;
            json!({"type": "tool", "name": name})
        }
    };
    if !has_tools {
        // Without tools these two say what holds anyway, and the upstream would refuse them.
        return match choice["type"].as_str() {
            Some("auto" | "none") => Ok(None),
            _ => Err(wrong("tool_choice", "left out where there are no tools")),
        };
    }
    if !parallel && choice["type"] != "none" {
        choice["disable_parallel_tool_use"] = true.into();
    }
    Ok(Some(choice))
}

/// `tool_choice` in OpenAI's form, written into the request.
pub(super) fn choice_to_chat(
    messages: &mut Object,
    has_tools: bool,
    chat: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let Some(mut choice) = messages.object("tool_choice")? else {
        return Ok(());
    };
    let word = match choice.required_text("type")?.as_str() {
        "auto" => json!("auto"),
        "none" => json!("none"),
        "any" => json!("required"),
        "tool" => json!({"type": "function", "function": {"name": choice.required_text("name")?}}),
        _ => {
            return Err(wrong("tool_choice.type", "`auto`, `none`, `any` or `tool`"));
        }
    };
    let is_single = choice.flag("disable_parallel_tool_use")?.unwrap_or(false);
    choice.finish()?;
    if has_tools {
        chat.insert("tool_choice".into(), word);
        if is_single {
            chat.insert("parallel_tool_calls".into(), false.into());
        }
    } else if word != "auto" && word != "none" {
        return Err(wrong("tool_choice", "left out where there are no tools"));
    }
    Ok(())
}

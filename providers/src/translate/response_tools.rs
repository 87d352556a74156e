//! The tools of a Responses request in chat's form, where every tool is a function.

use protocol::Problem;
use serde_json::{Map, Value, json};

use super::{
    asked::{Asked, CUSTOM_INPUT, Called},
    object::{Object, cannot_carry},
};
use crate::invalid::wrong;

/// The longest name of a function in the other dialects.
const NAME_BYTES_MAX: usize = 64;

/// The functions of a request. What each is called by is noted in `asked`.
pub(super) fn functions(tools: Vec<Value>, asked: &mut Asked) -> Result<Vec<Value>, Problem> {
    let mut made = Vec::with_capacity(tools.len());
    for (index, tool) in tools.into_iter().enumerate() {
        let path = format!("tools[{index}]");
        let mut tool = Object::of(tool, path.as_str())?;
        match tool.required_text("type")?.as_str() {
            "namespace" => namespace(tool, &path, asked, &mut made)?,
            kind => made.push(function(kind, tool, None, asked)?),
        }
    }
    Ok(made)
}

fn namespace(mut tool: Object, path: &str, asked: &mut Asked, made: &mut Vec<Value>) -> Result<(), Problem> {
    let name = tool.required_text("name")?;
    let about = tool.text("description")?.unwrap_or_default();
    let inner = tool.list("tools")?.unwrap_or_default();
    tool.finish()?;
    for (index, tool) in inner.into_iter().enumerate() {
        let mut tool = Object::of(tool, format!("{path}.tools[{index}]"))?;
        let kind = tool.required_text("type")?;
        made.push(function(&kind, tool, Some((&name, &about)), asked)?);
    }
    Ok(())
}

/// One tool; of a namespace with its name and what it is about.
fn function(
    kind: &str,
    mut tool: Object,
    namespace: Option<(&str, &str)>,
    asked: &mut Asked,
) -> Result<Value, Problem> {
    let is_custom = match kind {
        "function" => false,
        "custom" => true,
        _ => return Err(cannot_carry(&tool.path("type"))),
    };
    let own = tool.required_text("name")?;
    let flat = flat_name(namespace.map(|(name, _)| name), &own);
    if flat.len() > NAME_BYTES_MAX {
        return Err(wrong(&tool.path("name"), "shorter for this model"));
    }
    let mut made = Map::new();
    made.insert("name".into(), flat.as_str().into());
    let mut about: Vec<String> = namespace
        .map(|(_, about)| about.to_owned())
        .into_iter()
        .chain(tool.text("description")?)
        .filter(|text| !text.is_empty())
        .collect();
    if is_custom {
        about.extend(grammar(&mut tool)?);
        made.insert("parameters".into(), custom_parameters());
    } else {
        if let Some(parameters) = tool.take("parameters") {
            made.insert("parameters".into(), parameters);
        }
        if tool.flag("strict")? == Some(true) {
            made.insert("strict".into(), true.into());
        }
    }
    if !about.is_empty() {
        made.insert("description".into(), about.join("\n\n").into());
    }
    // About when to send what, and what comes back: nothing that changes what the tool is.
    tool.leave_out(&["defer_loading", "allowed_callers", "output_schema"]);
    tool.leave_out_if("async", |value| value == false)?;
    let path = tool.path("name");
    tool.finish()?;
    let called = Called {
        name: own,
        namespace: namespace.map(|(name, _)| name.to_owned()),
        is_custom,
    };
    // Every name is noted, so that a second one is noticed.
    if asked.names.insert(flat, called).is_some() {
        return Err(wrong(&path, "a name that no other tool has"));
    }
    Ok(json!({"type": "function", "function": made}))
}

/// The name under which a tool of a namespace is known to a model without namespaces.
pub(super) fn flat_name(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}__{name}"),
        None => name.to_owned(),
    }
}

fn custom_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {CUSTOM_INPUT: {"type": "string", "description": "The whole input of the tool."}},
        "required": [CUSTOM_INPUT],
        "additionalProperties": false,
    })
}

/// A grammar binds the model there; here it can only be told of it.
fn grammar(tool: &mut Object) -> Result<Option<String>, Problem> {
    let Some(mut format) = tool.object("format")? else {
        return Ok(None);
    };
    let told = match format.required_text("type")?.as_str() {
        "text" => None,
        "grammar" => {
            let syntax = format.required_text("syntax")?;
            let definition = format.required_text("definition")?;
            Some(format!(
                "`{CUSTOM_INPUT}` must follow this grammar ({syntax}):\n{definition}"
            ))
        }
        _ => return Err(cannot_carry(&format.path("type"))),
    };
    format.finish()?;
    Ok(told)
}

/// `tool_choice` and `parallel_tool_calls`, written into the request. A choice of allowed tools
/// leaves the others out.
pub(super) fn choice(
    request: &mut Object,
    tools: &mut Vec<Value>,
    chat: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let is_single = request.flag("parallel_tool_calls")? == Some(false);
    let word = match request.take("tool_choice") {
        None => None,
        Some(Value::String(word)) => match word.as_str() {
            "auto" | "none" | "required" => Some(Value::from(word)),
            _ => return Err(wrong("tool_choice", "`auto`, `none`, `required` or a function")),
        },
        Some(value) => Some(named(Object::of(value, "tool_choice")?, tools)?),
    };
    if tools.is_empty() {
        let holds_anyway = |word: &Value| word == "auto" || word == "none";
        return match word {
            Some(word) if !holds_anyway(&word) => {
                Err(wrong("tool_choice", "left out where there are no tools"))
            }
            _ => Ok(()),
        };
    }
    // What holds by default is not said: some servers do not know the word.
    if let Some(word) = word.filter(|word| word != "auto") {
        chat.insert("tool_choice".into(), word);
    }
    if is_single {
        chat.insert("parallel_tool_calls".into(), false.into());
    }
    Ok(())
}

fn named(mut choice: Object, tools: &mut Vec<Value>) -> Result<Value, Problem> {
    let made = match choice.required_text("type")?.as_str() {
        "function" | "custom" => {
            let name = choice_name(&mut choice)?;
            json!({"type": "function", "function": {"name": name}})
        }
        "allowed_tools" => {
            let mode = choice.required_text("mode")?;
            if mode != "auto" && mode != "required" {
                return Err(wrong("tool_choice.mode", "`auto` or `required`"));
            }
            let mut allowed = Vec::new();
            for (index, tool) in choice.list("tools")?.unwrap_or_default().into_iter().enumerate() {
                let mut tool = Object::of(tool, format!("tool_choice.tools[{index}]"))?;
                tool.leave_out(&["type"]);
                allowed.push(choice_name(&mut tool)?);
                tool.finish()?;
            }
            tools.retain(|tool| {
                let name = tool["function"]["name"].as_str();
                name.is_some_and(|name| allowed.iter().any(|one| one == name))
            });
            mode.into()
        }
        _ => return Err(cannot_carry("tool_choice.type")),
    };
    choice.finish()?;
    Ok(made)
}

fn choice_name(choice: &mut Object) -> Result<String, Problem> {
    let namespace = choice.text("namespace")?;
    Ok(flat_name(namespace.as_deref(), &choice.required_text("name")?))
}

//! Filling the middle: how a completion with text before and behind the cursor reaches a model.
//!
//! [`FimWay::forward`] turns `POST /v1/completions` into what an upstream understands, and
//! [`AnswerShape`] says whether its answer must be turned back ([`StreamTranslator`],
//! [`translate_answer`]).

mod context;
mod fence;
mod instruction;
mod template;
mod translate;

use bytes::Bytes;

use crate::openai::{CompletionRequest, Edits};

pub use template::{Template, by_name, family};
pub use translate::{StreamTranslator, translate_answer};

/// The beta route refuses to write more.
const BETA_OUTPUT_MAX: u64 = 4_096;

/// How a completion reaches a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FimWay {
    /// The upstream's `/completions` takes `suffix` itself.
    Native,
    /// The upstream has a route of its own, `/fim/completions`, that answers like chat.
    FimRoute,
    /// The upstream's completions are on a route of its own, `/beta/completions`, and take `suffix`.
    BetaRoute,
    /// A raw completion with the model family's marks around the texts.
    Template(&'static Template),
    /// A chat model is asked to fill the hole.
    ChatInstruction,
    /// The same for a hole, while a plain continuation goes to the upstream's own `/completions`.
    ChatForHoles,
    /// Our own upstream, which takes suffix and context as the client sent them.
    Builtin,
}

/// The form in which the upstream will answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerShape {
    /// As the client expects it; bytes pass unchanged.
    Completion,
    /// Chat; to be translated.
    Chat,
}

/// What to send, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Behind the upstream's base URL.
    pub path: &'static str,
    pub body: Bytes,
    pub answer: AnswerShape,
}

/// For which models an upstream takes a suffix by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeSuffix {
    Never,
    /// For the families that were trained for it.
    Families,
    Always,
    /// On a route of its own, for models whose names contain one of these.
    FimRoute(&'static [&'static str]),
    /// On the beta route, for models whose names contain one of these.
    BetaRoute(&'static [&'static str]),
}

impl FimWay {
    /// The way for a model where the configuration names none: native where the upstream has it,
    /// else by its family's template, else as a chat instruction.
    pub fn for_model(model: &str, native: NativeSuffix, speaks_completions: bool) -> Self {
        let family = family(model);
        let is_native = match native {
            NativeSuffix::Never | NativeSuffix::FimRoute(_) | NativeSuffix::BetaRoute(_) => false,
            NativeSuffix::Families => family.is_some(),
            NativeSuffix::Always => true,
        };
        match (native, family) {
            (NativeSuffix::FimRoute(models), _) if models.iter().any(|name| model.contains(name)) => {
                Self::FimRoute
            }
            (NativeSuffix::BetaRoute(models), _) if models.iter().any(|name| model.contains(name)) => {
                Self::BetaRoute
            }
            _ if !speaks_completions => Self::ChatInstruction,
            _ if is_native => Self::Native,
            (_, Some(template)) => Self::Template(template),
            (_, None) => Self::ChatForHoles,
        }
    }

    /// A configured way: `native`, `fim`, `beta`, `chat` or a template's name.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "native" => Some(Self::Native),
            "fim" => Some(Self::FimRoute),
            "beta" => Some(Self::BetaRoute),
            "chat" => Some(Self::ChatInstruction),
            name => by_name(name).map(Self::Template),
        }
    }

    /// The request in the form that this way needs.
    ///
    /// Without suffix and context a completion is a plain continuation, which needs no marks.
    pub fn forward(self, request: &CompletionRequest<'_>, edits: &Edits<'_>) -> Forward {
        match self {
            Self::Native => completion(native(request, edits)),
            Self::Template(_) | Self::ChatForHoles if is_plain(request) => completion(request.rewrite(edits)),
            Self::Template(template) => completion(with_template(template, request, edits)),
            Self::FimRoute => Forward {
                path: "/fim/completions",
                body: native(request, edits),
                answer: AnswerShape::Chat,
            },
            Self::BetaRoute => Forward {
                path: "/beta/completions",
                body: native(
                    request,
                    &Edits {
                        output_cap: edits.output_cap.map(|cap| cap.min(BETA_OUTPUT_MAX)),
                        ..*edits
                    },
                ),
                answer: AnswerShape::Completion,
            },
            Self::Builtin => completion(request.rewrite_with_context(edits)),
            Self::ChatInstruction | Self::ChatForHoles => Forward {
                path: "/chat/completions",
                body: instruction::chat_body(request, edits),
                answer: AnswerShape::Chat,
            },
        }
    }
}

fn completion(body: Bytes) -> Forward {
    Forward {
        path: "/completions",
        body,
        answer: AnswerShape::Completion,
    }
}

fn is_plain(request: &CompletionRequest<'_>) -> bool {
    request.suffix.is_none() && request.context.is_empty()
}

fn native(request: &CompletionRequest<'_>, edits: &Edits<'_>) -> Bytes {
    if request.context.is_empty() {
        return request.rewrite(edits);
    }
    let mut splice = request.edited(edits);
    let prompt = context::as_comments(&request.context) + &request.prompt;
    splice.set("prompt", quote(&prompt));
    splice.finish()
}

fn with_template(template: &Template, request: &CompletionRequest<'_>, edits: &Edits<'_>) -> Bytes {
    let mut splice = request.edited(edits);
    let suffix = request.suffix.as_deref().unwrap_or_default();
    let (prompt, stops) = template.render(&request.prompt, suffix, &request.context);
    let all: Vec<&str> = request
        .stop
        .iter()
        .map(AsRef::as_ref)
        .chain(stops.iter().copied())
        .collect();
    splice.set("prompt", quote(&prompt));
    splice.remove("suffix");
    splice.set("stop", serde_json::Value::from(all).to_string());
    splice.finish()
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const BODY: &str =
        r#"{"model":"coder","prompt":"a = ","suffix":"\nb","stop":["\n\n"],"max_tokens":9,"stream":true}"#;

    fn forward(way: FimWay, body: &str) -> (Forward, Value) {
        let request = CompletionRequest::parse(body.as_bytes()).unwrap();
        let forward = way.forward(&request, &Edits::default());
        let sent = serde_json::from_slice(&forward.body).unwrap();
        (forward, sent)
    }

    #[test]
    fn native_keeps_the_body() {
        let body = r#"{"model":"coder","prompt":"a = ","suffix":"\nb"}"#;
        let (forward, _) = forward(FimWay::Native, body);
        assert_eq!(forward.body, body);
        assert_eq!(
            (forward.path, forward.answer),
            ("/completions", AnswerShape::Completion)
        );
    }

    #[test]
    fn native_shows_other_files_as_comments() {
        let body = r#"{"model":"m","prompt":"x","context":[{"path":"a.py","text":"y = 1\n"}]}"#;
        let (_, sent) = forward(FimWay::Native, body);
        assert_eq!(sent["prompt"], "# a.py\n# y = 1\n\nx");
        assert!(sent.get("context").is_none());
    }

    #[test]
    fn a_template_replaces_prompt_and_suffix_and_adds_its_stops() {
        let way = FimWay::for_model("Qwen/Qwen2.5-Coder-1.5B", NativeSuffix::Never, true);
        let (_, sent) = forward(way, BODY);
        assert_eq!(
            sent["prompt"],
            "<|fim_prefix|>a = <|fim_suffix|>\nb<|fim_middle|>"
        );
        assert!(sent.get("suffix").is_none());
        let stops: Vec<&str> = sent["stop"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(stops[..2], ["\n\n", "<|endoftext|>"]);
        assert_eq!(sent["max_tokens"], 9);
        let plain = r#"{"model":"coder","prompt":"a = "}"#;
        assert_eq!(forward(way, plain).0.body, plain);
    }

    #[test]
    fn an_unknown_model_gets_plain_continuations_as_they_are() {
        let plain = r#"{"model":"coder","prompt":"a = "}"#;
        let (sent, _) = forward(FimWay::ChatForHoles, plain);
        assert_eq!(
            (sent.path, sent.body.as_ref()),
            ("/completions", plain.as_bytes())
        );
        let (sent, body) = forward(FimWay::ChatForHoles, BODY);
        assert_eq!((sent.path, sent.answer), ("/chat/completions", AnswerShape::Chat));
        assert!(body["messages"].is_array());
    }

    #[test]
    fn the_way_follows_from_model_and_upstream() {
        let starcoder = FimWay::by_name("starcoder").unwrap();
        let fim_route = NativeSuffix::FimRoute(&["codestral"]);
        for (model, native, speaks_completions, way) in [
            ("gpt-4o", NativeSuffix::Never, false, FimWay::ChatInstruction),
            ("gpt-4o", NativeSuffix::Never, true, FimWay::ChatForHoles),
            ("starcoder2:3b", NativeSuffix::Never, true, starcoder),
            (
                "starcoder2:3b",
                NativeSuffix::Never,
                false,
                FimWay::ChatInstruction,
            ),
            ("starcoder2:3b", NativeSuffix::Families, true, FimWay::Native),
            ("llama3.2", NativeSuffix::Families, true, FimWay::ChatForHoles),
            ("whatever", NativeSuffix::Always, true, FimWay::Native),
            ("codestral-latest", fim_route, false, FimWay::FimRoute),
            ("mistral-small", fim_route, false, FimWay::ChatInstruction),
        ] {
            assert_eq!(
                FimWay::for_model(model, native, speaks_completions),
                way,
                "{model} {native:?}"
            );
        }
        assert_eq!(FimWay::by_name("chat"), Some(FimWay::ChatInstruction));
        assert_eq!(FimWay::by_name("nonsense"), None);
    }
}

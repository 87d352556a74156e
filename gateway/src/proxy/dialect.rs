//! The two routes of the OpenAI dialect that cost money, behind one face.

use bytes::Bytes;
use protocol::{Problem, RequestKind, api::Capability};
use providers::{
    fim::AnswerShape,
    openai::{ChatRequest, CompletionRequest, Edits, Unbounded},
};

use crate::catalogue::Route;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Chat,
    Completions,
}

impl Dialect {
    /// What is spoken at a path, if it is a hot route.
    pub fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/completions" => Some(Self::Completions),
            _ => None,
        }
    }

    pub const fn kind(self) -> RequestKind {
        match self {
            Self::Chat => RequestKind::Chat,
            Self::Completions => RequestKind::Completion,
        }
    }

    pub const fn capability(self) -> Capability {
        match self {
            Self::Chat => Capability::Chat,
            Self::Completions => Capability::Completion,
        }
    }

    /// The fewest output tokens that are worth sending a request for.
    pub const fn useful_output(self) -> u64 {
        match self {
            Self::Chat => 256,
            Self::Completions => 16,
        }
    }
}

/// What a client asked for, read once from its body.
pub(super) enum Parsed<'a> {
    Chat(ChatRequest<'a>),
    Completion(CompletionRequest<'a>),
}

/// What goes to the upstream.
pub(super) struct Forward {
    /// Behind the upstream's base URL.
    pub path: &'static str,
    pub body: Bytes,
    /// The answer is chat and has to become a completion.
    pub is_translated: bool,
}

impl<'a> Parsed<'a> {
    pub(super) fn read(dialect: Dialect, body: &'a [u8]) -> Result<Self, Problem> {
        Ok(match dialect {
            Dialect::Chat => Self::Chat(ChatRequest::parse(body)?),
            Dialect::Completions => Self::Completion(CompletionRequest::parse(body)?),
        })
    }

    pub(super) fn model(&self) -> &str {
        match self {
            Self::Chat(request) => &request.model,
            Self::Completion(request) => &request.model,
        }
    }

    pub(super) fn is_stream(&self) -> bool {
        match self {
            Self::Chat(request) => request.stream,
            Self::Completion(request) => request.stream,
        }
    }

    pub(super) fn asked_for_usage(&self) -> bool {
        match self {
            Self::Chat(request) => request.include_usage,
            Self::Completion(request) => request.include_usage,
        }
    }

    pub(super) fn output_cap(&self) -> Option<u64> {
        match self {
            Self::Chat(request) => request.output_cap,
            Self::Completion(request) => request.output_cap,
        }
        .map(|(_, cap)| cap)
    }

    pub(super) fn choices(&self) -> u64 {
        match self {
            Self::Chat(request) => request.choices,
            Self::Completion(request) => request.choices,
        }
    }

    pub(super) fn input_bytes(&self) -> u64 {
        match self {
            Self::Chat(request) => request.input_bytes,
            Self::Completion(request) => request.input_bytes,
        }
    }

    pub(super) fn unbounded(&self) -> Option<&Unbounded> {
        match self {
            Self::Chat(request) => request.unbounded.as_ref(),
            Self::Completion(request) => request.unbounded.as_ref(),
        }
    }

    pub(super) fn input_bound(&self, forwarded: &Bytes) -> u64 {
        match self {
            Self::Chat(request) => request.input_bound(forwarded.len()),
            Self::Completion(request) => request.input_bound(forwarded.len()),
        }
    }

    /// The body for the route's upstream, with this output cap.
    pub(super) fn forward(&self, route: &Route, cap: u64) -> Forward {
        let edits = Edits {
            model: Some(&route.upstream_model),
            output_cap: Some(cap),
            cap_field: route.upstream.cap_field,
            include_usage: route.upstream.takes_stream_options,
        };
        match self {
            Self::Chat(request) => Forward {
                path: "/chat/completions",
                body: request.rewrite(&edits),
                is_translated: false,
            },
            Self::Completion(request) => {
                let forward = route.fim.forward(request, &edits);
                Forward {
                    path: forward.path,
                    body: forward.body,
                    is_translated: forward.answer == AnswerShape::Chat,
                }
            }
        }
    }
}

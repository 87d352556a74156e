//! The routes that cost money, behind one face.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use protocol::{Code, Problem, RequestKind, api::Capability};
use providers::{
    anthropic::{self, CacheTtl, MessagesRequest},
    catalogue::Dialect as Spoken,
    fim::AnswerShape,
    image::Images,
    openai::{self, ChatRequest, CompletionRequest, Edits, EmbeddingRequest, Unbounded},
    translate,
};

use super::shape::Shape;
use crate::catalogue::Route;

/// Both vendors' clients obey it; by the status alone they would repeat what will not change.
pub(super) const SHOULD_RETRY: &str = "x-should-retry";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Chat,
    Completions,
    Embeddings,
    /// Anthropic's.
    Messages,
}

impl Dialect {
    /// What is spoken at a path, if it is a hot route.
    pub fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/completions" => Some(Self::Completions),
            "/v1/embeddings" => Some(Self::Embeddings),
            "/v1/messages" => Some(Self::Messages),
            _ => None,
        }
    }

    pub const fn kind(self) -> RequestKind {
        match self {
            Self::Chat | Self::Messages => RequestKind::Chat,
            Self::Completions => RequestKind::Completion,
            Self::Embeddings => RequestKind::Embedding,
        }
    }

    pub const fn capability(self) -> Capability {
        match self {
            Self::Chat | Self::Messages => Capability::Chat,
            Self::Completions => Capability::Completion,
            Self::Embeddings => Capability::Embedding,
        }
    }

    /// The fewest output tokens that are worth sending a request for.
    pub const fn useful_output(self) -> u64 {
        match self {
            Self::Chat | Self::Messages => 256,
            Self::Completions => 16,
            Self::Embeddings => 1,
        }
    }

    /// Whether an upstream that speaks so can serve it, translated if need be.
    pub(super) fn is_served_by(self, spoken: Spoken) -> bool {
        matches!(self, Self::Chat | Self::Messages) || spoken == Spoken::OpenAi
    }

    /// A refusal in the shape that its clients read.
    pub fn refuse(self, problem: &Problem) -> Response<Bytes> {
        let mut response = Response::new(match self {
            Self::Chat | Self::Completions | Self::Embeddings => openai::error_body(problem),
            Self::Messages => anthropic::error_body(problem),
        });
        let status = StatusCode::from_u16(problem.code.http_status());
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let retries = if anthropic::should_retry(problem.code) {
            "true"
        } else {
            "false"
        };
        headers.insert(SHOULD_RETRY, HeaderValue::from_static(retries));
        response
    }
}

/// What a client asked for, read once from its body.
pub(super) enum Parsed<'a> {
    Chat(ChatRequest<'a>),
    Completion(CompletionRequest<'a>),
    Embedding(EmbeddingRequest<'a>),
    Messages(MessagesRequest<'a>),
}

/// What goes to the upstream.
pub(super) struct Forward {
    /// Behind the upstream's base URL.
    pub path: &'static str,
    pub body: Bytes,
    /// The most input tokens that the body can be.
    pub input_bound: u64,
    pub shape: Shape,
}

impl<'a> Parsed<'a> {
    pub(super) fn read(dialect: Dialect, body: &'a [u8]) -> Result<Self, Problem> {
        Ok(match dialect {
            Dialect::Chat => Self::Chat(ChatRequest::parse(body)?),
            Dialect::Completions => Self::Completion(CompletionRequest::parse(body)?),
            Dialect::Embeddings => Self::Embedding(EmbeddingRequest::parse(body)?),
            Dialect::Messages => Self::Messages(MessagesRequest::parse(body)?),
        })
    }

    pub(super) fn model(&self) -> &str {
        match self {
            Self::Chat(request) => &request.model,
            Self::Completion(request) => &request.model,
            Self::Embedding(request) => &request.model,
            Self::Messages(request) => &request.model,
        }
    }

    pub(super) fn is_stream(&self) -> bool {
        match self {
            Self::Chat(request) => request.stream,
            Self::Completion(request) => request.stream,
            Self::Embedding(_) => false,
            Self::Messages(request) => request.stream,
        }
    }

    pub(super) fn asked_for_usage(&self) -> bool {
        match self {
            Self::Chat(request) => request.include_usage,
            Self::Completion(request) => request.include_usage,
            Self::Embedding(_) => false,
            Self::Messages(_) => true,
        }
    }

    pub(super) fn output_cap(&self) -> Option<u64> {
        match self {
            Self::Chat(request) => request.output_cap.map(|(_, cap)| cap),
            Self::Completion(request) => request.output_cap.map(|(_, cap)| cap),
            // Nothing is generated; one token keeps the sums from being about nothing.
            Self::Embedding(_) => Some(1),
            Self::Messages(request) => Some(request.max_tokens),
        }
    }

    pub(super) fn choices(&self) -> u64 {
        match self {
            Self::Chat(request) => request.choices,
            Self::Completion(request) => request.choices,
            Self::Embedding(_) | Self::Messages(_) => 1,
        }
    }

    pub(super) fn input_bytes(&self) -> u64 {
        match self {
            Self::Chat(request) => request.input_bytes,
            Self::Completion(request) => request.input_bytes,
            Self::Embedding(request) => request.input_bytes,
            Self::Messages(request) => request.input_bytes,
        }
    }

    /// What it shows the model.
    pub(super) fn images(&self) -> Option<&Images> {
        match self {
            Self::Chat(request) => Some(&request.images),
            Self::Messages(request) => Some(request.images()),
            Self::Completion(_) | Self::Embedding(_) => None,
        }
    }

    /// Why no price by the token bounds what it costs at a route.
    pub(super) fn unbounded(&self, route: &Route) -> Option<Problem> {
        let found = match self {
            Self::Chat(request) => request.unbounded.map(Unbounded::problem),
            Self::Completion(request) => request.unbounded.map(Unbounded::problem),
            Self::Embedding(_) => None,
            Self::Messages(request) => {
                let for_an_hour = request.cache_writes == Some(CacheTtl::OneHour);
                request.unbounded.map(Unbounded::problem).or_else(|| {
                    for_an_hour.then(|| {
                        Problem::new(
                            Code::InvalidRequest,
                            "This gateway has no price for a prompt cache of one hour.",
                        )
                        .with_hint("Leave `ttl` out of `cache_control`.")
                    })
                })
            }
        };
        let sees_too_much = |images: &Images| images.tokens(route.images).is_none();
        found.or_else(|| {
            self.images()
                .is_some_and(sees_too_much)
                .then(|| Unbounded::Image.problem())
        })
    }

    fn input_bound(&self, forwarded: &[u8], route: &Route) -> u64 {
        match self {
            Self::Chat(request) => request.input_bound(forwarded.len(), route.images),
            Self::Completion(request) => request.input_bound(forwarded.len()),
            Self::Embedding(request) => request.input_bound(forwarded.len()),
            Self::Messages(request) => request.input_bound(forwarded.len(), route.images),
        }
    }

    /// The bound of what a request was translated into. What only the translation made unbounded is
    /// refused, whatever the price.
    fn bound_of(&self, made: &Parsed<'_>, body: &[u8], route: &Route) -> Result<u64, Problem> {
        match made.unbounded(route) {
            Some(problem) if self.unbounded(route).is_none() => Err(problem),
            _ => Ok(made.input_bound(body, route)),
        }
    }

    /// The body for the route's upstream, with this output cap. What cannot be carried over into
    /// its dialect is an error.
    pub(super) fn forward(&self, body: &[u8], route: &Route, cap: u64) -> Result<Forward, Problem> {
        let edits = Edits {
            model: Some(&route.upstream_model),
            output_cap: Some(cap),
            cap_field: route.upstream.cap_field,
            include_usage: route.upstream.takes_stream_options,
        };
        match (self, route.upstream.dialect) {
            (Self::Chat(request), Spoken::OpenAi) => Ok(chat(request, route, &edits)),
            (Self::Chat(_), Spoken::Anthropic) => {
                let body = translate::chat_to_messages(body, &edits)?;
                let made = Parsed::read(Dialect::Messages, &body)?;
                let input_bound = self.bound_of(&made, &body, route)?;
                drop(made);
                Ok(messages(body, input_bound, Shape::ChatFromMessages))
            }
            (Self::Completion(request), _) => Ok(completion(request, route, &edits)),
            (Self::Embedding(request), _) => {
                let body = request.rewrite(edits.model);
                Ok(Forward {
                    path: "/embeddings",
                    input_bound: request.input_bound(body.len()),
                    body,
                    shape: Shape::OpenAi,
                })
            }
            (Self::Messages(request), Spoken::Anthropic) => {
                let body = request.rewrite(&anthropic::Edits {
                    model: edits.model,
                    max_tokens: edits.output_cap,
                });
                let input_bound = request.input_bound(body.len(), route.images);
                Ok(messages(body, input_bound, Shape::Anthropic))
            }
            (Self::Messages(_), Spoken::OpenAi) => {
                let body = translate::messages_to_chat(body, &edits)?;
                let made = Parsed::read(Dialect::Chat, &body)?;
                let input_bound = self.bound_of(&made, &body, route)?;
                drop(made);
                Ok(Forward {
                    path: "/chat/completions",
                    body,
                    input_bound,
                    shape: Shape::MessagesFromChat,
                })
            }
        }
    }
}

fn chat(request: &ChatRequest<'_>, route: &Route, edits: &Edits<'_>) -> Forward {
    let body = request.rewrite(edits);
    Forward {
        path: "/chat/completions",
        input_bound: request.input_bound(body.len(), route.images),
        body,
        shape: Shape::OpenAi,
    }
}

fn completion(request: &CompletionRequest<'_>, route: &Route, edits: &Edits<'_>) -> Forward {
    let forward = route.fim.forward(request, edits);
    let shape = match forward.answer {
        AnswerShape::Chat => Shape::CompletionFromChat,
        AnswerShape::Completion => Shape::OpenAi,
    };
    Forward {
        path: forward.path,
        input_bound: request.input_bound(forward.body.len()),
        body: forward.body,
        shape,
    }
}

fn messages(body: Bytes, input_bound: u64, shape: Shape) -> Forward {
    Forward {
        path: "/messages",
        body,
        input_bound,
        shape,
    }
}

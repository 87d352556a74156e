//! The routes that cost money, behind one face.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use protocol::{Problem, RequestKind, api::Capability};
use providers::{
    anthropic::{self, CacheTtl, MessagesRequest},
    catalogue::Dialect as Spoken,
    fim::AnswerShape,
    image::Images,
    openai::{
        self, ChatRequest, CompletionRequest, Edits, EmbeddingRequest, Unbounded, responses::ResponsesRequest,
    },
    translate::{self, Asked},
};
use usage::pricing::{Ceiling, ServiceTier};

use super::shape::Shape;
use crate::catalogue::{Route, Upstream};

/// Both vendors' clients obey it; by the status alone they would repeat what will not change.
pub(super) const SHOULD_RETRY: &str = "x-should-retry";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Chat,
    Completions,
    Embeddings,
    /// Anthropic's.
    Messages,
    /// The Responses API.
    Responses,
}

impl Dialect {
    /// What is spoken at a path, if it is a hot route.
    pub fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/completions" => Some(Self::Completions),
            "/v1/embeddings" => Some(Self::Embeddings),
            "/v1/messages" => Some(Self::Messages),
            "/v1/responses" => Some(Self::Responses),
            _ => None,
        }
    }

    /// The name in metrics, logs and traces.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Completions => "completions",
            Self::Embeddings => "embeddings",
            Self::Messages => "messages",
            Self::Responses => "responses",
        }
    }

    pub const fn kind(self) -> RequestKind {
        match self {
            Self::Chat | Self::Messages | Self::Responses => RequestKind::Chat,
            Self::Completions => RequestKind::Completion,
            Self::Embeddings => RequestKind::Embedding,
        }
    }

    pub const fn capability(self) -> Capability {
        match self {
            Self::Chat | Self::Messages | Self::Responses => Capability::Chat,
            Self::Completions => Capability::Completion,
            Self::Embeddings => Capability::Embedding,
        }
    }

    /// The fewest output tokens that are worth sending a request for.
    pub const fn useful_output(self) -> u64 {
        match self {
            Self::Chat | Self::Messages | Self::Responses => 256,
            Self::Completions => 16,
            Self::Embeddings => 1,
        }
    }

    /// Whether an upstream can serve it, translated if need be.
    pub(super) fn is_served_by(self, upstream: &Upstream) -> bool {
        let speaks = upstream.speaks;
        match self {
            Self::Chat | Self::Messages => speaks.chat || speaks.messages,
            Self::Responses => speaks.responses || speaks.chat || speaks.messages,
            // A hole may be filled by a chat.
            Self::Completions => upstream.dialect == Spoken::OpenAi && (speaks.chat || speaks.completions),
            Self::Embeddings => upstream.dialect == Spoken::OpenAi,
        }
    }

    /// Where its clients look for the id of their request.
    pub(super) const fn request_id_header(self) -> &'static str {
        match self {
            Self::Messages => "request-id",
            _ => "x-request-id",
        }
    }

    /// A refusal in the shape that its clients read.
    pub fn refuse(self, problem: &Problem) -> Response<Bytes> {
        let mut response = Response::new(match self {
            Self::Messages => anthropic::error_body(problem),
            _ => openai::error_body(problem),
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
    Responses(ResponsesRequest<'a>),
}

/// What goes to the upstream.
pub(super) struct Forward {
    /// Behind the upstream's base URL.
    pub path: &'static str,
    pub body: Bytes,
    /// The most that it consumes, but for its output.
    pub most: Ceiling,
    pub shape: Shape,
    /// What the answer must know of the request, where it is translated for that.
    pub asked: Option<Arc<Asked>>,
}

impl<'a> Parsed<'a> {
    pub(super) fn read(dialect: Dialect, body: &'a [u8]) -> Result<Self, Problem> {
        Ok(match dialect {
            Dialect::Chat => Self::Chat(ChatRequest::parse(body)?),
            Dialect::Completions => Self::Completion(CompletionRequest::parse(body)?),
            Dialect::Embeddings => Self::Embedding(EmbeddingRequest::parse(body)?),
            Dialect::Messages => Self::Messages(MessagesRequest::parse(body)?),
            Dialect::Responses => Self::Responses(ResponsesRequest::parse(body)?),
        })
    }

    pub(super) fn model(&self) -> &str {
        match self {
            Self::Chat(request) => &request.model,
            Self::Completion(request) => &request.model,
            Self::Embedding(request) => &request.model,
            Self::Messages(request) => &request.model,
            Self::Responses(request) => &request.model,
        }
    }

    pub(super) fn is_stream(&self) -> bool {
        match self {
            Self::Chat(request) => request.stream,
            Self::Completion(request) => request.stream,
            Self::Embedding(_) => false,
            Self::Messages(request) => request.stream,
            Self::Responses(request) => request.stream,
        }
    }

    pub(super) fn asked_for_usage(&self) -> bool {
        match self {
            Self::Chat(request) => request.include_usage,
            Self::Completion(request) => request.include_usage,
            Self::Embedding(_) => false,
            Self::Messages(_) | Self::Responses(_) => true,
        }
    }

    pub(super) fn output_cap(&self) -> Option<u64> {
        match self {
            Self::Chat(request) => request.output_cap.map(|(_, cap)| cap),
            Self::Completion(request) => request.output_cap.map(|(_, cap)| cap),
            // Nothing is generated; one token keeps the sums from being about nothing.
            Self::Embedding(_) => Some(1),
            Self::Messages(request) => Some(request.max_tokens),
            Self::Responses(request) => request.output_cap,
        }
    }

    pub(super) fn choices(&self) -> u64 {
        match self {
            Self::Chat(request) => request.choices,
            Self::Completion(request) => request.choices,
            Self::Embedding(_) | Self::Messages(_) | Self::Responses(_) => 1,
        }
    }

    pub(super) fn input_bytes(&self) -> u64 {
        match self {
            Self::Chat(request) => request.input_bytes,
            Self::Completion(request) => request.input_bytes,
            Self::Embedding(request) => request.input_bytes,
            Self::Messages(request) => request.input_bytes,
            Self::Responses(request) => request.input_bytes,
        }
    }

    pub(super) fn has_tools(&self) -> bool {
        match self {
            Self::Chat(request) => request.has_tools,
            Self::Messages(request) => request.has_tools,
            Self::Responses(request) => request.has_tools(),
            Self::Completion(_) | Self::Embedding(_) => false,
        }
    }

    /// What it shows the model.
    pub(super) fn images(&self) -> Option<&Images> {
        match self {
            Self::Chat(request) => Some(&request.images),
            Self::Messages(request) => Some(request.images()),
            Self::Responses(request) => Some(request.images()),
            Self::Completion(_) | Self::Embedding(_) => None,
        }
    }

    fn tier(&self) -> ServiceTier {
        match self {
            Self::Chat(request) => request.service_tier,
            Self::Completion(request) => request.service_tier,
            Self::Messages(request) => request.service_tier,
            Self::Responses(request) => request.service_tier,
            Self::Embedding(_) => ServiceTier::Standard,
        }
    }

    /// It asks for parts of the input to be kept for an hour.
    fn keeps_for_an_hour(&self) -> bool {
        match self {
            Self::Messages(request) => request.cache_writes == Some(CacheTtl::OneHour),
            Self::Chat(_) | Self::Completion(_) | Self::Embedding(_) | Self::Responses(_) => false,
        }
    }

    /// What neither its bytes nor a price bound.
    fn found(&self, route: &Route) -> Option<Unbounded> {
        let found = match self {
            Self::Chat(request) => request.unbounded,
            Self::Completion(request) => request.unbounded,
            Self::Embedding(_) => None,
            Self::Messages(request) => request.unbounded,
            Self::Responses(request) => request.unbounded,
        };
        let is_blind = || {
            self.images()
                .is_some_and(|images| images.tokens(route.images).is_none())
        };
        found.or_else(|| is_blind().then_some(Unbounded::Image))
    }

    /// Why nothing bounds what it costs at a route.
    pub(super) fn unbounded(&self, route: &Route) -> Option<Problem> {
        let price = route.price.as_ref().map(|pricing| &pricing.price);
        let is_within = |found: Unbounded| found.fits_the_window() && route.window().is_some();
        let found = self.found(route).filter(|found| !is_within(*found));
        let lacks_hour =
            || self.keeps_for_an_hour() && !price.is_some_and(|price| price.knows_hour(self.tier()));
        let lacks_tier = || !price.is_some_and(|price| price.knows_tier(self.tier()));
        found
            .or_else(|| lacks_tier().then_some(Unbounded::ServiceTier))
            .or_else(|| lacks_hour().then_some(Unbounded::HourOfCache))
            .map(Unbounded::problem)
    }

    /// The most that it consumes as it is forwarded, but for its output.
    pub(super) fn ceiling(&self, forwarded: &[u8], route: &Route) -> Ceiling {
        // No model reads more at once than fits into it, and the request is one reading.
        let window = self.found(route).and_then(|_| route.window());
        Ceiling {
            input_tokens: window.unwrap_or_else(|| self.input_bound(forwarded, route)),
            keeps_for_an_hour: self.keeps_for_an_hour(),
            tier: self.tier(),
            ..Ceiling::default()
        }
    }

    fn input_bound(&self, forwarded: &[u8], route: &Route) -> u64 {
        match self {
            Self::Chat(request) => request.input_bound(forwarded.len(), route.images),
            Self::Completion(request) => request.input_bound(forwarded.len()),
            Self::Embedding(request) => request.input_bound(forwarded.len()),
            Self::Messages(request) => request.input_bound(forwarded.len(), route.images),
            Self::Responses(request) => request.input_bound(forwarded.len(), route.images),
        }
    }

    /// The most that a request consumes that was translated into this. What only the translation
    /// made unbounded is refused, whatever the price.
    fn ceiling_of(&self, made: &Parsed<'_>, body: &[u8], route: &Route) -> Result<Ceiling, Problem> {
        match made.unbounded(route) {
            Some(problem) if self.unbounded(route).is_none() => Err(problem),
            _ => Ok(made.ceiling(body, route)),
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
        let speaks = route.upstream.speaks;
        match self {
            Self::Chat(request) if speaks.chat => {
                Ok(self.unchanged("/chat/completions", request.rewrite(&edits), route, Shape::OpenAi))
            }
            Self::Chat(_) => {
                let body = translate::chat_to_messages(body, &edits)?;
                self.made(Dialect::Messages, body, route, Shape::ChatFromMessages)
            }
            Self::Completion(request) => {
                let forward = route.fim.forward(request, &edits);
                let shape = match forward.answer {
                    AnswerShape::Chat => Shape::CompletionFromChat,
                    AnswerShape::Completion => Shape::OpenAi,
                };
                Ok(self.unchanged(forward.path, forward.body, route, shape))
            }
            Self::Embedding(request) => {
                Ok(self.unchanged("/embeddings", request.rewrite(edits.model), route, Shape::OpenAi))
            }
            Self::Messages(request) if speaks.messages => {
                let body = request.rewrite(&anthropic::Edits {
                    model: edits.model,
                    max_tokens: edits.output_cap,
                });
                Ok(self.unchanged("/messages", body, route, Shape::Anthropic))
            }
            Self::Messages(_) => {
                let body = translate::messages_to_chat(body, &edits)?;
                self.made(Dialect::Chat, body, route, Shape::MessagesFromChat)
            }
            Self::Responses(request) if speaks.responses => {
                let body = request.rewrite(edits.model, edits.output_cap);
                Ok(self.unchanged("/responses", body, route, Shape::Responses))
            }
            Self::Responses(_) => {
                let (body, asked) = translate::responses_to_chat(body, &edits)?;
                let mut forward = if speaks.chat {
                    self.made(Dialect::Chat, body, route, Shape::ResponseFromChat)?
                } else {
                    let body = translate::chat_to_messages(&body, &edits)?;
                    self.made(Dialect::Messages, body, route, Shape::ResponseFromMessages)?
                };
                forward.asked = Some(asked);
                Ok(forward)
            }
        }
    }

    /// A request that its upstream understands as it is.
    fn unchanged(&self, path: &'static str, body: Bytes, route: &Route, shape: Shape) -> Forward {
        Forward {
            path,
            most: self.ceiling(&body, route),
            body,
            shape,
            asked: None,
        }
    }

    /// What a request was translated into.
    fn made(&self, dialect: Dialect, body: Bytes, route: &Route, shape: Shape) -> Result<Forward, Problem> {
        let made = Parsed::read(dialect, &body)?;
        let most = self.ceiling_of(&made, &body, route)?;
        drop(made);
        Ok(Forward {
            path: match dialect {
                Dialect::Messages => "/messages",
                _ => "/chat/completions",
            },
            body,
            most,
            shape,
            asked: None,
        })
    }
}

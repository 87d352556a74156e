//! What stands between a client's dialect and its upstream's: how an answer is read, and how it
//! becomes one that the client reads.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{Problem, RequestId};
use providers::{
    answer::{AnswerInfo, EventInfo},
    anthropic::{self, EventScanner},
    fim,
    openai::{self, UpstreamFailure, responses},
    translate::{self, Asked, MessagesToResponse, StreamToChat, StreamToMessages, StreamToResponse},
};

use crate::clock::now_ms;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// OpenAI's on both sides: bytes pass as they are.
    OpenAi,
    /// Anthropic's on both sides.
    Anthropic,
    /// A completion that is made of a chat.
    CompletionFromChat,
    /// A chat that is served by an Anthropic upstream.
    ChatFromMessages,
    /// Messages that are served by an OpenAI-compatible upstream.
    MessagesFromChat,
    /// The Responses API on both sides.
    Responses,
    /// A response that is made of a chat.
    ResponseFromChat,
    /// A response that is served by an Anthropic upstream.
    ResponseFromMessages,
}

/// What is spoken on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    /// Chat, completions and embeddings.
    OpenAi,
    Anthropic,
    Responses,
}

/// What an answer may have to say that its upstream does not.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub request: RequestId,
    /// What was asked for, where the answer repeats it.
    pub asked: Option<Arc<Asked>>,
}

impl Said {
    /// The id of a response that no upstream gave one.
    fn response_id(&self) -> String {
        format!("resp_{}", self.request.as_uuid().simple())
    }

    fn asked(&self) -> Arc<Asked> {
        self.asked.clone().unwrap_or_default()
    }
}

impl Shape {
    /// What the upstream speaks.
    const fn spoken(self) -> Tongue {
        match self {
            Self::OpenAi | Self::CompletionFromChat | Self::MessagesFromChat | Self::ResponseFromChat => {
                Tongue::OpenAi
            }
            Self::Anthropic | Self::ChatFromMessages | Self::ResponseFromMessages => Tongue::Anthropic,
            Self::Responses => Tongue::Responses,
        }
    }

    /// What the client speaks.
    const fn heard(self) -> Tongue {
        match self {
            Self::OpenAi | Self::CompletionFromChat | Self::ChatFromMessages => Tongue::OpenAi,
            Self::Anthropic | Self::MessagesFromChat => Tongue::Anthropic,
            Self::Responses | Self::ResponseFromChat | Self::ResponseFromMessages => Tongue::Responses,
        }
    }

    /// Whether the upstream is told which version of Anthropic's dialect is meant.
    pub(super) fn is_told_version(self) -> bool {
        self.spoken() == Tongue::Anthropic
    }

    /// Whether the client can be left without the chunk that holds nothing but usage.
    pub(super) const fn may_drop_usage(self) -> bool {
        matches!(self, Self::OpenAi | Self::CompletionFromChat)
    }

    pub(super) fn scan_answer(self, body: &[u8]) -> AnswerInfo<'_> {
        match self.spoken() {
            Tongue::OpenAi => openai::scan_answer(body),
            Tongue::Anthropic => anthropic::scan_answer(body),
            Tongue::Responses => responses::scan_answer(body),
        }
    }

    /// A whole answer as the client reads it; `None`: it is no answer of the upstream's dialect.
    pub(super) fn present_answer(self, body: Bytes, said: &Said) -> Option<Bytes> {
        let id = || said.response_id();
        match self {
            Self::OpenAi | Self::Anthropic => Some(body),
            Self::CompletionFromChat => fim::translate_answer(&body),
            Self::ChatFromMessages => translate::chat_answer(&body, created()),
            Self::MessagesFromChat => translate::messages_answer(&body),
            Self::Responses => Some(responses::present_answer(body)),
            Self::ResponseFromChat => translate::response_of_chat(&body, &said.asked(), &id(), created()),
            Self::ResponseFromMessages => {
                translate::response_of_messages(&body, &said.asked(), &id(), created())
            }
        }
    }

    /// What an upstream's refusal means.
    pub(super) fn failure(self, status: u16, retry_after: Option<&str>, body: &[u8]) -> UpstreamFailure {
        match self.spoken() {
            Tongue::OpenAi | Tongue::Responses => openai::upstream_problem(status, retry_after, body),
            Tongue::Anthropic => anthropic::upstream_problem(status, retry_after, body),
        }
    }

    /// What an upstream's error in the middle of a stream means.
    pub(super) fn event_problem(self, event: &[u8]) -> Problem {
        match self.spoken() {
            Tongue::OpenAi => openai::event_problem(event),
            Tongue::Anthropic => anthropic::event_problem(event),
            Tongue::Responses => responses::event_problem(event),
        }
    }
}

/// The time as OpenAI's answers have it.
fn created() -> u64 {
    now_ms().unsigned_abs() / 1_000
}

/// Reads the events of an upstream.
pub(super) enum Scanner {
    OpenAi,
    /// Its counts are spread over several events.
    Anthropic(EventScanner),
    /// Items are repeated when they are done, and everything at the end.
    Responses(Box<responses::EventScanner>),
}

impl Scanner {
    pub(super) fn of(shape: Shape) -> Self {
        match shape.spoken() {
            Tongue::OpenAi => Self::OpenAi,
            Tongue::Anthropic => Self::Anthropic(EventScanner::new()),
            Tongue::Responses => Self::Responses(Box::default()),
        }
    }

    pub(super) fn scan<'a>(&mut self, event: &'a [u8]) -> EventInfo<'a> {
        match self {
            Self::OpenAi => openai::scan_event(event),
            Self::Anthropic(scanner) => scanner.scan(event),
            Self::Responses(scanner) => scanner.scan(event),
        }
    }

    /// The event that tells the client why its stream ends, where events pass as they are.
    fn error_event(&self, shape: Shape, problem: &Problem) -> Bytes {
        match (self, shape.heard()) {
            (Self::Responses(scanner), _) => scanner.failed_event(problem),
            (_, Tongue::Anthropic) => anthropic::error_event(problem),
            _ => openai::error_event(problem),
        }
    }
}

/// The event that tells the client why its stream ends; `None` when it was told already.
pub(super) fn error_event(
    shape: Shape,
    scanner: &Scanner,
    translator: Option<&mut Translator>,
    problem: &Problem,
) -> Option<Bytes> {
    match translator {
        Some(Translator::Response(translator)) => translator.fail(problem),
        Some(Translator::MessagesToResponse(translator)) => translator.fail(problem),
        _ => Some(scanner.error_event(shape, problem)),
    }
}

/// Makes a client's events of an upstream's.
pub(super) enum Translator {
    Completion(fim::StreamTranslator),
    Chat(StreamToChat),
    Messages(StreamToMessages),
    Response(Box<StreamToResponse>),
    MessagesToResponse(Box<MessagesToResponse>),
}

impl Translator {
    /// `None`: events pass as they are.
    pub(super) fn of(shape: Shape, includes_usage: bool, counted_input: u64, said: &Said) -> Option<Self> {
        Some(match shape {
            Shape::OpenAi | Shape::Anthropic | Shape::Responses => return None,
            Shape::CompletionFromChat => Self::Completion(fim::StreamTranslator::new()),
            Shape::ChatFromMessages => Self::Chat(StreamToChat::new(created(), includes_usage)),
            Shape::MessagesFromChat => Self::Messages(StreamToMessages::new(counted_input)),
            Shape::ResponseFromChat => {
                let made = StreamToResponse::new(said.asked(), said.response_id(), created());
                Self::Response(Box::new(made))
            }
            Shape::ResponseFromMessages => {
                let made = MessagesToResponse::new(said.asked(), said.response_id(), created());
                Self::MessagesToResponse(Box::new(made))
            }
        })
    }

    pub(super) fn event(&mut self, event: &Bytes) -> Option<Bytes> {
        match self {
            Self::Completion(translator) => translator.event(event),
            Self::Chat(translator) => translator.event(event),
            Self::Messages(translator) => translator.event(event),
            Self::Response(translator) => translator.event(event),
            Self::MessagesToResponse(translator) => translator.event(event),
        }
    }

    pub(super) fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Completion(translator) => translator.finish(),
            Self::Chat(translator) => translator.finish(),
            Self::Messages(translator) => translator.finish(),
            Self::Response(translator) => translator.finish(),
            Self::MessagesToResponse(translator) => translator.finish(),
        }
    }
}

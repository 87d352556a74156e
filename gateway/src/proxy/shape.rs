//! What stands between a client's dialect and its upstream's: how an answer is read, and how it
//! becomes one that the client reads.

use bytes::Bytes;
use protocol::Problem;
use providers::{
    answer::{AnswerInfo, EventInfo},
    anthropic::{self, EventScanner},
    catalogue::Dialect as Spoken,
    fim, openai,
    openai::UpstreamFailure,
    translate::{self, StreamToChat, StreamToMessages},
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
}

impl Shape {
    /// What the upstream speaks.
    const fn spoken(self) -> Spoken {
        match self {
            Self::OpenAi | Self::CompletionFromChat | Self::MessagesFromChat => Spoken::OpenAi,
            Self::Anthropic | Self::ChatFromMessages => Spoken::Anthropic,
        }
    }

    /// What the client speaks.
    const fn heard(self) -> Spoken {
        match self {
            Self::OpenAi | Self::CompletionFromChat | Self::ChatFromMessages => Spoken::OpenAi,
            Self::Anthropic | Self::MessagesFromChat => Spoken::Anthropic,
        }
    }

    /// Whether the client can be left without the chunk that holds nothing but usage.
    pub(super) const fn may_drop_usage(self) -> bool {
        matches!(self, Self::OpenAi | Self::CompletionFromChat)
    }

    pub(super) fn scan_answer(self, body: &[u8]) -> AnswerInfo<'_> {
        match self.spoken() {
            Spoken::OpenAi => openai::scan_answer(body),
            Spoken::Anthropic => anthropic::scan_answer(body),
        }
    }

    /// A whole answer as the client reads it; `None`: it is no answer of the upstream's dialect.
    pub(super) fn present_answer(self, body: Bytes) -> Option<Bytes> {
        match self {
            Self::OpenAi | Self::Anthropic => Some(body),
            Self::CompletionFromChat => fim::translate_answer(&body),
            Self::ChatFromMessages => translate::chat_answer(&body, created()),
            Self::MessagesFromChat => translate::messages_answer(&body),
        }
    }

    /// What an upstream's refusal means.
    pub(super) fn failure(self, status: u16, retry_after: Option<&str>, body: &[u8]) -> UpstreamFailure {
        match self.spoken() {
            Spoken::OpenAi => openai::upstream_problem(status, retry_after, body),
            Spoken::Anthropic => anthropic::upstream_problem(status, retry_after, body),
        }
    }

    /// What an upstream's error in the middle of a stream means.
    pub(super) fn event_problem(self, event: &[u8]) -> Problem {
        match self.spoken() {
            Spoken::OpenAi => openai::event_problem(event),
            Spoken::Anthropic => anthropic::event_problem(event),
        }
    }

    /// The event that tells the client why its stream ends.
    pub(super) fn error_event(self, problem: &Problem) -> Bytes {
        match self.heard() {
            Spoken::OpenAi => openai::error_event(problem),
            Spoken::Anthropic => anthropic::error_event(problem),
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
}

impl Scanner {
    pub(super) fn of(shape: Shape) -> Self {
        match shape.spoken() {
            Spoken::OpenAi => Self::OpenAi,
            Spoken::Anthropic => Self::Anthropic(EventScanner::new()),
        }
    }

    pub(super) fn scan<'a>(&mut self, event: &'a [u8]) -> EventInfo<'a> {
        match self {
            Self::OpenAi => openai::scan_event(event),
            Self::Anthropic(scanner) => scanner.scan(event),
        }
    }
}

/// Makes a client's events of an upstream's.
pub(super) enum Translator {
    Completion(fim::StreamTranslator),
    Chat(StreamToChat),
    Messages(StreamToMessages),
}

impl Translator {
    /// `None`: events pass as they are.
    pub(super) fn of(shape: Shape, includes_usage: bool, counted_input: u64) -> Option<Self> {
        Some(match shape {
            Shape::OpenAi | Shape::Anthropic => return None,
            Shape::CompletionFromChat => Self::Completion(fim::StreamTranslator::new()),
            Shape::ChatFromMessages => Self::Chat(StreamToChat::new(created(), includes_usage)),
            Shape::MessagesFromChat => Self::Messages(StreamToMessages::new(counted_input)),
        })
    }

    pub(super) fn event(&mut self, event: &Bytes) -> Option<Bytes> {
        match self {
            Self::Completion(translator) => translator.event(event),
            Self::Chat(translator) => translator.event(event),
            Self::Messages(translator) => translator.event(event),
        }
    }

    pub(super) fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Completion(translator) => translator.finish(),
            Self::Chat(translator) => translator.finish(),
            Self::Messages(translator) => translator.finish(),
        }
    }
}

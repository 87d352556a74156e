//! One question and its streamed answer.

mod delta;
mod prompt;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use protocol::{
    Code, Problem, Receipt, RequestKind,
    api::Capability,
    client::AnswerError,
    editor::{ChatMessage, ChatParams, ChatResult, ChatRole},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

use crate::{
    answer_stream::problem_in,
    conversation::{Conversation, Turn},
    git,
    request::RunningRequest,
    session::Session,
    sign_in::Device,
    usage_log::Started,
};
use delta::Deltas;
pub use prompt::{Attachment, Content};

const BUILT_IN: &str = "builtin/help";
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// A receipt that does not come with the answer is looked up for so long.
const RECEIPT_TIME_MAX: Duration = Duration::from_secs(15);

/// Answers one question. Dropping the future stops the answer; what came of it is kept.
pub async fn answer(
    session: &Arc<Session>,
    params: ChatParams,
    attachments: Vec<Attachment>,
) -> Result<ChatResult, Problem> {
    if params.message.trim().is_empty() || params.message.len() > MESSAGE_BYTES_MAX {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A question has between one character and 1 MiB.",
        ));
    }
    let device = session.device().await?;
    let model = model(session, &device, params.model.as_deref()).await?;
    let (conversation, turn) = conversation(session, params.conversation_id.as_deref()).await?;
    let messages = prompt::messages(
        &conversation.messages,
        &params.message,
        &attachments,
        device.context_window(&model),
    );
    let body = json!({
        "model": model,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    let started = started(session, model, &attachments);
    let receipt = session.settlements.expect(&started.client_request_id);
    let sent = RunningRequest::send(
        session,
        &device,
        "/v1/chat/completions",
        body.to_string(),
        started,
    )
    .await;
    let request = sent.map_err(|error| refused(session, error))?;
    let exchange = Exchange::begin(session, conversation, turn, params.message);
    stream(session, request, exchange, receipt).await
}

async fn model(session: &Session, device: &Device, chosen: Option<&str>) -> Result<String, Problem> {
    let setting = session.window().chat().model;
    match chosen
        .or(setting.as_deref())
        .filter(|model| !model.trim().is_empty())
    {
        Some(model) => Ok(model.to_owned()),
        None => session.noted(device.default_model(Capability::Chat, BUILT_IN).await),
    }
}

async fn conversation(session: &Session, id: Option<&str>) -> Result<(Conversation, Turn), Problem> {
    let Some(id) = id else {
        let id = Uuid::now_v7().to_string();
        let turn = session.conversations.begin_turn(&id)?;
        let conversation = Conversation {
            conversation_id: id,
            updated_at: Timestamp::now(),
            messages: Vec::new(),
        };
        return Ok((conversation, turn));
    };
    let turn = session.conversations.begin_turn(id)?;
    let (store, id) = (session.conversations.clone(), id.to_owned());
    let loaded = tokio::task::spawn_blocking(move || store.load(&id)).await;
    let conversation =
        loaded.map_err(|_| Problem::new(Code::Internal, "The conversation could not be read."))??;
    Ok((conversation, turn))
}

fn started(session: &Session, model: String, attachments: &[Attachment]) -> Started {
    let window = session.window();
    let file = attachments
        .iter()
        .find_map(|attachment| attachment.file.as_deref());
    let place = window.folder_of(file).map(git::place_of).unwrap_or_default();
    Started {
        client_request_id: Uuid::now_v7().to_string(),
        at: Timestamp::now(),
        kind: RequestKind::Chat,
        model,
        repository: place.repository,
        branch: place.branch,
        language: None,
    }
}

fn refused(session: &Session, error: AnswerError) -> Problem {
    session.failed(error.problem.clone());
    error.problem
}

/// A question with as much of its answer as has come. Kept however it ends.
struct Exchange {
    session: Arc<Session>,
    conversation: Conversation,
    question: ChatMessage,
    answer: ChatMessage,
    finish_reason: Option<String>,
    _turn: Turn,
}

impl Exchange {
    fn begin(session: &Arc<Session>, conversation: Conversation, turn: Turn, question: String) -> Self {
        let message = |role, text| ChatMessage {
            message_id: Uuid::now_v7().to_string(),
            role,
            text,
            at: Timestamp::now().to_string(),
            receipt: None,
        };
        Self {
            session: Arc::clone(session),
            conversation,
            question: message(ChatRole::User, question),
            answer: message(ChatRole::Assistant, String::new()),
            finish_reason: None,
            _turn: turn,
        }
    }

    /// Takes one chunk of the dialect; what of it is text is returned.
    fn take(&mut self, data: &str) -> Result<String, Problem> {
        let value: Value = serde_json::from_str(data).map_err(|_| broken_off())?;
        if let Some(problem) = problem_in(&value) {
            return Err(problem);
        }
        let chunk = Chunk::deserialize(&value).map_err(|_| broken_off())?;
        let mut text = String::new();
        for choice in chunk.choices.into_iter().filter(|choice| choice.index == 0) {
            text.push_str(&choice.delta.content.unwrap_or_default());
            self.finish_reason = choice.finish_reason.or(self.finish_reason.take());
        }
        self.answer.text.push_str(&text);
        Ok(text)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // A question without a word of answer is not history: the person will ask it again.
        if self.answer.text.is_empty() {
            return;
        }
        let mut conversation = self.conversation.clone();
        conversation.updated_at = Timestamp::now();
        conversation.messages.push(self.question.clone());
        conversation.messages.push(self.answer.clone());
        let days = self.session.window().chat().history_days;
        if let Err(problem) = self.session.conversations.save(conversation, days) {
            tracing::error!(code = %problem.code, "A conversation could not be kept");
            self.session.status.note(problem);
        }
    }
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
}

async fn stream(
    session: &Arc<Session>,
    mut request: RunningRequest,
    mut exchange: Exchange,
    receipt: watch::Receiver<Option<Receipt>>,
) -> Result<ChatResult, Problem> {
    let outcome = relay(session, &mut request, &mut exchange).await;
    if let Err(error) = outcome {
        request.failed();
        return Err(refused(session, error));
    }
    request.answered();
    let is_whole = exchange.finish_reason.is_some() || request.has_receipt();
    // Ends the request: its receipt goes out after all text, or is looked up.
    drop(request);
    let receipt = wait_for(receipt).await?;
    exchange.answer.receipt = Some(receipt.clone());
    if !is_whole {
        return Err(refused(
            session,
            crate::answer_stream::without_pause(broken_off()),
        ));
    }
    session.status.succeeded();
    Ok(ChatResult {
        conversation_id: exchange.conversation.conversation_id.clone(),
        message_id: exchange.answer.message_id.clone(),
        finish_reason: exchange.finish_reason.take().unwrap_or_else(|| "stop".into()),
        receipt,
    })
}

/// Passes the answer on while it comes.
async fn relay(
    session: &Arc<Session>,
    request: &mut RunningRequest,
    exchange: &mut Exchange,
) -> Result<(), AnswerError> {
    let ids = (
        exchange.conversation.conversation_id.clone(),
        exchange.answer.message_id.clone(),
    );
    let mut deltas = Deltas::new(session.output.clone(), ids);
    loop {
        tokio::select! {
            data = request.next_data() => {
                let Some(data) = data? else {
                    return Ok(());
                };
                let text = exchange.take(&data).map_err(crate::answer_stream::without_pause)?;
                deltas.push(&text);
            }
            () = deltas.due() => deltas.send_if_room(),
        }
    }
}

async fn wait_for(mut receipt: watch::Receiver<Option<Receipt>>) -> Result<Receipt, Problem> {
    let came = timeout(RECEIPT_TIME_MAX, receipt.wait_for(Option::is_some)).await;
    let receipt = came.ok().and_then(Result::ok).and_then(|receipt| receipt.clone());
    receipt.ok_or_else(|| {
        Problem::new(Code::GatewayUnreachable, "The answer came, its receipt did not.")
            .with_hint("The balance shows what it cost when the gateway is reached again.")
    })
}

fn broken_off() -> Problem {
    Problem::new(Code::UpstreamUnavailable, "The answer broke off.")
}

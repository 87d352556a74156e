//! The latency-sensitive one. Everything up to its first wait runs when the request is read, on the
//! text as it was then.

use std::sync::Arc;

use protocol::editor::{
    InlineCompletionCommand, InlineCompletionItem, InlineCompletionList, TextPosition, TextRange, method,
};
use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use url::Url;

use super::{answer, read};
use crate::{
    completion::{
        Suggestion,
        place::Place,
        position::{offset_at, position_at, utf16_length},
    },
    lock::lock,
    session::Session,
    suggest::{self, Ask},
};

const INVOKED: u8 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    text_document: TextDocument,
    position: TextPosition,
    #[serde(default)]
    context: Context,
}

#[derive(Deserialize)]
struct TextDocument {
    uri: Url,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    trigger_kind: u8,
    selected_completion_info: Option<Selected>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            trigger_kind: INVOKED,
            selected_completion_info: None,
        }
    }
}

/// The entry that is selected in the editor's own list.
#[derive(Deserialize)]
struct Selected {
    range: TextRange,
    text: String,
}

pub async fn complete(session: &Arc<Session>, params: Value) -> Result<Value> {
    let params: Params = read(params)?;
    let Some(ask) = ask(session, params) else {
        return answer(Ok(InlineCompletionList::default()));
    };
    let suggestion = suggest::suggest(session, &ask).await;
    let items = suggestion.map(|suggestion| {
        suggest::shown(session, &ask, &suggestion);
        item(&ask, suggestion)
    });
    answer(Ok(InlineCompletionList {
        items: items.into_iter().collect(),
    }))
}

fn ask(session: &Session, params: Params) -> Option<Ask> {
    let document = lock(&session.documents).get(&params.text_document.uri)?;
    let offset = offset_at(&document.text, params.position);
    let position = position_at(&document.text, offset);
    let at_cursor = TextRange {
        start: position,
        end: position,
    };
    let selected = params
        .context
        .selected_completion_info
        .filter(|selected| selected.range.end == position && selected.range.start.line == position.line);
    let (place, range, selected) = match selected {
        None => (
            Place::new(Arc::clone(&document.text), offset),
            at_cursor,
            String::new(),
        ),
        Some(Selected { range, text }) => {
            // As if the selected entry were taken.
            let start = offset_at(&document.text, range.start);
            let head = format!("{}{text}", &document.text[..start]);
            let cursor = head.len();
            let whole = head + &document.text[offset..];
            (Place::new(Arc::new(whole), cursor), range, text)
        }
    };
    Some(Ask {
        document,
        place,
        range,
        selected,
        position,
        is_invoked: params.context.trigger_kind == INVOKED,
    })
}

fn item(ask: &Ask, suggestion: Suggestion) -> InlineCompletionItem {
    let after = ask.place.line_suffix();
    let covered = after.floor_char_boundary(suggestion.covered.min(after.len()));
    let covered = utf16_length(&after[..covered]);
    let end = TextPosition {
        line: ask.position.line,
        character: ask.position.character + covered,
    };
    InlineCompletionItem {
        insert_text: format!("{}{}", ask.selected, suggestion.text),
        range: TextRange {
            start: ask.range.start,
            end,
        },
        command: InlineCompletionCommand {
            title: "Accept".into(),
            command: method::COMPLETION_ACCEPTED_COMMAND.into(),
            arguments: vec![suggestion.id.clone().into()],
        },
        id: suggestion.id,
    }
}

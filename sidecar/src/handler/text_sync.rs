//! Open, change, close. Never waits: the front runs these before the next message is read.

use std::sync::Arc;

use protocol::editor::TextRange;
use tower_lsp::lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
};

use crate::{
    document::{Edit, position},
    lock::lock,
    session::Session,
};

pub fn opened(session: &Arc<Session>, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    lock(&session.documents).open(
        document.uri,
        &document.language_id,
        document.version,
        document.text,
    );
}

pub fn changed(session: &Arc<Session>, params: DidChangeTextDocumentParams) {
    let edits = params
        .content_changes
        .into_iter()
        .map(|change| Edit {
            range: change.range.map(|range| TextRange {
                start: position(range.start),
                end: position(range.end),
            }),
            text: change.text,
        })
        .collect();
    let document = params.text_document;
    lock(&session.documents).change(&document.uri, document.version, edits);
}

pub fn closed(session: &Arc<Session>, params: &DidCloseTextDocumentParams) {
    let uri = &params.text_document.uri;
    lock(&session.documents).close(uri);
    lock(&session.completions).closed(uri);
    session.in_flight.cancel(uri);
}

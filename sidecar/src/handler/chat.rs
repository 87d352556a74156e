use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use protocol::editor::{ChatContext, ChatParams};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use url::Url;

use super::{answer, read};
use crate::{
    chat::{self, Attachment, Content},
    document::slice,
    exclusion::is_excluded,
    lock::lock,
    session::Session,
    workspace::{Window, file_path},
};

const ATTACHMENTS_MAX: usize = 50;
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The question is put with the files as they are now; the answer streams as notifications.
pub async fn chat(session: &Arc<Session>, params: Value) -> Result<Value> {
    let mut params: ChatParams = read(params)?;
    let window = session.window();
    let mut attachments: Vec<_> = params
        .context
        .take()
        .unwrap_or_default()
        .iter()
        .take(ATTACHMENTS_MAX)
        .filter_map(|context| attachment(session, &window, context))
        .collect();
    if attachments
        .iter()
        .any(|attachment| attachment.content == Content::OnDisk)
    {
        let globs = window.excluded_globs();
        let read = tokio::task::spawn_blocking(move || {
            for attachment in &mut attachments {
                read_from_disk(attachment, &globs);
            }
            attachments
        });
        attachments = read
            .await
            .map_err(|_| tower_lsp::jsonrpc::Error::internal_error())?;
    }
    answer(chat::answer(session, params, attachments).await)
}

/// A file of the workspace that is not open in the editor.
fn read_from_disk(attachment: &mut Attachment, globs: &[String]) {
    if attachment.content != Content::OnDisk {
        return;
    }
    // A link must not lead to a file whose own name forbids it.
    let real = attachment
        .file
        .as_deref()
        .and_then(|file| file.canonicalize().ok());
    let uri = real.as_deref().and_then(|file| Url::from_file_path(file).ok());
    let is_allowed = uri.is_some_and(|uri| !is_excluded(&uri, globs));
    let is_small = |file: &PathBuf| {
        file.metadata()
            .is_ok_and(|file| file.is_file() && file.len() <= FILE_BYTES_MAX)
    };
    let text = real
        .filter(|file| is_allowed && is_small(file))
        .and_then(|file| std::fs::read_to_string(file).ok());
    attachment.content = text.map_or(Content::LeftOut, Content::Text);
}

fn attachment(session: &Session, window: &Window, context: &ChatContext) -> Option<Attachment> {
    let uri = Url::parse(&context.uri).ok()?;
    let document = lock(&session.documents).get(&uri);
    let file = file_path(&uri);
    let name = display_name(window, &uri, file.as_deref());
    let language = document
        .as_ref()
        .map(|document| document.language.to_string())
        .unwrap_or_default();
    let in_workspace = |file: &Path| window.folders.iter().any(|folder| file.starts_with(folder));
    let content = match (&context.text, &document) {
        _ if is_excluded(&uri, &window.excluded_globs()) => Content::LeftOut,
        (Some(text), _) => Content::Text(text.clone()),
        (None, Some(document)) => Content::Text(match context.range {
            Some(range) => slice(&document.text, range).to_owned(),
            None => document.text.to_string(),
        }),
        (None, None) if file.as_deref().is_some_and(in_workspace) => Content::OnDisk,
        // A file that is neither given nor open nor part of the work has nothing to say.
        (None, None) => return None,
    };
    Some(Attachment {
        file,
        name,
        language,
        content,
    })
}

/// The path below the workspace folder, else the bare name: where things are on this machine is
/// nobody's business.
pub fn display_name(window: &Window, uri: &Url, file: Option<&Path>) -> String {
    let below = file.and_then(|file| {
        let folder = window.folder_of(Some(file))?;
        file.strip_prefix(folder).ok()?.to_str()
    });
    let bare = || uri.path_segments().and_then(|mut parts| parts.next_back());
    below.or_else(bare).unwrap_or("untitled").replace('\\', "/")
}

use std::{path::Path, sync::Arc};

use protocol::editor::{ChatContext, ChatParams};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use url::Url;

use super::{answer, read};
use crate::{
    chat::{self, Attachment},
    document::slice,
    exclusion::is_excluded,
    lock::lock,
    session::Session,
    workspace::{Window, file_path},
};

/// The question is put with the files as they are now; the answer streams as notifications.
pub async fn chat(session: &Arc<Session>, params: Value) -> Result<Value> {
    let mut params: ChatParams = read(params)?;
    let window = session.window();
    let attachments = params
        .context
        .take()
        .unwrap_or_default()
        .iter()
        .filter_map(|context| attachment(session, &window, context))
        .collect();
    answer(chat::answer(session, params, attachments).await)
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
    let text = if is_excluded(&uri, &window.excluded_globs()) {
        None
    } else {
        let open = || {
            let document = document.as_ref()?;
            Some(match context.range {
                Some(range) => slice(&document.text, range).to_owned(),
                None => document.text.to_string(),
            })
        };
        // A file that is neither open nor given has nothing to say.
        Some(context.text.clone().or_else(open)?)
    };
    Some(Attachment {
        file,
        name,
        language,
        text,
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

use std::{path::PathBuf, sync::Arc};

use protocol::{Code, PROTOCOL_VERSION, Problem, editor::InitializationOptions};
use tower_lsp::{
    jsonrpc::Result,
    lsp_types::{InitializeParams, Url},
};

use super::refusal;
use crate::{
    session::Session,
    workspace::{Window, file_path},
};

/// Runs on the start's critical path: takes note of what the editor says and touches nothing.
pub fn initialize(session: &Arc<Session>, params: InitializeParams) -> Result<()> {
    let options = match params.initialization_options {
        None | Some(serde_json::Value::Null) => InitializationOptions::default(),
        Some(options) => super::read(options)?,
    };
    if let Some(version) = options.protocol_version
        && version != PROTOCOL_VERSION
    {
        return Err(refusal(
            Problem::new(
                Code::InvalidRequest,
                format!("The extension speaks protocol version {version}, this sidecar {PROTOCOL_VERSION}."),
            )
            .with_hint("Update the extension, and the sidecar if its path is set by hand."),
        ));
    }
    if let Some(process_id) = params.process_id {
        session.ending.watch_parent(process_id);
    }
    let workspace = params.capabilities.workspace.unwrap_or_default();
    let root = params.root_uri;
    session.set_window(Window {
        options,
        folders: folders(
            params
                .workspace_folders
                .unwrap_or_default()
                .into_iter()
                .map(|f| f.uri),
            root,
        ),
        answers_configuration: workspace.configuration == Some(true),
        settings: Arc::default(),
    });
    Ok(())
}

fn folders(named: impl Iterator<Item = Url>, root: Option<Url>) -> Vec<PathBuf> {
    let folders: Vec<_> = named.filter_map(|uri| file_path(&uri)).collect();
    if folders.is_empty() {
        root.and_then(|uri| file_path(&uri)).into_iter().collect()
    } else {
        folders
    }
}

//! New settings and folders. The settings are asked for in a task, since the answer has to be waited
//! for.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::lsp_types::WorkspaceFoldersChangeEvent;

use crate::{
    session::Session,
    workspace::{file_path, read_settings},
};

/// Some editors push their settings with the notification, others want to be asked.
pub fn changed(session: &Arc<Session>, settings: Value) {
    let pushed = settings.get("tokenTracker").map(read_settings);
    let session = Arc::clone(session);
    tokio::spawn(async move { session.settings_changed(pushed).await });
}

pub fn folders_changed(session: &Arc<Session>, event: &WorkspaceFoldersChangeEvent) {
    let mut window = session.window();
    let removed: Vec<_> = event
        .removed
        .iter()
        .filter_map(|folder| file_path(&folder.uri))
        .collect();
    window.folders.retain(|folder| !removed.contains(folder));
    window
        .folders
        .extend(event.added.iter().filter_map(|folder| file_path(&folder.uri)));
    session.set_window(window);
}

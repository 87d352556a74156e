//! GitHub Copilot: the CLI's events, its telemetry where a person switched that on, and the chats
//! of VS Code.

mod cli;
mod telemetry;
mod vscode;

use std::path::Path;

use super::{ReadError, cline::editors, has_extension};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::FileRecords,
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for root in home.folders("COPILOT_HOME", &[".copilot"]) {
        for folder in ["session-state", "history-session-state"] {
            let is_events = |path: &Path| path.file_name().is_some_and(|name| name == "events.jsonl");
            walk.files(&root.join(folder), &|path| {
                is_events(path).then_some(Shape::Document)
            });
        }
        walk.files(&root.join("otel"), &|path| {
            (has_extension(path) == "jsonl").then_some(Shape::Document)
        });
    }
    if let Some(file) = home.variable("COPILOT_OTEL_FILE_EXPORTER_PATH") {
        walk.file_with(&file, Shape::Document, "otel".into());
    }
    for user in editors(home) {
        let is_chat = |path: &Path| {
            let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
            (folder == "chatSessions" || folder == "emptyWindowChatSessions")
                && matches!(has_extension(path), "json" | "jsonl")
        };
        for folder in ["workspaceStorage", "globalStorage/emptyWindowChatSessions"] {
            walk.files(&user.join(folder), &|path| {
                is_chat(path).then_some(Shape::Document)
            });
        }
    }
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let within = |name: &str| source.path.components().any(|part| part.as_os_str() == name);
    if within("chatSessions") || within("emptyWindowChatSessions") {
        return vscode::read(source, out);
    }
    if source.hint == "otel" || within("otel") {
        return telemetry::read(source, out);
    }
    cli::read(source, out)
}

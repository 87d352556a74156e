//! Cline, Roo Code and Kilo Code: tasks in the editor's folders, one document each.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use serde_json::Value;

use super::{
    ReadError,
    small::{document, push},
    tolerant::{Look, first},
};
use crate::{
    client::Client,
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest},
};

/// Where editors keep what their extensions store.
pub fn editors(home: &Home) -> Vec<std::path::PathBuf> {
    let mut users = Vec::new();
    for editor in ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"] {
        users.push(home.config_home().join(editor).join("User"));
        users.push(home.join("Library/Application Support").join(editor).join("User"));
        users.push(home.join("AppData/Roaming").join(editor).join("User"));
    }
    users.extend(
        [".vscode-server", ".vscode-server-insiders", ".cursor-server"]
            .map(|server| home.join(server).join("data/User")),
    );
    users
}

pub fn discover(client: Client, home: &Home, walk: &mut Walk) {
    let extension = match client {
        Client::Roo => "rooveterinaryinc.roo-cline",
        Client::Kilo => "kilocode.kilo-code",
        _ => "saoudrizwan.claude-dev",
    };
    for user in editors(home) {
        walk.files(
            &user.join("globalStorage").join(extension).join("tasks"),
            &|path| {
                path.file_name()
                    .is_some_and(|name| name == "ui_messages.json")
                    .then_some(Shape::Document)
            },
        );
    }
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let messages = document(&source.path)?;
    let folder = source.path.parent().unwrap_or(Path::new(""));
    let task = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let (model, project) = history(folder);
    for (message, line) in messages.as_array().into_iter().flatten().zip(1_u64..) {
        if message.text("say") != "api_req_started" {
            continue;
        }
        let Ok(request) = serde_json::from_str::<Value>(message.text("text")) else {
            continue;
        };
        let (read, write) = (request.count("cacheReads"), request.count("cacheWrites"));
        let input = request.count("tokensIn");
        // OpenAI's way of counting has the cached part within.
        let is_within = request.text("apiProtocol") == "openai";
        let tokens = Tokens {
            input: if is_within {
                input.saturating_sub(read).saturating_sub(write)
            } else {
                input
            },
            output: request.count("tokensOut"),
            cache_read: read,
            cache_write: write,
            ..Tokens::default()
        };
        let at_ms = message.time("ts").unwrap_or(source.stamp.modified_ms());
        let record = Record {
            at_ms,
            id: digest(&[task.as_bytes(), &at_ms.to_le_bytes(), &line.to_le_bytes()]),
            tokens,
            model: out.name(first(&[message.text("modelInfo/modelId"), &model])),
            project: out.name(&project),
            session: out.name(&task),
            line,
            ..Record::default()
        };
        push(record, out);
    }
    Ok(())
}

/// So much of the end of a conversation is looked through; each message tells its environment again.
const HISTORY_BYTES: u64 = 4 << 20;

/// What the conversation says about its environment: the model, and the folder.
fn history(folder: &Path) -> (String, String) {
    let text = end_of(&folder.join("api_conversation_history.json")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let model = between(&text, "<model>", "</model>").to_owned();
    let project = between(&text, "Current Workspace Directory (", ")").to_owned();
    (model, project)
}

fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(HISTORY_BYTES)))?;
    let mut text = Vec::new();
    file.take(HISTORY_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// The last text between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let Some((_, rest)) = text.rsplit_once(start) else {
        return "";
    };
    rest.split_once(end).map_or("", |(found, _)| found)
}

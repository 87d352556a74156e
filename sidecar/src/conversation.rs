//! Kept conversations: one file each, readable by this user alone, deleted when they are old.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use protocol::{
    Code, Problem,
    credential::write_private,
    editor::{ChatMessage, ChatRole, ConversationSummary},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::lock::lock;

const DAYS_KEPT: u32 = 30;
const TITLE_CHARACTERS_MAX: usize = 80;
const FILE_BYTES_MAX: u64 = 32 << 20;
/// Where no history is kept, so many conversations can still be continued.
const IN_MEMORY_MAX: usize = 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    pub conversation_id: String,
    pub updated_at: Timestamp,
    pub messages: Vec<ChatMessage>,
}

#[derive(Clone)]
pub struct Conversations(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    busy: Mutex<HashSet<String>>,
    in_memory: Mutex<HashMap<String, Conversation>>,
}

/// One turn at a time: a conversation is being answered until this is dropped.
pub struct Turn {
    conversations: Conversations,
    id: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.conversations.0.busy).remove(&self.id);
    }
}

impl Conversations {
    pub fn new(directory: PathBuf) -> Self {
        Self(Arc::new(Inner {
            directory,
            busy: Mutex::default(),
            in_memory: Mutex::default(),
        }))
    }

    pub fn begin_turn(&self, id: &str) -> Result<Turn, Problem> {
        if !lock(&self.0.busy).insert(id.to_owned()) {
            return Err(
                Problem::new(Code::InvalidRequest, "This conversation is still being answered.")
                    .with_hint("Wait for the answer or stop it, then ask again."),
            );
        }
        Ok(Turn {
            conversations: self.clone(),
            id: id.to_owned(),
        })
    }

    pub fn load(&self, id: &str) -> Result<Conversation, Problem> {
        if let Some(conversation) = lock(&self.0.in_memory).get(id) {
            return Ok(conversation.clone());
        }
        let path = self.path(id)?;
        self.read(&path)?.ok_or_else(unknown)
    }

    /// Keeps a conversation, where history is kept at all.
    pub fn save(&self, conversation: Conversation, days: Option<u32>) -> Result<(), Problem> {
        if days == Some(0) {
            self.remember(conversation);
            return Ok(());
        }
        let path = self.path(&conversation.conversation_id)?;
        let content = serde_json::to_vec(&conversation).map_err(|_| unwritable())?;
        write_private(&path, &content).map_err(|_| unwritable())
    }

    fn remember(&self, conversation: Conversation) {
        let mut in_memory = lock(&self.0.in_memory);
        in_memory.insert(conversation.conversation_id.clone(), conversation);
        if in_memory.len() > IN_MEMORY_MAX {
            let oldest = in_memory.values().min_by_key(|one| one.updated_at);
            if let Some(id) = oldest.map(|one| one.conversation_id.clone()) {
                in_memory.remove(&id);
            }
        }
    }

    /// The kept conversations, the latest first.
    pub fn list(&self) -> Result<Vec<ConversationSummary>, Problem> {
        let mut all = lock(&self.0.in_memory).values().cloned().collect::<Vec<_>>();
        for path in self.files()? {
            match self.read(&path) {
                Ok(conversation) => all.extend(conversation),
                Err(_) => tracing::warn!("A kept conversation could not be read"),
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.updated_at));
        Ok(all.iter().map(summary).collect())
    }

    pub fn delete(&self, id: &str) -> Result<(), Problem> {
        let was_in_memory = lock(&self.0.in_memory).remove(id).is_some();
        match fs::remove_file(self.path(id)?) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && was_in_memory => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(unknown()),
            Err(_) => Err(unwritable()),
        }
    }

    pub fn delete_all(&self) -> Result<(), Problem> {
        lock(&self.0.in_memory).clear();
        for path in self.files()? {
            fs::remove_file(path).map_err(|_| unwritable())?;
        }
        Ok(())
    }

    /// Deletes what is older than the setting says; 0 days keeps nothing.
    pub fn forget_older_than(&self, days: Option<u32>) {
        let days = days.unwrap_or(DAYS_KEPT);
        let age_max = Duration::from_secs(u64::from(days) * 86_400);
        let Ok(files) = self.files() else {
            tracing::warn!("The kept conversations could not be listed");
            return;
        };
        for path in files {
            let changed = fs::metadata(&path).and_then(|metadata| metadata.modified());
            let age = changed.map(|at| at.elapsed().unwrap_or_default());
            let is_old = age.is_ok_and(|age| days == 0 || age > age_max);
            if is_old && fs::remove_file(&path).is_err() {
                tracing::warn!("An old conversation could not be deleted");
            }
        }
    }

    fn files(&self) -> Result<Vec<PathBuf>, Problem> {
        match fs::read_dir(&self.0.directory) {
            Ok(entries) => Ok(entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(_) => Err(unwritable()),
        }
    }

    fn read(&self, path: &std::path::Path) -> Result<Option<Conversation>, Problem> {
        let damaged = || {
            Problem::new(Code::Internal, "The conversation could not be read.")
                .with_hint("Delete it, or start a new one.")
        };
        match fs::metadata(path) {
            Ok(metadata) if metadata.len() > FILE_BYTES_MAX => return Err(damaged()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            _ => {}
        }
        let content = fs::read(path).map_err(|_| damaged())?;
        serde_json::from_slice(&content).map(Some).map_err(|_| damaged())
    }

    /// Ids are UUIDs, so none of them names a file elsewhere.
    fn path(&self, id: &str) -> Result<PathBuf, Problem> {
        let id = Uuid::parse_str(id).map_err(|_| unknown())?;
        Ok(self.0.directory.join(format!("{id}.json")))
    }
}

fn summary(conversation: &Conversation) -> ConversationSummary {
    let question = conversation
        .messages
        .iter()
        .find(|message| message.role == ChatRole::User)
        .map_or("", |message| message.text.trim());
    let first_line = question.lines().next().unwrap_or_default();
    let mut title: String = first_line.chars().take(TITLE_CHARACTERS_MAX).collect();
    if title.len() < first_line.len() {
        title.push('…');
    }
    ConversationSummary {
        conversation_id: conversation.conversation_id.clone(),
        title,
        updated_at: conversation.updated_at.to_string(),
        messages: u32::try_from(conversation.messages.len()).unwrap_or(u32::MAX),
    }
}

fn unknown() -> Problem {
    Problem::new(Code::NotFound, "There is no such conversation.").with_hint("Start a new one.")
}

fn unwritable() -> Problem {
    Problem::new(Code::Internal, "The conversations cannot be read or written.")
        .with_hint("Check that the data directory is yours and not full.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(id: &str, text: &str) -> Conversation {
        Conversation {
            conversation_id: id.into(),
            updated_at: Timestamp::UNIX_EPOCH,
            messages: vec![ChatMessage {
                message_id: "m".into(),
                role: ChatRole::User,
                text: text.into(),
                at: String::new(),
                receipt: None,
            }],
        }
    }

    #[test]
    fn what_is_kept_is_private_listed_and_deleted() {
        let home = tempfile::tempdir().unwrap();
        let store = Conversations::new(home.path().join("conversations"));
        let id = Uuid::now_v7().to_string();
        assert_eq!(store.list().unwrap(), []);
        store.save(conversation(&id, "Why?\nSo."), None).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = fs::metadata(store.path(&id).unwrap()).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(store.list().unwrap()[0].title, "Why?");
        assert_eq!(store.load(&id).unwrap().messages.len(), 1);
        store.delete(&id).unwrap();
        assert_eq!(store.delete(&id).unwrap_err().code, Code::NotFound);
        store.save(conversation(&id, "Why?"), None).unwrap();
        store.forget_older_than(None);
        assert_eq!(store.list().unwrap().len(), 1);
        store.forget_older_than(Some(0));
        assert_eq!(store.list().unwrap(), []);
    }

    #[test]
    fn without_history_nothing_reaches_the_disk() {
        let home = tempfile::tempdir().unwrap();
        let store = Conversations::new(home.path().join("conversations"));
        let id = Uuid::now_v7().to_string();
        store.save(conversation(&id, "Why?"), Some(0)).unwrap();
        assert!(!home.path().join("conversations").exists());
        assert_eq!(store.load(&id).unwrap().messages.len(), 1);
        store.delete_all().unwrap();
        assert!(store.load(&id).is_err());
    }

    #[test]
    fn an_id_never_names_another_file() {
        let store = Conversations::new("/tmp/none".into());
        for id in ["../../etc/passwd", "a/b", "", "x.json"] {
            assert_eq!(store.load(id).unwrap_err().code, Code::NotFound, "{id}");
        }
    }
}

//! Factory Droid: one running total a session, in its settings file.

use super::{
    ReadError,
    small::{document, push},
    tolerant::Look,
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let root = home
        .variable("DROID_SESSIONS_DIR")
        .unwrap_or_else(|| home.join(".factory/sessions"));
    walk.files(&root, &|path| {
        path.to_string_lossy()
            .ends_with(".settings.json")
            .then_some(Shape::Document)
    });
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let settings = document(&source.path)?;
    let usage = settings.at("tokenUsage");
    let thinking = usage.count("thinkingTokens");
    let tokens = Tokens {
        input: usage.count("inputTokens"),
        output: usage.count("outputTokens").saturating_add(thinking),
        cache_read: usage.count("cacheReadTokens"),
        cache_write: usage.count("cacheCreationTokens"),
        reasoning: thinking,
        ..Tokens::default()
    };
    let name = source
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let session = name.trim_end_matches(".settings.json");
    let record = Record {
        at_ms: settings
            .time("providerLockTimestamp")
            .unwrap_or(source.stamp.modified_ms()),
        id: digest_of(session),
        tokens,
        model: out.name(&model(settings.text("model"))),
        provider: out.name(settings.text("providerLock")),
        session: out.name(session),
        line: 1,
        ..Record::default()
    };
    push(record, out);
    Ok(())
}

/// `custom:Claude-Opus-4.5-Thinking-[Anthropic]-0` is what a person called `claude-opus-4.5-thinking`.
fn model(text: &str) -> String {
    let Some(custom) = text.strip_prefix("custom:") else {
        return text.to_owned();
    };
    let name = custom.split("-[").next().unwrap_or(custom);
    name.to_lowercase().replace(' ', "-")
}

//! What the editor told about its window: folders, settings, what it can do.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use protocol::{
    client::Network,
    editor::{ChatSettings, CompletionSettings, InitializationOptions, Settings},
};
use serde_json::Value;
use url::Url;

#[derive(Clone, Default)]
pub struct Window {
    pub options: InitializationOptions,
    pub folders: Vec<PathBuf>,
    /// The editor answers `workspace/configuration`.
    pub answers_configuration: bool,
    pub settings: Arc<Settings>,
}

impl Window {
    /// The folder that holds a file, else the first.
    pub fn folder_of(&self, path: Option<&Path>) -> Option<&Path> {
        let holding = path.and_then(|path| {
            self.folders
                .iter()
                .filter(|folder| path.starts_with(folder))
                .max_by_key(|folder| folder.as_os_str().len())
        });
        holding.or(self.folders.first()).map(PathBuf::as_path)
    }

    pub fn completion(&self) -> CompletionSettings {
        self.settings.completion.clone().unwrap_or_default()
    }

    pub fn chat(&self) -> ChatSettings {
        self.settings.chat.clone().unwrap_or_default()
    }

    pub fn excluded_globs(&self) -> Vec<String> {
        self.completion().exclude.unwrap_or_default()
    }

    pub fn network(&self) -> Network {
        let named = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Network {
            ca_file: named(&self.settings.ca_file).map(PathBuf::from),
            proxy: named(&self.settings.proxy),
        }
    }
}

/// Reads the section `tokenTracker`. Null or empty means defaults; a member of the wrong form is
/// left out, so that one slip does not switch off the others.
pub fn read_settings(value: &Value) -> Settings {
    if let Ok(settings) = serde_json::from_value(value.clone()) {
        return settings;
    }
    let mut kept = Settings::default();
    for (name, member) in value.as_object().into_iter().flatten() {
        let alone = serde_json::json!({ name.as_str(): member });
        match serde_json::from_value::<Settings>(alone) {
            Ok(settings) => merge(&mut kept, settings),
            Err(_) => {
                tracing::warn!("The setting tokenTracker.{name} does not have the form that is expected")
            }
        }
    }
    kept
}

fn merge(kept: &mut Settings, one: Settings) {
    kept.gateway_url = one.gateway_url.or(kept.gateway_url.take());
    kept.completion = one.completion.or(kept.completion.take());
    kept.chat = one.chat.or(kept.chat.take());
    kept.ca_file = one.ca_file.or(kept.ca_file.take());
    kept.proxy = one.proxy.or(kept.proxy.take());
}

/// The file that a URI names on this machine.
pub fn file_path(uri: &Url) -> Option<PathBuf> {
    (uri.scheme() == "file")
        .then(|| uri.to_file_path().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_empty_and_wrong_settings_mean_defaults() {
        assert_eq!(read_settings(&Value::Null), Settings::default());
        assert_eq!(read_settings(&json!({})), Settings::default());
        let settings = read_settings(&json!({
            "gatewayUrl": "https://h", "completion": {"debounceMs": "soon"}, "chat": {"historyDays": 3}
        }));
        assert_eq!(settings.gateway_url.as_deref(), Some("https://h"));
        assert_eq!(settings.completion, None);
        assert_eq!(settings.chat.unwrap().history_days, Some(3));
    }
}

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A configuration that was read again and is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reloaded {
    /// How many models there are now, found and built-in ones too.
    pub models: usize,
    /// How many upstreams the file names.
    pub upstreams: usize,
    /// Keys of the file that were changed and are not in force before a restart.
    pub needs_restart: Vec<String>,
}

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which models a member wants from those that choose for them, such as `auto`. Kept at the
/// gateway, and so the same on every device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Preferences {
    /// These first, in this order; then the others as the gateway lists them.
    pub order: Vec<String>,
    /// Never these.
    pub exclude: Vec<String>,
}

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

/// Part of a list: after what was seen, so many at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, format = "uuid")]
    pub after: Option<Uuid>,
    /// At most 1,000; when absent, all that there are.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

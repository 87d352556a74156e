//! What members show of their own logs: whether it can be true, and what comes of it.

mod check;
mod graph;
mod kept;
mod leaderboard;
mod streak;

pub use check::{DAY_TOKENS_MAX, MEMBER_ROWS_MAX, check, checked_handle, checked_name};
pub use graph::{GRAPH_DAYS, graph};
pub use leaderboard::{Boards, Shown};
pub use streak::streak;

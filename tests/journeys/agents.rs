//! Terminal agents as they are, started as their documentation says: a task with a tool, from the
//! key to the file, and every call in the ledger, also one that was cut half-way.
//!
//! Each has a home of its own, telemetry and updates switched off by its own switches, and a proxy
//! for everything but loopback, which notices whoever tries.

mod claude_code;
mod codex;
mod llm;
mod opencode;
mod outside;
mod stage;

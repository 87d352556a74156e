//! Homes full of other assistants' logs, with what is true about them kept apart.
//!
//! A corpus is made from a seed: the same one gives the same bytes. Every trap that its formats are
//! known for is in it at some rate. The truth is noted while a response is invented, never read
//! back from the files.

mod claude;
mod codex;
mod gemini;
mod lines;
mod opencode;
mod text;
mod truth;
mod world;

use std::{io, path::Path};

pub use truth::{Billed, Key, Sums, Truth};
use world::World;

/// How much of what is written.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub seed: u64,
    /// Billed responses, over all clients.
    pub messages: usize,
    /// Of log for each of them; conversations are mostly not about tokens.
    pub bytes_per_message: usize,
}

/// The assistants that are imitated, with their part of a hundred messages.
const SHARES: [(Client, usize); 4] = [
    (Client::Claude, 50),
    (Client::Codex, 25),
    (Client::Gemini, 10),
    (Client::OpenCode, 15),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Claude,
    Codex,
    Gemini,
    OpenCode,
}

/// Writes a home into an empty folder, and returns what its logs have to add up to.
pub fn write(home: &Path, size: Size) -> io::Result<Truth> {
    let mut world = World::new(size);
    for (client, share) in SHARES {
        let messages = size.messages * share / 100;
        match client {
            Client::Claude => claude::write(home, &mut world, messages)?,
            Client::Codex => codex::write(home, &mut world, messages)?,
            Client::Gemini => gemini::write(home, &mut world, messages)?,
            Client::OpenCode => opencode::write(home, &mut world, messages)?,
        }
    }
    Ok(world.truth)
}

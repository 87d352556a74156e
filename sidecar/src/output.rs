//! The one way to standard output: whole frames, in the order in which they were given.
//!
//! Answers come through [`OutputWriter`] from the LSP library, our notifications directly, so that
//! a receipt written before its request's answer is also read before it. A thread writes, so that
//! an editor that reads slowly holds up nobody who does not choose to wait.

use std::{
    collections::VecDeque,
    io::{self, Write},
    mem,
    pin::Pin,
    process,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    thread,
};

use serde::Serialize;
use serde_json::json;
use tokio::io::AsyncWrite;

use crate::lock::lock;

/// Answers wait when this much is unread.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Text that can be merged waits when this much is unread.
const DELTA_BYTES_MAX: usize = 256 << 10;

/// Without [`Output::start`] it only gathers.
#[derive(Clone, Default)]
pub struct Output(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
    waiting: Vec<Waker>,
    exit_code: Option<i32>,
}

impl Output {
    pub fn start() -> io::Result<Self> {
        let output = Self::default();
        let written = Arc::clone(&output.0);
        thread::Builder::new()
            .name("stdout".into())
            .spawn(move || write_frames(&written))?;
        Ok(output)
    }

    /// Sends a notification to the editor.
    pub fn notify(&self, method: &str, params: &impl Serialize) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends any message.
    pub fn send(&self, message: &serde_json::Value) {
        let body = message.to_string();
        self.push(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    }

    /// Whether the editor keeps up, so that more text may be sent to it.
    pub fn has_room(&self) -> bool {
        lock(&self.0.state).bytes < DELTA_BYTES_MAX
    }

    /// Ends the process once everything that was given before is written.
    pub fn finish(&self, code: i32) {
        lock(&self.0.state).exit_code.get_or_insert(code);
        self.0.filled.notify_one();
    }

    fn push(&self, frame: Vec<u8>) {
        let mut state = lock(&self.0.state);
        state.bytes += frame.len();
        state.frames.push_back(frame);
        self.0.filled.notify_one();
    }
}

fn write_frames(shared: &Shared) {
    let mut stdout = io::stdout().lock();
    loop {
        let (frames, exit_code) = next_frames(shared);
        let written = frames.iter().try_for_each(|frame| stdout.write_all(frame));
        if written.and_then(|()| stdout.flush()).is_err() {
            // Nobody reads any more: the editor is gone.
            process::exit(exit_code.unwrap_or(1));
        }
        if let Some(code) = exit_code {
            process::exit(code);
        }
    }
}

fn next_frames(shared: &Shared) -> (VecDeque<Vec<u8>>, Option<i32>) {
    let mut state = shared
        .filled
        .wait_while(lock(&shared.state), |state| {
            state.frames.is_empty() && state.exit_code.is_none()
        })
        .unwrap_or_else(PoisonError::into_inner);
    state.bytes = 0;
    mem::take(&mut state.waiting).into_iter().for_each(Waker::wake);
    (mem::take(&mut state.frames), state.exit_code)
}

/// Standard output, as the LSP library sees it. It takes all bytes of a write at once, so frames
/// of the library and of [`Output::notify`] never mix.
pub struct OutputWriter(pub Output);

impl AsyncWrite for OutputWriter {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = lock(&self.0.0.state);
        if state.bytes > ANSWER_BYTES_MAX {
            state.waiting.push(context.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        self.0.push(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

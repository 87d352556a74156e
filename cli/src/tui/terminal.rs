//! The terminal: taken over, fed, and given back whatever happens.

use std::{
    io::{self, Write},
    panic,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender},
    },
    thread::{self, ThreadId},
};

use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        event::{self, DisableMouseCapture, EnableMouseCapture},
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};

use super::{
    state::State,
    update::{Effect, Message, update},
    view,
};

static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives the terminal back.
#[must_use = "the terminal is given back when this is dropped"]
pub struct Taken {
    terminal: Terminal<CrosstermBackend<io::Stdout>>,
}

impl Taken {
    /// Takes the terminal over. A panic on this thread gives it back before it says anything; one on
    /// another thread says nothing, since it would write over the screen, and whoever waits for that
    /// thread tells it.
    pub fn take() -> io::Result<Self> {
        hook(thread::current().id());
        enable_raw_mode()?;
        IS_TAKEN.store(true, Ordering::SeqCst);
        let entered = execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture)
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        entered
            .map(|terminal| Self { terminal })
            .inspect_err(|_| give_back())
    }

    /// Draws, waits for what happens, and does it, until it is time to go.
    pub fn run(
        &mut self,
        state: &mut State,
        happened: &Receiver<Message>,
        mut act: impl FnMut(Effect),
    ) -> io::Result<()> {
        loop {
            let mut hits = None;
            self.terminal
                .draw(|frame| hits = Some(view::draw(frame.area(), frame.buffer_mut(), state)))?;
            if let Some(hits) = hits {
                state.list_mut().offset = hits.offset;
                state.hits = hits;
            }
            // Nobody can say anything any more: not even that it is time to go.
            let Ok(message) = happened.recv() else {
                return Ok(());
            };
            // What came meanwhile is in the next picture, too.
            for message in std::iter::once(message).chain(happened.try_iter()) {
                for effect in update(state, message) {
                    if effect == Effect::Quit {
                        return Ok(());
                    }
                    act(effect);
                }
            }
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn hook(owner: ThreadId) {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        if !IS_TAKEN.load(Ordering::SeqCst) {
            return usual(what);
        }
        if thread::current().id() == owner {
            give_back();
            usual(what);
        }
    }));
}

/// Once, however often it is called.
fn give_back() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        // There is no other way to give it back, and nobody left to tell.
        let _ = execute!(io::stdout(), DisableMouseCapture, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

/// Passes on what is typed and pointed at, until nobody listens or the terminal is gone.
pub fn listen(tell: Sender<Message>) {
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            if tell.send(Message::Input(event)).is_err() {
                return;
            }
        }
        // Without a terminal there is nothing to stay for.
        let interrupt = event::KeyEvent::new(event::KeyCode::Char('c'), event::KeyModifiers::CONTROL);
        let _ = tell.send(Message::Input(event::Event::Key(interrupt)));
    });
}

//! `token-tracker tui`: usage on a whole screen, kept up to date.

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread,
};

use clap::Args;
use protocol::{Code, Problem};
use usage::Home;

use super::usage::scope::Scope;
use crate::{
    context::Context,
    failure::Failure,
    output::Output,
    picture::{paper::Theme, terminal::ColorChoice, theme_parser},
    tui::{
        accounts,
        skin::Skin,
        state::State,
        terminal::{Taken, listen},
        update::{Effect, Message},
        worker::{self, Ask},
    },
};

#[derive(Args)]
pub struct Tui {
    #[command(flatten)]
    scope: Scope,
    /// The colours of the paper [default: what the terminal says of its ground, else dark]
    #[arg(long, value_name = "THEME", value_parser = theme_parser(), help_heading = "Picture")]
    theme: Option<Theme>,
    /// How many colours the terminal has
    #[arg(long, value_name = "DEPTH", default_value = "auto", help_heading = "Picture")]
    color: ColorChoice,
}

impl Tui {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(Failure::usage(
                "The full-screen view needs a terminal.",
                "Use `token-tracker usage`, which writes to files and pipes, too.",
            ));
        }
        let engine = self.scope.engine()?;
        let home = engine.home.clone();
        let depth = self.color.depth();
        let skin = Skin {
            theme: self.theme.unwrap_or_else(ground),
            depth,
        };
        let (tell, happened) = channel();
        let mut state = State::new(skin, depth);
        let mut taken = Taken::take().map_err(|_| no_terminal())?;
        listen(tell.clone());
        let ask = worker::start(self.scope, engine, tell.clone());
        let context = Arc::new(context.clone());
        let run = taken.run(&mut state, &happened, |effect| match effect {
            Effect::Ask(question) => send(&ask, Ask::Question(question)),
            Effect::Rescan => send(&ask, Ask::Rescan),
            Effect::Follow(is_following) => send(&ask, Ask::Follow(is_following)),
            Effect::FetchAccounts => fetch(&context, &home, &tell),
            Effect::Quit => {}
        });
        drop(taken);
        run.map_err(|_| no_terminal())?;
        Ok(Output::nothing())
    }
}

/// The worker ends with the screen, not before it; should it have, the last tables stay in view.
fn send(ask: &Sender<Ask>, what: Ask) {
    let _ = ask.send(what);
}

fn fetch(context: &Arc<Context>, home: &Home, tell: &Sender<Message>) {
    let (context, home, tell) = (Arc::clone(context), home.clone(), tell.clone());
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let accounts = match runtime {
            Ok(runtime) => runtime.block_on(accounts::collect(&context, Some(&home))),
            Err(_) => Vec::new(),
        };
        // Nobody waits for them any more if this fails.
        let _ = tell.send(Message::Accounts(accounts));
    });
}

/// `COLORFGBG` ends with the number of the ground's colour; 7 and 15 are white.
fn ground() -> Theme {
    let said = std::env::var("COLORFGBG").unwrap_or_default();
    match said.rsplit(';').next() {
        Some("7" | "15") => Theme::Light,
        _ => Theme::Dark,
    }
}

fn no_terminal() -> Failure {
    Problem::new(Code::Internal, "The terminal could not be used.")
        .with_hint("Use `token-tracker usage`, which needs none.")
        .into()
}

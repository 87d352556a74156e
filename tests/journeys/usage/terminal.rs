//! A terminal with one command in it.

use std::{
    fs::File,
    io::{Read, Write},
    num::NonZero,
    os::fd::{AsFd, OwnedFd},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};
use vt100::Parser;

/// Long enough for a busy two-core machine, short enough to fail a stuck test.
const DEADLINE: Duration = Duration::from_secs(30);

pub struct Terminal {
    child: Child,
    keys: File,
    slave: OwnedFd,
    output: Receiver<Vec<u8>>,
    screen: Parser,
    /// Everything that was written, with its steering.
    pub written: Vec<u8>,
}

impl Terminal {
    /// Runs the command with the terminal as its own, so that it hears of new sizes.
    pub fn run(command: &Command, (rows, columns): (u16, u16)) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        tcsetwinsize(&slave, size(rows, columns)).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let mut inside = Command::new("setsid");
        inside
            .arg("--ctty")
            .arg("--wait")
            .arg(command.get_program())
            .args(command.get_args());
        inside.env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                inside.env(name, value);
            }
        }
        inside.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        let child = inside.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let (tell, output) = channel();
        let mut reader = File::from(master.try_clone().unwrap());
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || tell.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys: File::from(master),
            slave,
            output,
            screen: Parser::new(some(rows), some(columns), 0),
            written: Vec::new(),
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.screen.screen_mut().set_size(some(rows), some(columns));
        tcsetwinsize(&self.slave, size(rows, columns)).unwrap();
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is as it should be; panics with what it shows instead.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            let text = self.text();
            if is_so(&text) {
                return text;
            }
            let rest = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(rest) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("{what} did not come; the screen shows:\n{text}"),
            }
        }
    }

    #[track_caller]
    pub fn wait_for_text(&mut self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// The exit code, and whether the terminal is as it was: typing is seen, lines are edited.
    pub fn end(&mut self) -> (Option<i32>, bool) {
        let code = self.child.wait().unwrap().code();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
            self.take(&bytes);
        }
        let modes = tcgetattr(self.slave.as_fd()).unwrap().local_modes;
        (code, modes.contains(LocalModes::ICANON | LocalModes::ECHO))
    }

    fn take(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // A test that failed leaves nothing running.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn some(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

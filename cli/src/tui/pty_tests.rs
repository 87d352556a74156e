//! A real terminal is given back, whatever happened. The test runs itself again inside of one.

use std::{
    fs::File,
    io::Read,
    os::fd::{AsFd, OwnedFd},
    process::{Command, Stdio},
    thread,
};

use rustix::{
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

use super::terminal::Taken;

const INSIDE: &str = "TOKEN_TRACKER_TEST_INSIDE";

/// Not a test of its own: what the others run inside of a terminal.
#[test]
fn inside() {
    let Ok(way) = std::env::var(INSIDE) else { return };
    let taken = Taken::take().unwrap();
    match way.as_str() {
        "panic" => panic!("as planned"),
        "worker" => {
            let worker = thread::spawn(|| panic!("of a worker"));
            assert!(worker.join().is_err());
            drop(taken);
        }
        _ => drop(taken),
    }
}

struct Screen {
    output: String,
    is_cooked: bool,
    code: Option<i32>,
}

fn run(way: &str) -> Screen {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave: OwnedFd =
        rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&slave, size).unwrap();
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "tui::pty_tests::inside",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(INSIDE, way)
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    // What it writes is read while it runs, since a terminal holds only so much.
    let reader = thread::spawn({
        let mut master = File::from(master.try_clone().unwrap());
        move || {
            let mut bytes = Vec::new();
            // The terminal ends with an error when its last writer has gone.
            let _ = master.read_to_end(&mut bytes);
            bytes
        }
    });
    let code = child.wait().unwrap().code();
    let modes = tcgetattr(slave.as_fd()).unwrap().local_modes;
    drop(slave);
    Screen {
        output: String::from_utf8_lossy(&reader.join().unwrap()).into_owned(),
        is_cooked: modes.contains(LocalModes::ICANON | LocalModes::ECHO),
        code,
    }
}

fn check_given_back(screen: &Screen) -> usize {
    let entered = screen.output.find("\x1b[?1049h").expect("it was taken");
    let left = screen.output.rfind("\x1b[?1049l").expect("it was given back");
    assert!(entered < left);
    assert!(screen.output.contains("\x1b[?1000l"), "the mouse, too");
    assert!(screen.is_cooked, "typing is seen again");
    left
}

#[test]
fn a_terminal_is_given_back_at_the_end() {
    let screen = run("end");
    check_given_back(&screen);
    assert_eq!(screen.code, Some(0), "{}", screen.output);
}

#[test]
fn a_panic_is_told_on_the_usual_screen() {
    let screen = run("panic");
    let left = check_given_back(&screen);
    assert_ne!(screen.code, Some(0));
    let told = screen.output.find("as planned").expect("the panic is told");
    assert!(told > left, "after the screen was given back");
}

#[test]
fn a_workers_panic_does_not_write_over_the_screen() {
    let screen = run("worker");
    check_given_back(&screen);
    assert_eq!(screen.code, Some(0), "{}", screen.output);
    assert!(!screen.output.contains("of a worker"), "{}", screen.output);
}

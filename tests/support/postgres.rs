//! A PostgreSQL of a test's own: a new cluster in a folder, on a port of its own, gone with the
//! test. What it keeps is as durable as a real one's, and it can be stopped at once and started
//! again.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// One server; stopped when dropped.
pub struct Postgres {
    folder: tempfile::TempDir,
    port: u16,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let this = Self {
            folder,
            port: free_port(),
        };
        this.give_away();
        let data = this.data();
        run(this.program("initdb").arg("-D").arg(&data).args([
            "--username=tt",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]));
        this.start_again();
        this
    }

    /// Starts a server that was stopped; returns when it answers.
    pub fn start_again(&self) {
        let socket = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={socket} -c max_connections=200 \
             -c logging_collector=off",
            self.port
        );
        let log = self.folder.path().join("log");
        run(self
            .control()
            .arg("-l")
            .arg(log)
            .args(["-w", "-t", "60", "-o", &options, "start"]));
    }

    /// Stops the server as a crash would: nobody is asked, and its log is read again at the start.
    pub fn stop_at_once(&self) {
        run(self.control().args(["-m", "immediate", "-w", "stop"]));
    }

    /// The address of a new, empty database.
    pub fn database(&self, name: &str) -> String {
        let port = self.port.to_string();
        run(self
            .program("createdb")
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "tt", name]));
        self.url(name)
    }

    /// Changes something in a database by hand.
    pub fn change(&self, name: &str, sql: &str) {
        let port = self.port.to_string();
        run(self
            .program("psql")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "tt",
                "-v",
                "ON_ERROR_STOP=1",
                "-q",
            ])
            .args(["-d", name, "-c", sql]));
    }

    pub fn url(&self, name: &str) -> String {
        format!("postgres://tt@127.0.0.1:{}/{name}", self.port)
    }

    /// The same database by the server's socket in the file system, where no network is.
    pub fn url_by_socket(&self, name: &str) -> String {
        let folder = self
            .folder
            .path()
            .to_str()
            .expect("a temporary folder has a plain name");
        format!(
            "postgres://tt@{}:{}/{name}",
            folder.replace('/', "%2F"),
            self.port
        )
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg("-D").arg(self.data()).arg("-s");
        command
    }

    /// A program of the newest PostgreSQL here. The server refuses to run as root, so root runs it
    /// as Debian's user for it.
    fn program(&self, name: &str) -> Command {
        let path = newest().join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(self.folder.path());
        command
    }

    fn give_away(&self) {
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(self.folder.path()));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A server that was stopped before has nothing to stop.
        let _ = output(self.control().args(["-m", "immediate", "-w", "stop"]));
    }
}

fn newest() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is not installed: scripts/install --tests does it");
    let newest = versions.flatten().max_by_key(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().parse::<u32>().unwrap_or(0)
    });
    newest.expect("a version of PostgreSQL").path().join("bin")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let me = std::fs::metadata(Path::new("/proc/self")).expect("a process has a folder in /proc");
    me.uid() == 0
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

fn run(command: &mut Command) {
    let output = output(command);
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The server inherits what its starter has open: with a pipe, waiting for its end would wait for
/// the server.
fn output(command: &mut Command) -> Output {
    let errors = tempfile::tempfile().expect("the system has a folder for temporary files");
    let mut again = errors.try_clone().expect("a file can be opened twice");
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .status()
        .expect("the programs of PostgreSQL can be run");
    let mut stderr = Vec::new();
    use std::io::{Read, Seek};
    again.rewind().expect("a file can be read from its start");
    again.read_to_end(&mut stderr).expect("a file can be read");
    Output {
        status,
        stdout: Vec::new(),
        stderr,
    }
}

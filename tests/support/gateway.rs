use std::{
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use protocol::{
    KeyId,
    api::{KeyList, KeySummary, MintResponse, MintedKey, UsageEntry, UsageList},
};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::process::{Child, Command};

use crate::{
    Config, Home, MintOptions, Outcome, Page, Request, config::UPSTREAM_KEY_VARIABLE, device::Device,
    eventually, token_tracker, within,
};

/// What `serve` writes for the commands on its own machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Admin {
    pub gateway_url: String,
    pub credential: String,
}

/// How `serve` is to be started.
#[derive(Debug)]
pub struct Serve {
    home: Home,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Serve {
    pub fn new(config: &Config) -> Self {
        let home = Home::new();
        fs::write(home.config_file(), config.toml()).expect("a new home is writable");
        let environment = vec![(UPSTREAM_KEY_VARIABLE.into(), Self::UPSTREAM_KEY.into())];
        Self {
            home,
            arguments: Vec::new(),
            environment,
        }
    }
    /// The upstream's key, which nobody but the upstream may ever see.
    pub const UPSTREAM_KEY: &str = "sk-fake-upstream-0123456789abcdef";

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.into());
        self
    }
    pub async fn start(self) -> Gateway {
        let mut gateway = Gateway::idle(self);
        gateway.restart().await;
        gateway
    }
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The command line of `serve` on this home.
    fn command(&self, log: File) -> Command {
        let mut command = Command::from(self.home.command(token_tracker()));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.home.data_dir())
            .arg("--config")
            .arg(self.home.config_file())
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .kill_on_drop(true);
        command
    }
}

/// A running `token-tracker serve`, on a data directory that outlives its process.
#[derive(Debug)]
pub struct Gateway {
    serve: Serve,
    running: Option<Child>,
    admin: Option<Admin>,
    starts: usize,
}

impl Gateway {
    /// Starts the real binary and waits until it is ready.
    pub async fn start(config: &Config) -> Self {
        Serve::new(config).start().await
    }

    /// A gateway that is not running yet.
    pub fn idle(serve: Serve) -> Self {
        Self {
            serve,
            running: None,
            admin: None,
            starts: 0,
        }
    }

    /// Waits for a spawned process: true when it became ready, false when it left instead.
    pub async fn is_ready(&mut self) -> bool {
        let file = self.serve.home.data_dir().join("admin.json");
        let child = self.running.as_mut().expect("it was started");
        let ready = within("the start of serve or its refusal", async {
            loop {
                if child.try_wait().expect("a child can be asked").is_some() {
                    return None;
                }
                let text = fs::read_to_string(&file).unwrap_or_default();
                if let Ok(admin) = serde_json::from_str::<Admin>(&text) {
                    let url = format!("{}/readyz", admin.gateway_url);
                    if Request::get(&url)
                        .try_send()
                        .await
                        .is_ok_and(|answer| answer.status == 200)
                    {
                        return Some(admin);
                    }
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        self.admin = ready.await;
        self.admin.is_some()
    }

    /// Starts on the same data directory, once the process before has ended.
    pub async fn restart(&mut self) {
        self.spawn();
        let admin = self.wait_for_admin().await;
        let ready = format!("{}/readyz", admin.gateway_url);
        self.admin = Some(admin);
        let what = format!(
            "readiness of the gateway; its log: {}",
            self.serve.home.path().display()
        );
        eventually(&what, async || {
            let answer = Request::get(&ready).try_send().await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// Starts the process, and waits for nothing.
    pub fn spawn(&mut self) {
        assert!(self.running.is_none(), "one serve for one data directory");
        let log = File::create(self.log_file(self.starts)).expect("a home is writable");
        self.starts += 1;
        let child = self.serve.command(log).spawn().expect("the binary starts");
        self.running = Some(child);
    }

    async fn wait_for_admin(&mut self) -> Admin {
        let file = self.serve.home.data_dir().join("admin.json");
        let before = self.admin.take();
        let child = self.running.as_mut().expect("it was started");
        let log = self
            .serve
            .home
            .path()
            .join(format!("serve-{}.log", self.starts - 1));
        within("the gateway's admin.json", async {
            loop {
                if let Some(status) = child.try_wait().expect("a child can be asked") {
                    panic!(
                        "serve left with {status}: {}",
                        fs::read_to_string(&log).unwrap_or_default()
                    );
                }
                // Each start makes a new credential, so an older file is told apart.
                let text = fs::read_to_string(&file).unwrap_or_default();
                match serde_json::from_str::<Admin>(&text) {
                    Ok(admin) if before.as_ref() != Some(&admin) => {
                        let url = &admin.gateway_url;
                        // The credential in it is good for peers on loopback alone.
                        assert!(
                            url.starts_with("http://127.0.0.1:"),
                            "admin.json names this machine: {url}"
                        );
                        return admin;
                    }
                    _ => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
                }
            }
        })
        .await
    }

    /// Ends the process the way a power cut would: at once, with nothing said.
    pub async fn kill(&mut self) {
        let mut child = self.running.take().expect("it runs");
        child.kill().await.expect("a child can be killed");
    }
    /// Asks the process to end, and waits for it.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait().await
    }
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).expect("a pid is positive");
        kill_process(Pid::from_raw(pid).expect("a pid is not zero"), signal).expect("it is our child");
    }
    pub async fn wait(&mut self) -> ExitStatus {
        let mut child = self.running.take().expect("it runs");
        within("the end of serve", child.wait())
            .await
            .expect("a child can be awaited")
    }
    pub fn pid(&self) -> u32 {
        self.running.as_ref().and_then(Child::id).expect("it runs")
    }

    /// The most memory that the process has had since it started, in bytes.
    pub fn memory_max(&self) -> u64 {
        self.memory("VmHWM:")
    }
    /// The memory that the process has now, in bytes.
    pub fn memory_now(&self) -> u64 {
        self.memory("VmRSS:")
    }
    fn memory(&self, line: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("a running process has a status");
        let kilobytes = status.lines().find_map(|all| all.strip_prefix(line));
        let kilobytes = kilobytes.and_then(|rest| rest.split_whitespace().next());
        kilobytes
            .and_then(|text| text.parse::<u64>().ok())
            .expect("Linux tells the memory")
            * 1_024
    }

    pub fn home(&self) -> &Home {
        &self.serve.home
    }
    pub fn admin(&self) -> &Admin {
        self.admin.as_ref().expect("it was started")
    }
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.admin().gateway_url)
    }
    /// A request as the owner of this machine.
    pub fn owner(&self, method: http::Method, path: &str) -> Request {
        Request::new(method, &self.url(path)).bearer(&self.admin().credential)
    }
    fn log_file(&self, start: usize) -> PathBuf {
        self.serve.home.path().join(format!("serve-{start}.log"))
    }
    /// Everything that `serve` printed, over all its starts.
    pub fn log(&self) -> String {
        let read = |start| fs::read_to_string(self.log_file(start)).unwrap_or_default();
        (0..self.starts).map(read).collect()
    }

    /// Runs a command of ours on this data directory.
    pub async fn cli(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::from(self.serve.home.command(token_tracker()));
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(self.serve.home.data_dir());
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
        let output = within(&format!("the end of {arguments:?}"), output).await;
        let output = output.expect("the binary starts");
        assert_eq!(
            output.status.signal(),
            None,
            "{arguments:?} was ended by a signal"
        );
        output.into()
    }

    /// Mints through the command line, as an owner does.
    pub async fn mint(&self, options: &MintOptions) -> Vec<MintedKey> {
        let arguments = options.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.cli(&arguments).await.expect(0).json::<MintResponse>().keys
    }
    /// Mints one key for one device.
    pub async fn mint_one(&self, credit: &str) -> MintedKey {
        self.mint(&MintOptions::credit(credit)).await.remove(0)
    }
    /// Redeems the code, as an editor does.
    pub async fn redeem(&self, key: &MintedKey) -> Device {
        Device::redeem(&self.admin().gateway_url, &key.key).await
    }
    /// A device on a key of its own with this credit.
    pub async fn device(&self, credit: &str) -> Device {
        let key = self.mint_one(credit).await;
        self.redeem(&key).await
    }

    /// Every usage row of a key, newest first, read page by page as the owner.
    pub async fn usage(&self, key: KeyId) -> Vec<UsageEntry> {
        let mut rows = Vec::new();
        let mut page = String::new();
        loop {
            let path = format!("/api/v1/usage?limit=1000&keyId={key}{page}");
            let answer = self.owner(http::Method::GET, &path).send().await;
            let list: UsageList = answer.expect(200).parse();
            rows.extend(list.rows);
            match list.next {
                Some(before) => page = format!("&before={before}"),
                None => return rows,
            }
        }
    }
    /// Every key with its lot, as the owner sees them.
    pub async fn keys(&self) -> Vec<KeySummary> {
        let answer = self.owner(http::Method::GET, "/api/v1/keys").send().await;
        answer.expect(200).parse::<KeyList>().keys
    }
    /// What `/metrics` says now.
    pub async fn metrics(&self) -> Page {
        let answer = Request::get(&self.url("/metrics")).send().await;
        Page::parse(answer.expect(200).text())
    }
    /// How many requests wait for a place.
    pub async fn waiting(&self) -> usize {
        let count = self.metrics().await.sum("token_tracker_requests_waiting", &[]);
        count as usize
    }
    /// The only usage row of the key.
    pub async fn only_row(&self, key: KeyId) -> UsageEntry {
        let mut rows = self.usage(key).await;
        assert_eq!(rows.len(), 1, "one request leaves one row: {rows:?}");
        rows.remove(0)
    }
    /// Waits until the key has so many rows; for requests whose client has gone away.
    pub async fn rows(&self, key: KeyId, count: usize) -> Vec<UsageEntry> {
        eventually(&format!("{count} usage rows of key {key}"), async || {
            let rows = self.usage(key).await;
            (rows.len() >= count).then_some(rows)
        })
        .await
    }
}

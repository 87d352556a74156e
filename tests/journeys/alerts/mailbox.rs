//! A mail server that keeps what it gets: SMTP over TLS, with a password.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring::default_provider,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

pub const USER: &str = "tokens";
pub const PASSWORD: &str = "canary-of-the-mail-server";
/// `\0tokens\0canary-of-the-mail-server` in Base64.
const PLAIN: &str = "AHRva2VucwBjYW5hcnktb2YtdGhlLW1haWwtc2VydmVy";

#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub to: Vec<String>,
    /// Head and body, as they came.
    pub text: String,
}

pub struct Mailbox {
    port: u16,
    folder: TempDir,
    mails: Arc<Mutex<Vec<Mail>>>,
    server: JoinHandle<()>,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Mailbox {
    pub async fn open() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, kept) = (acceptor.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    // Whoever breaks off has sent nothing.
                    let _ = serve(acceptor, socket, &kept).await;
                });
            }
        });
        Self {
            port,
            folder,
            mails,
            server,
        }
    }

    pub fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// `[smtp]` of a configuration that sends here.
    pub fn table(&self) -> String {
        format!(
            "[smtp]\nhost = \"localhost\"\nport = {}\ntls = \"tls\"\nusername = \"{USER}\"\npassword_env = \"MAIL_PASSWORD\"\n\
             from = \"Token Tracker <tokens@example.com>\"\n",
            self.port
        )
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

type Line = BufReader<TlsStream<TcpStream>>;

async fn serve(acceptor: TlsAcceptor, socket: TcpStream, mails: &Mutex<Vec<Mail>>) -> std::io::Result<()> {
    let mut line = BufReader::new(acceptor.accept(socket).await?);
    say(&mut line, "220 mail.test ready").await?;
    let (mut mail, mut is_known) = (Mail::default(), false);
    loop {
        let asked = hear(&mut line).await?;
        let words = asked.trim_end();
        let upper = words.to_ascii_uppercase();
        match upper.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" | "HELO" => {
                say(
                    &mut line,
                    "250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN",
                )
                .await?
            }
            "AUTH" => {
                is_known = words == format!("AUTH PLAIN {PLAIN}");
                say(&mut line, if is_known { "235 come in" } else { "535 not you" }).await?;
            }
            _ if !is_known => say(&mut line, "530 who are you?").await?,
            "MAIL" => say(&mut line, "250 go on").await?,
            "RCPT" => {
                mail.to
                    .push(words["RCPT TO:".len()..].trim_matches(['<', '>']).to_owned());
                say(&mut line, "250 go on").await?;
            }
            "DATA" => {
                say(&mut line, "354 end with a dot").await?;
                loop {
                    let text = hear(&mut line).await?;
                    if text == ".\r\n" {
                        break;
                    }
                    mail.text.push_str(&text);
                }
                mails.lock().unwrap().push(std::mem::take(&mut mail));
                say(&mut line, "250 kept").await?;
            }
            "QUIT" => return say(&mut line, "221 bye").await,
            _ => say(&mut line, "250 well").await?,
        }
    }
}

async fn hear(line: &mut Line) -> std::io::Result<String> {
    let mut text = String::new();
    match line.read_line(&mut text).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(text),
    }
}

async fn say(line: &mut Line, text: &str) -> std::io::Result<()> {
    line.write_all(format!("{text}\r\n").as_bytes()).await?;
    line.flush().await
}

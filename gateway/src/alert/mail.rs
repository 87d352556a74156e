//! Alerts by e-mail.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error as SmtpError,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use protocol::api::{Alert, AlertState};
use uuid::Uuid;

use super::send::{Sender, kind_name};
use crate::config::{SmtpConfig, SmtpTls};

const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a text is an address that mail can be sent to.
pub fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Sends it to all, or says why not, in words for the owner and without one of the server's.
pub(super) async fn send(
    sender: &Sender<'_>,
    to: &[String],
    delivery: Uuid,
    alert: Option<&Alert>,
) -> Result<(), String> {
    let smtp = sender
        .smtp
        .ok_or("The configuration names no mail server: see [smtp].")?;
    let message = message(sender, smtp, to, delivery, alert)?;
    let transport = transport(smtp)?;
    transport
        .send(message)
        .await
        .map(drop)
        .map_err(|error| in_words(&error))
}

fn message(
    sender: &Sender<'_>,
    smtp: &SmtpConfig,
    to: &[String],
    delivery: Uuid,
    alert: Option<&Alert>,
) -> Result<Message, String> {
    let address = |text: &str| {
        text.parse::<Mailbox>()
            .map_err(|_| format!("{text} is no e-mail address."))
    };
    let from = address(&smtp.from)?;
    let domain = from.email.domain().to_owned();
    // The same for each try, so that a mail that arrives twice is known to be one.
    let mut message = Message::builder()
        .from(from)
        .message_id(Some(format!("<{delivery}@{domain}>")))
        .subject(match alert {
            Some(alert) => format!("[Token Tracker] {}", alert.title),
            None => "[Token Tracker] Test".to_owned(),
        })
        .header(ContentType::TEXT_PLAIN);
    for one in to {
        message = message.to(address(one)?);
    }
    message
        .body(text(sender, alert))
        .map_err(|_| "The e-mail could not be written.".to_owned())
}

fn text(sender: &Sender<'_>, alert: Option<&Alert>) -> String {
    let url = sender.public_url;
    let Some(alert) = alert else {
        return format!("This is a test. Alerts of the gateway at {url} arrive here.\n");
    };
    let at = |moment: jiff::Timestamp| {
        moment
            .to_zoned_datetime(sender.zone.clone())
            .strftime("%-d %B %Y, %H:%M %Z")
            .to_string()
    };
    let over = match (alert.state, alert.resolved_at) {
        (AlertState::Resolved, Some(moment)) => format!("Over since {}.\n", at(moment)),
        _ => String::new(),
    };
    format!(
        "{}\n\n{}\n\n{}, {}\n{over}\n{url}/alerts\n",
        alert.title,
        alert.detail,
        kind_name(alert.kind),
        at(alert.raised_at)
    )
}

fn transport(smtp: &SmtpConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let parameters = || {
        TlsParameters::new_rustls(smtp.host.clone())
            .map_err(|_| "TLS to the mail server is not possible.".to_owned())
    };
    let tls = match smtp.tls {
        SmtpTls::Starttls => Tls::Required(parameters()?),
        SmtpTls::Tls => Tls::Wrapper(parameters()?),
        SmtpTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port())
        .tls(tls)
        .timeout(Some(PATIENCE));
    let password = smtp
        .password()
        .map_err(|why| format!("Of the mail server's password: {why}."))?;
    if let (Some(name), Some(password)) = (&smtp.username, password) {
        builder = builder.credentials(Credentials::new(name.clone(), password.to_string()));
    }
    Ok(builder.build())
}

fn in_words(error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("The mail server refused it with {code}."),
        None if error.is_timeout() => "The mail server did not answer in time.".into(),
        None if error.is_tls() => "The mail server's certificate, or TLS itself, is not right.".into(),
        None => "The mail server cannot be reached.".into(),
    }
}

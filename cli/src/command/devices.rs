use clap::{Args, Subcommand};
use protocol::{
    Code, DeviceId, Problem,
    api::{Device, DeviceList},
    client::GatewayClient,
};
use serde::Serialize;

use crate::{
    context::Context,
    failure::Failure,
    moment,
    output::Output,
    table::{Column, render},
};

#[derive(Subcommand)]
pub enum Devices {
    /// List the devices of this token key; of all keys with --data-dir
    List(List),
    /// Give a device another name
    Rename(Rename),
    /// Revoke a device and free its place on the token key
    Revoke(Revoke),
}

#[derive(Args)]
pub struct List {
    /// Show revoked devices too
    #[arg(long)]
    all: bool,
}

#[derive(Args)]
pub struct Rename {
    /// The device's id, or its name if no other device has it
    device: String,
    /// The new name
    name: String,
}

#[derive(Args)]
pub struct Revoke {
    /// The device's id, or its name if no other device has it
    device: String,
}

#[derive(Serialize)]
struct Renamed {
    id: DeviceId,
    name: String,
}

#[derive(Serialize)]
struct Revoked {
    revoked: DeviceId,
}

impl Devices {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let viewer = context.viewer().await?;
        match self {
            Self::List(list) => list.run(viewer.client()).await,
            Self::Rename(rename) => rename.run(viewer.client()).await,
            Self::Revoke(revoke) => revoke.run(viewer.client()).await,
        }
    }
}

impl List {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let mut devices = client.devices().await?;
        devices.retain(|device| self.all || device.revoked_at.is_none());
        let text = text(&devices);
        Ok(Output::new(text, &DeviceList { devices, next: None })?)
    }
}

impl Rename {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let id = find(client, &self.device).await?;
        client.rename_device(id, &self.name).await?;
        let text = format!("Device {id} is now called {}.", self.name);
        Ok(Output::new(text, &Renamed { id, name: self.name })?)
    }
}

impl Revoke {
    async fn run(self, client: &GatewayClient) -> Result<Output, Failure> {
        let id = find(client, &self.device).await?;
        client.revoke_device(id).await?;
        let text = format!("Device {id} is revoked; its place on the token key is free again.");
        Ok(Output::new(text, &Revoked { revoked: id })?)
    }
}

async fn find(client: &GatewayClient, word: &str) -> Result<DeviceId, Problem> {
    match word.parse() {
        Ok(id) => Ok(id),
        Err(_) => by_name(&client.devices().await?, word),
    }
}

fn by_name(devices: &[Device], name: &str) -> Result<DeviceId, Problem> {
    let mut found = devices
        .iter()
        .filter(|device| device.revoked_at.is_none() && device.name == name);
    let problem = |message: &str| {
        Problem::new(Code::NotFound, message).with_hint("Take the id from `token-tracker devices list`.")
    };
    match (found.next(), found.next()) {
        (Some(device), None) => Ok(device.id),
        (Some(_), Some(_)) => Err(problem("Several devices have that name.")),
        _ => Err(problem("No device has that id or name.")),
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("ID"),
    Column::Text("NAME"),
    Column::Text("CLIENT"),
    Column::Text("CREDENTIAL"),
    Column::Text("LAST SEEN"),
    Column::Text(""),
];

fn text(devices: &[Device]) -> String {
    if devices.is_empty() {
        return "No device is enrolled. Use a token key with `token-tracker redeem`.".into();
    }
    render(COLUMNS, devices.iter().map(row).collect())
}

fn row(device: &Device) -> Vec<String> {
    let mark = match (device.revoked_at, device.current) {
        (Some(_), _) => "revoked",
        (None, true) => "this device",
        (None, false) => "",
    };
    vec![
        device.id.to_string(),
        device.name.clone(),
        device.client.client.clone().unwrap_or_default(),
        format!("…{}", device.credential_last4),
        device.last_seen_at.map_or("never".into(), moment::display),
        mark.into(),
    ]
}

#[cfg(test)]
mod tests {
    use protocol::{KeyId, api::DeviceClient};

    use super::*;

    fn device(byte: u8, name: &str) -> Device {
        Device {
            id: DeviceId::from_bytes([byte; 16]),
            name: name.into(),
            key_id: KeyId::from_bytes([7; 16]),
            credential_last4: "x9Yz".into(),
            client: DeviceClient {
                client: Some("token-tracker".into()),
                ..DeviceClient::default()
            },
            created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
            last_seen_at: None,
            revoked_at: None,
            current: byte == 1,
            addresses: Vec::new(),
            running: 0,
            former_until: None,
        }
    }

    #[test]
    fn a_device_is_one_line() {
        insta::assert_snapshot!(text(&[device(1, "desk"), device(2, "laptop")]), @r"
        ID                                    NAME    CLIENT         CREDENTIAL  LAST SEEN
        01010101-0101-0101-0101-010101010101  desk    token-tracker  …x9Yz       never      this device
        02020202-0202-0202-0202-020202020202  laptop  token-tracker  …x9Yz       never
        ");
    }

    #[test]
    fn a_name_finds_its_only_device() {
        let devices = [device(1, "desk"), device(2, "laptop"), device(3, "laptop")];
        assert_eq!(by_name(&devices, "desk"), Ok(devices[0].id));
        assert!(by_name(&devices, "laptop").is_err());
        assert!(by_name(&devices, "phone").is_err());
    }
}

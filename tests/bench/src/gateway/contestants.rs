//! Who is measured: all of them before the same upstream, all of them running all the time.

use std::net::SocketAddr;

use tests::{Config, Device, Gateway, MintOptions, Model, Postgres, Price, Serve};

use super::peer::Peer;
use crate::{load::Route, nginx::Nginx, report::Report, upstream};

pub const DIRECT: &str = "direct";
pub const NGINX: &str = "nginx";
pub const PEER: &str = "Portkey 1.15.2";
pub const GATEWAY: &str = "gateway";
pub const POSTGRES: &str = "gateway on PostgreSQL";

/// One way to an answer.
#[derive(Clone)]
pub struct Contestant {
    pub route: Route,
    /// Its process, whose children count too; none for the direct call.
    pub process: Option<u32>,
}

/// Everything that has to stay alive meanwhile.
pub struct Field {
    /// Who answers as a whole.
    pub whole: Vec<Contestant>,
    /// Who streams.
    pub streaming: Vec<Contestant>,
    /// With its ledger in SQLite, and in PostgreSQL.
    pub gateways: [Gateway; 2],
    _nginx: Nginx,
    _peer: Peer,
    _server: Postgres,
}

impl Field {
    pub async fn start(report: &mut Report) -> Self {
        let upstream = upstream::start();
        let nginx = Nginx::start(upstream).await;
        let peer = Peer::start().await;
        let config = Config::new()
            .upstream("fake", &format!("http://{upstream}/v1"), None)
            .model(Model::new("coder", Price::USUAL));
        let server = Postgres::start();
        let sqlite = Serve::new(&config).start().await;
        let postgres = Serve::new(&config)
            .env("TOKEN_TRACKER_DATABASE_URL", &server.database("bench"))
            .start()
            .await;
        let contestants = vec![
            Contestant {
                route: Route::new(DIRECT, upstream, None),
                process: None,
            },
            Contestant {
                route: Route::new(NGINX, nginx.address, None),
                process: Some(nginx.pid()),
            },
            Contestant {
                route: peer.route(PEER, upstream),
                process: Some(peer.pid()),
            },
            contestant(GATEWAY, &sqlite).await,
            contestant(POSTGRES, &postgres).await,
        ];
        Self {
            whole: answering(report, &contestants, false).await,
            streaming: answering(report, &contestants, true).await,
            gateways: [sqlite, postgres],
            _nginx: nginx,
            _peer: peer,
            _server: server,
        }
    }
}

/// One that does not answer is no measure for anybody.
async fn answering(report: &mut Report, all: &[Contestant], stream: bool) -> Vec<Contestant> {
    let mut answering = Vec::new();
    for contestant in all {
        match contestant.route.answers(stream).await {
            Ok(()) => answering.push(contestant.clone()),
            Err(error) if contestant.route.name == PEER => {
                let kind = if stream { "streams" } else { "whole answers" };
                // What it says beyond that has several lines.
                let error = error.to_string();
                report.note(
                    format!("{PEER}: left out of {kind}, since it answers"),
                    error.lines().next().unwrap_or_default(),
                );
            }
            Err(error) => panic!("{} does not answer: {error}", contestant.route.name),
        }
    }
    answering
}

async fn contestant(name: &'static str, gateway: &Gateway) -> Contestant {
    let device = rich_device(gateway).await;
    Contestant {
        route: Route::new(name, address_of(gateway), Some(&device.credential)),
        process: Some(gateway.pid()),
    }
}

/// A device whose credit does not end while anything is measured.
pub async fn rich_device(gateway: &Gateway) -> Device {
    let key = gateway.mint(&MintOptions::credit("1000000")).await.remove(0);
    gateway.redeem(&key).await
}

pub fn address_of(gateway: &Gateway) -> SocketAddr {
    let url = gateway.url("");
    let address = url.trim_start_matches("http://");
    address.parse().expect("an address")
}

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
pub struct Contestant {
    pub route: Route,
    /// Its process, whose children count too; none for the direct call.
    pub process: Option<u32>,
}

/// Everything that has to stay alive meanwhile.
pub struct Field {
    pub contestants: Vec<Contestant>,
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
        let mut contestants = vec![
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
        // One that does not answer is no measure for anybody.
        let mut answering = Vec::new();
        for contestant in contestants.drain(..) {
            match contestant.route.answers().await {
                Ok(()) => answering.push(contestant),
                Err(error) if contestant.route.name == PEER => {
                    report.note(format!("{PEER}: left out, since it does not answer"), error);
                }
                Err(error) => panic!("{} does not answer: {error}", contestant.route.name),
            }
        }
        Self {
            contestants: answering,
            gateways: [sqlite, postgres],
            _nginx: nginx,
            _peer: peer,
            _server: server,
        }
    }
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

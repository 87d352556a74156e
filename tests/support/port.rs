use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// An address on loopback where nobody listens at this moment.
pub fn free_port() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address")
}

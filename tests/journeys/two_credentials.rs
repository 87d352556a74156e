//! A request with two different credentials is nobody's: not one route guesses which one counts.

use serde_json::Value;
use tests::within;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::scene::{SIDES, Scene, Side};

/// Sends the request with these credential lines, over a connection of its own; status and body.
async fn send(scene: &Scene, method: &str, path: &str, credentials: &str, body: &str) -> (u16, Value) {
    let url = scene.gateway.url("");
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(authority).await.unwrap();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\n{credentials}content-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    within("the answer", socket.read_to_end(&mut seen)).await.unwrap();
    let seen = String::from_utf8(seen).unwrap();
    let status = seen.split(' ').nth(1).unwrap().parse().unwrap();
    let body = seen.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// A second device of the same gateway, whose credential is as good as the first one's.
async fn pairs(scene: &Scene) -> Vec<String> {
    let other = scene.gateway.device("1.00").await.credential;
    let mine = &scene.device.credential;
    vec![
        format!("authorization: Bearer {mine}\r\nauthorization: Bearer {other}\r\n"),
        format!("authorization: Bearer {other}\r\nauthorization: Bearer {mine}\r\n"),
        format!("authorization: Bearer {mine}\r\nx-api-key: {other}\r\n"),
        format!("x-api-key: {mine}\r\nauthorization: Bearer {other}\r\n"),
        format!("x-api-key: {mine}\r\nx-api-key: {other}\r\n"),
        format!("x-api-key: {mine}\r\nauthorization: Basic eDp5\r\n"),
        format!("authorization: Bearer {mine}, Bearer {other}\r\n"),
    ]
}

#[tokio::test]
async fn two_different_credentials_are_refused_on_every_route() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let body = side.body(true).to_string();
        for pair in pairs(&scene).await {
            // Once in the plain shape of a hot route, once in a shape that goes the other way.
            for path in [
                side.path().to_owned(),
                format!("{}/", side.path()),
                format!("{}?beta=true", side.path()),
            ] {
                let (status, told) = send(&scene, "POST", &path, &pair, &body).await;
                if path.ends_with('/') {
                    assert!(matches!(status, 401 | 404), "{path}: {told}");
                } else {
                    assert_eq!(
                        (status, told["error"]["code"].as_str()),
                        (401, Some("unauthorized")),
                        "{pair}"
                    );
                }
            }
            for (method, path) in [
                ("POST", "/v1/messages/count_tokens"),
                ("POST", "/v1/completions"),
                ("POST", "/v1/embeddings"),
                ("GET", "/v1/models"),
                ("GET", "/api/v1/balance"),
                ("GET", "/api/v1/keys"),
            ] {
                let (status, told) = send(&scene, method, path, &pair, &body).await;
                assert_eq!(status, 401, "{method} {path} {pair}: {told}");
            }
        }
        assert!(scene.upstream.all_calls().is_empty());
        scene.released().await;
    }
}

#[tokio::test]
async fn the_same_credential_twice_over_both_headers_is_one() {
    let scene = Scene::new(Side::Messages).await;
    scene
        .upstream
        .on(crate::scene::MODEL, |call| Side::Messages.reply(call, 4));
    let mine = &scene.device.credential;
    let both = format!("authorization: Bearer {mine}\r\nx-api-key: {mine}\r\n");
    let body = Side::Messages.body(false).to_string();
    let (status, told) = send(&scene, "POST", "/v1/messages", &both, &body).await;
    assert_eq!(status, 200, "{told}");
    scene.settled(4).await;
}

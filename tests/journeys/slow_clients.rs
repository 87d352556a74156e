//! Clients that are slow, or only sit there: each is given its time and no more, and all of them
//! together take nothing from those who are not.

use std::time::{Duration, Instant};

use bytes::Bytes;
use protocol::Money;
use tests::{
    Request, eventually,
    upstream::{End, Reply, Step},
    within,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::scene::{MODEL, SIDES, Scene, Side, sends_then};

async fn connect(scene: &Scene) -> TcpStream {
    let url = scene.gateway.url("");
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    TcpStream::connect(authority).await.unwrap()
}

/// Everything that comes until the gateway closes the connection.
async fn rest(mut socket: TcpStream) -> String {
    let mut seen = Vec::new();
    // A reset is an end too.
    let _ = within("the end of the connection", socket.read_to_end(&mut seen)).await;
    String::from_utf8_lossy(&seen).into_owned()
}

fn head(scene: &Scene, length: usize) -> String {
    format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n",
        scene.side.path(),
        scene.device.credential
    )
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let scene = Scene::with(Side::Chat, "head_seconds_max = 1").await;
    let starts = [
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-a: ",
        "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-a: ",
        // What is no plain request goes another way from the first line on.
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nx-a: ",
    ];
    for start in starts {
        let mut socket = connect(&scene).await;
        let from = Instant::now();
        socket.write_all(start.as_bytes()).await.unwrap();
        // A byte now and then does not help: the time is for the whole head.
        let (mut reads, mut writes) = socket.into_split();
        let trickle = tokio::spawn(async move {
            while writes.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        let mut seen = Vec::new();
        let _ = within("the end of a slow head", reads.read_to_end(&mut seen)).await;
        assert!(
            from.elapsed() < Duration::from_secs(10),
            "{start}: {:?}",
            from.elapsed()
        );
        trickle.abort();
    }
    scene.released().await;
}

#[tokio::test]
async fn a_body_that_does_not_end_is_refused_and_frees_its_place() {
    for side in SIDES {
        let scene = Scene::with(
            side,
            "body_seconds_max = 1\nstreams_per_device = 1\nrequests_max = 1",
        )
        .await;
        scene.upstream.on(MODEL, move |call| side.reply(call, 3));
        let mut socket = connect(&scene).await;
        socket.write_all(head(&scene, 1_000).as_bytes()).await.unwrap();
        socket.write_all(b"{\"model\":").await.unwrap();
        let seen = rest(socket).await;
        assert!(seen.starts_with("HTTP/1.1 400 "), "{side:?}: {seen}");
        assert!(seen.contains("\"code\":\"invalid_request\""), "{side:?}: {seen}");
        assert!(seen.contains("connection: close"), "{side:?}: {seen}");
        scene.ask(false).send().await.expect(200);
        scene.settled(3).await;
    }
}

#[tokio::test]
async fn a_slow_body_of_the_control_plane_is_not_waited_for() {
    let scene = Scene::with(Side::Chat, "body_seconds_max = 1").await;
    let mut socket = connect(&scene).await;
    let head = "POST /api/v1/redeem HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.unwrap();
    let seen = rest(socket).await;
    assert!(seen.starts_with("HTTP/1.1 400 "), "{seen}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_told_so_before_it_is_read() {
    for side in SIDES {
        let scene = Scene::with(side, "body_bytes_max = 1000").await;
        // To one that waits for the answer before it sends the body, and to one that does not.
        for sends in [0, 2_000_000] {
            let mut socket = connect(&scene).await;
            socket
                .write_all(head(&scene, 2_000_000).as_bytes())
                .await
                .unwrap();
            let (mut reads, mut writes) = socket.into_split();
            let sending = tokio::spawn(async move {
                let _ = writes.write_all(&vec![b' '; sends]).await;
                writes
            });
            let mut seen = Vec::new();
            let _ = within("a refusal", reads.read_to_end(&mut seen)).await;
            let seen = String::from_utf8_lossy(&seen);
            assert!(seen.starts_with("HTTP/1.1 400 "), "{side:?} {sends}: {seen}");
            assert!(seen.contains("larger than 1000 bytes"), "{side:?}: {seen}");
            sending.abort();
        }
        scene.released().await;
    }
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_refused() {
    let scene = Scene::new(Side::Chat).await;
    let long = format!("x-long: {}\r\n", "a".repeat(80 * 1024));
    let many: String = (0..300).map(|number| format!("x-{number}: a\r\n")).collect();
    for fields in [long, many] {
        let mut socket = connect(&scene).await;
        let text = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n{fields}content-length: 2\r\n\r\n{{}}"
        );
        let _ = socket.write_all(text.as_bytes()).await;
        let seen = rest(socket).await;
        assert!(seen.starts_with("HTTP/1.1 4") || seen.is_empty(), "{seen}");
    }
    scene.released().await;
}

#[tokio::test]
async fn a_client_that_never_reads_is_let_go_and_the_upstream_with_it() {
    for side in SIDES {
        let scene = Scene::with(side, "write_seconds_max = 1").await;
        let before = scene.gateway.memory_now();
        scene.plays(sends_then(side.start(Some(12)), Step::Repeat(side.word(7))));
        let mut socket = connect(&scene).await;
        let body = side.body(true).to_string();
        socket
            .write_all(head(&scene, body.len()).as_bytes())
            .await
            .unwrap();
        socket.write_all(body.as_bytes()).await.unwrap();
        let call = scene.upstream.call(MODEL, 0).await;
        assert_eq!(call.ended().await, End::ClosedEarly, "{side:?}");
        let row = scene.gateway.rows(scene.key(), 1).await.remove(0);
        assert!(row.estimated && row.cost_nano_usd > Money::ZERO, "{row:?}");
        scene.spent(row.cost_nano_usd).await;
        let grown = scene.gateway.memory_max().saturating_sub(before);
        assert!(grown < 64 * 1024 * 1024, "{side:?}: {grown}");
        drop(socket);
    }
}

#[tokio::test]
async fn a_whole_answer_that_nobody_reads_is_settled_and_let_go() {
    for side in SIDES {
        let scene = Scene::with(side, "write_seconds_max = 1\nstreams_per_device = 1").await;
        let mut whole = side.whole(3);
        whole["padding"] = "p".repeat(20_000_000).into();
        let big = Bytes::from(whole.to_string());
        scene
            .upstream
            .on(MODEL, move |_| Reply::whole(200, "application/json", big.clone()));
        let mut socket = connect(&scene).await;
        let body = side.body(false).to_string();
        socket
            .write_all(head(&scene, body.len()).as_bytes())
            .await
            .unwrap();
        socket.write_all(body.as_bytes()).await.unwrap();
        scene.gateway.rows(scene.key(), 1).await;
        scene.upstream.on(MODEL, move |call| side.reply(call, 3));
        // The only place of the device is free again as soon as the client was given up.
        eventually("the place of a client that does not read", async || {
            let seen = scene.ask(false).try_send().await.unwrap();
            (seen.status == 200).then_some(())
        })
        .await;
        assert_eq!(scene.gateway.usage(scene.key()).await.len(), 2);
        drop(socket);
    }
}

#[tokio::test]
async fn thousands_that_only_sit_there_cost_little_and_stop_nobody() {
    const IDLE: usize = 3_000;
    let scene = Scene::new(Side::Chat).await;
    scene.upstream.on(MODEL, |call| Side::Chat.reply(call, 3));
    let before = scene.gateway.memory_now();
    let mut idle = Vec::new();
    for number in 0..IDLE {
        let mut socket = connect(&scene).await;
        if number % 2 == 0 {
            socket.write_all(b"POST /v1/chat").await.unwrap();
        }
        idle.push(socket);
    }
    scene.ask(true).send().await.expect(200);
    let each = scene.gateway.memory_now().saturating_sub(before) / IDLE as u64;
    assert!(each < 32 * 1024, "{each} bytes for each connection");
    scene.settled(3).await;
}

#[tokio::test]
async fn where_all_places_are_taken_a_new_client_is_told_and_those_who_sit_there_make_room() {
    let scene = Scene::with(Side::Messages, "connections_max = 20").await;
    scene.upstream.on(MODEL, |call| Side::Messages.reply(call, 3));
    let mut idle = Vec::new();
    for number in 0..24 {
        let mut socket = connect(&scene).await;
        if number % 2 == 0 {
            socket.write_all(b"POST /v1/mess").await.unwrap();
        }
        idle.push(socket);
    }
    let request = Request::get(&scene.gateway.url("/healthz"));
    let seen = request.try_send().await.expect("an answer, not a closed door");
    assert_eq!(
        (seen.status.as_u16(), seen.header("retry-after")),
        (429, Some("1")),
        "{}",
        seen.text()
    );
    assert_eq!(seen.json()["type"], "error");
    assert_eq!(seen.json()["error"]["code"], "rate_limited");
    // Whoever left at the bell, such as what set the scene, has somebody in their place.
    for _ in 0..10 {
        idle.push(connect(&scene).await);
    }
    // The owner could make room, and is not kept out; nor is anybody else let in as such.
    let ask = scene.gateway.owner(http::Method::GET, "/api/v1/keys");
    let through_somebody = ask.clone().header("x-forwarded-for", "203.0.113.7");
    ask.try_send().await.unwrap().expect(200);
    let stranger = Request::get(&scene.gateway.url("/api/v1/keys")).bearer(&scene.device.credential);
    for other in [through_somebody, stranger] {
        // By now somebody may have made room: then it is their credential that is refused.
        let seen = other.try_send().await.unwrap().status.as_u16();
        assert!(matches!(seen, 401 | 403 | 429), "{seen}");
    }
    // Long before the 75 seconds that a quiet connection may stay.
    eventually("a place", async || {
        let seen = scene.ask(false).try_send().await.ok()?;
        (seen.status == 200).then_some(())
    })
    .await;
    drop(idle);
    eventually("the places of those who left", async || {
        let url = scene.gateway.url("/healthz");
        let seen = Request::get(&url).try_send().await.ok()?;
        (seen.status == 200).then_some(())
    })
    .await;
    scene.settled(3).await;
}

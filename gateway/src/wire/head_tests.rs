use bytes::BytesMut;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{
    Malformed,
    head::{Framing, HEAD_BYTES_MAX, RequestHead, RequestStart, parse_request, parse_response, put_response},
};

fn request(text: &str) -> (RequestStart<()>, String) {
    let mut buffer = BytesMut::from(text);
    let start = parse_request(&mut buffer, &mut 0, |path| (path == "/v1/x").then_some(()));
    (start, String::from_utf8(buffer.to_vec()).unwrap())
}

fn plain(text: &str) -> RequestHead<()> {
    match request(text).0 {
        RequestStart::Plain(head) => head,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plain_request_is_taken_out_of_the_buffer() {
    let text = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX-Two: 1\r\nx-two: 2\r\n\r\n{}POST";
    let (start, rest) = request(text);
    let RequestStart::Plain(head) = start else {
        panic!()
    };
    assert_eq!((head.length, rest.as_str()), (2, "{}POST"));
    let two: Vec<_> = head.headers.get_all("x-two").iter().collect();
    assert_eq!(two, ["1", "2"]);
    assert_eq!(
        plain(
            "POST /v1/x?beta=true HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: Keep-Alive\r\n\r\n"
        )
        .length,
        0
    );
}

#[test]
fn a_head_that_comes_byte_by_byte_is_read_once_it_is_there() {
    let text = b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n";
    let (mut buffer, mut searched) = (BytesMut::new(), 0);
    for (at, byte) in text.iter().enumerate() {
        buffer.extend_from_slice(&[*byte]);
        let start = parse_request(&mut buffer, &mut searched, |_| Some(()));
        let is_last = at == text.len() - 1;
        assert_eq!(matches!(start, RequestStart::Plain(_)), is_last, "{at}");
        assert_eq!(matches!(start, RequestStart::Partial), !is_last, "{at}");
    }
}

#[test]
fn what_is_not_plain_is_left_as_it_was() {
    let fields = [
        "content-length: 2\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked",
        "content-length: 2\r\ncontent-length: 2",
        "content-length: 2, 2",
        "content-length: +2",
        "content-length: 0x2",
        "content-length:",
        "x: 1",
        "content-length: 2\r\nexpect: 100-continue",
        "content-length: 2\r\nupgrade: h2c",
        "content-length: 2\r\nconnection: close",
        "content-length: 2\r\nconnection: keep-alive, x-api-key",
        "content-length: 2\r\nhost: b",
        "content-length : 2",
        "content-length: 2\r\n folded: 1",
    ];
    let mut texts: Vec<String> = fields
        .map(|fields| format!("POST /v1/x HTTP/1.1\r\nhost: a\r\n{fields}\r\n\r\n{{}}"))
        .into();
    texts.extend(
        [
            "GET /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n",
            "POST /v1/x HTTP/1.0\r\nhost: a\r\ncontent-length: 2\r\n\r\n",
            "POST /v1/other HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n",
            "POST http://a/v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n",
            "POST /v1/x HTTP/1.1\r\ncontent-length: 2\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "nonsense\r\n\r\n",
        ]
        .map(str::to_owned),
    );
    texts.push(format!(
        "POST /v1/x HTTP/1.1\r\nx: {}",
        "x".repeat(HEAD_BYTES_MAX)
    ));
    for text in texts {
        let (start, rest) = request(&text);
        assert!(matches!(start, RequestStart::Unusual), "{text:?} gave {start:?}");
        assert_eq!(rest, text);
    }
}

fn response(text: &str) -> Result<Option<(u16, Framing, bool, HeaderMap)>, Malformed> {
    let mut buffer = BytesMut::from(text);
    let head = parse_response(&mut buffer, &mut 0, |name| {
        name.starts_with("x-") || name == "retry-after"
    })?;
    Ok(head.map(|head| (head.status.as_u16(), head.framing, head.is_reusable, head.headers)))
}

#[test]
fn the_end_of_an_answer_is_known_from_its_head() {
    let cases = [
        ("200 OK\r\ncontent-length: 5", Framing::Length(5), true),
        (
            "200 OK\r\nContent-Length: 5\r\ncontent-length: 5",
            Framing::Length(5),
            true,
        ),
        ("200 OK\r\ntransfer-encoding: chunked", Framing::Chunked, true),
        (
            "200 OK\r\ntransfer-encoding: gzip, Chunked",
            Framing::Chunked,
            true,
        ),
        ("200 OK\r\ntransfer-encoding: gzip", Framing::UntilClose, false),
        (
            "200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5",
            Framing::Chunked,
            false,
        ),
        (
            "200 OK\r\ncontent-length: 5\r\nconnection: x, Close",
            Framing::Length(5),
            false,
        ),
        ("200 OK", Framing::UntilClose, false),
        ("204 No Content", Framing::Length(0), true),
    ];
    for (fields, framing, is_reusable) in cases {
        let (_, found, reusable, _) = response(&format!("HTTP/1.1 {fields}\r\n\r\n")).unwrap().unwrap();
        assert_eq!((found, reusable), (framing, is_reusable), "{fields}");
    }
    let (_, _, reusable, _) = response("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n")
        .unwrap()
        .unwrap();
    assert!(!reusable);
}

#[test]
fn interim_answers_are_skipped_and_only_wanted_headers_are_kept() {
    let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n\
                HTTP/1.1 429 Too Many\r\nretry-after: 3\r\nset-cookie: a=b\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n";
    let (status, _, _, headers) = response(text).unwrap().unwrap();
    assert_eq!(status, 429);
    assert_eq!(headers.get("retry-after").unwrap(), "3");
    assert_eq!(headers.get_all("x-a").iter().count(), 2);
    assert_eq!(headers.len(), 3);
}

#[test]
fn answers_that_cannot_be_trusted_are_errors() {
    for text in [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "220 smtp.example ready\r\n\r\n",
    ] {
        assert_eq!(response(text), Err(Malformed), "{text:?}");
    }
    assert_eq!(response("HTTP/1.1 200 OK\r\ncontent-"), Ok(None));
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(HEAD_BYTES_MAX));
    assert_eq!(response(&endless), Err(Malformed));
}

#[test]
fn an_answer_of_ours_says_where_it_ends_once() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("content-length", HeaderValue::from_static("999"));
    let mut text = BytesMut::new();
    put_response(StatusCode::OK, &headers, Framing::Length(2), true, &mut text);
    let text = String::from_utf8(text.to_vec()).unwrap();
    let (before, after) = text.split_once("date: ").unwrap();
    assert_eq!(before, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n");
    assert!(
        after.ends_with(" GMT\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"),
        "{after}"
    );
}

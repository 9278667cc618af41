//! The door over a real socket: what is shown, what is not followed.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    thread::JoinHandle,
};

use vauban_party::{Credential, Door as _, Https};

use crate::made::code;

/// Answers one request, and returns its head.
fn serve(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        (&stream).write_all(answer.as_bytes()).unwrap();
        head + &String::from_utf8_lossy(&body)
    });
    (address, served)
}

#[test]
fn the_credential_is_shown_and_the_answer_read() {
    let (address, served) = serve("HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: 5\r\n\r\nhello");
    let door = Https::new(&address, Credential::of(&code(1))).unwrap();
    let mut reply = door.get("/hub/v1/streams", Some("\"6\"")).unwrap();
    let mut body = String::new();
    reply.body.read_to_string(&mut body).unwrap();
    assert_eq!((reply.status, reply.etag.as_deref(), body.as_str()), (200, Some("\"7\""), "hello"));
    let asked = served.join().unwrap().to_lowercase();
    assert!(asked.starts_with("get /hub/v1/streams http/1.1"));
    assert!(asked.contains(&format!("authorization: bearer {}", code(1).credential().to_lowercase())));
    assert!(asked.contains("if-none-match: \"6\""));
    assert!(!format!("{door:?}").contains(code(1).credential().as_str()));
}

#[test]
fn a_body_is_sent_as_it_is_and_statuses_are_answers() {
    let (address, served) = serve("HTTP/1.1 429 Too Many\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
    let door = Https::new(&address, Credential::of(&code(1))).unwrap();
    let reply = door.post("/hub/v1/blind", b"batch").unwrap();
    assert_eq!((reply.status, reply.retry_after), (429, Some(60)));
    assert!(served.join().unwrap().ends_with("\r\n\r\nbatch"));
}

#[test]
fn nobody_is_followed_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let place = elsewhere.local_addr().unwrap();
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{place}/\r\nContent-Length: 0\r\n\r\n");
    let (address, served) = serve(answer.leak());
    let door = Https::new(&address, Credential::of(&code(1))).unwrap();
    let reply = door.get("/hub/v1/streams", None);
    served.join().unwrap();
    assert!(reply.is_err() || reply.unwrap().status == 302);
    assert!(elsewhere.accept().is_err(), "nobody came");
}

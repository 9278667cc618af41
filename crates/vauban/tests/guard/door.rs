//! The door past the filter: a mail server that takes everything and remembers it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// A message that was handed over.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// The lines of its envelope.
    pub(crate) envelope: Vec<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Taken {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The text of a notice, decoded.
    pub(crate) fn words(&self) -> String {
        let text = self.text();
        let (header, body) = text.split_once("\r\n\r\n").unwrap();
        if header.contains("Content-Transfer-Encoding: base64") {
            let plain: String = body.split_whitespace().collect();
            return String::from_utf8(data_encoding::BASE64.decode(plain.as_bytes()).unwrap()).unwrap();
        }
        // Quoted-printable, as far as our own words need it.
        let mut bytes = Vec::new();
        let joined = body.replace("=\r\n", "");
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            let code = std::str::from_utf8(rest.get(..2).unwrap_or_default()).unwrap_or_default();
            match (first, u8::from_str_radix(code, 16)) {
                (b'=', Ok(byte)) => {
                    bytes.push(byte);
                    rest = &rest[2..];
                }
                _ => bytes.push(*first),
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

/// The server behind the door.
pub(crate) struct Door {
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Door {
    pub(crate) fn open(port: u16) -> Self {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let for_thread = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&for_thread);
                thread::spawn(move || serve(&stream, &taken));
            }
        });
        Self { taken }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits until so many messages were handed over.
    pub(crate) fn waits_for(&self, number: usize) -> Vec<Taken> {
        for _ in 0..600 {
            let taken = self.taken();
            if taken.len() >= number {
                return taken;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let taken = self.taken();
        assert!(taken.len() >= number, "{} of {number} handed over: {taken:?}", taken.len());
        taken
    }
}

fn serve(stream: &TcpStream, all: &Mutex<Vec<Taken>>) {
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream);
    out.write_all(b"220 door\r\n").unwrap();
    let mut taken = Taken { envelope: Vec::new(), bytes: Vec::new() };
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end();
        if line.starts_with("EHLO") {
            out.write_all(b"250-door\r\n250 8BITMIME\r\n").unwrap();
            continue;
        }
        if line.starts_with("MAIL") || line.starts_with("RCPT") {
            taken.envelope.push(line.split(" BODY").next().unwrap().to_owned());
        }
        if line == "DATA" {
            out.write_all(b"354 go on\r\n").unwrap();
            loop {
                let mut piece = Vec::new();
                lines.read_until(b'\n', &mut piece).unwrap();
                if piece == b".\r\n" {
                    break;
                }
                taken.bytes.extend(piece.strip_prefix(b".").unwrap_or(&piece));
            }
            all.lock().unwrap().push(taken.clone());
            taken = Taken { envelope: Vec::new(), bytes: Vec::new() };
        }
        let _ = out.write_all(b"250 ok\r\n");
    }
}

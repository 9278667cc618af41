//! A mail server, as far as a filter sees one.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// A connection of a mail server.
pub(crate) struct Client {
    stream: TcpStream,
}

/// What the filter answered to a message: the changes, then the last word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) inserted: Vec<String>,
    pub(crate) deleted: Vec<String>,
    /// Recipients that were taken out.
    pub(crate) removed: Vec<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) last: char,
    pub(crate) words: String,
}

impl Answer {
    /// Its verdict, from the header field that the filter adds, or from its last word.
    pub(crate) fn verdict(&self) -> String {
        let added = self.inserted.iter().find_map(|field| field.strip_prefix("X-Vauban-Verdict: "));
        match (added, self.last) {
            (Some(verdict), _) => verdict.split(';').next().unwrap().to_owned(),
            (None, 'd') => "quarantine".to_owned(),
            (None, 'y') => self.words.split(' ').next().unwrap().to_owned(),
            (None, other) => other.to_string(),
        }
    }
}

impl Client {
    pub(crate) fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Connects and agrees on a message in one round trip.
    pub(crate) fn ready(port: u16) -> Self {
        let mut client = Self::connect(port);
        let offer: Vec<u8> = [6_u32, 0x1ff, 0x001f_ffff].iter().flat_map(|number| number.to_be_bytes()).collect();
        client.send(b'O', &offer);
        assert_eq!(client.receive().unwrap().0, b'O');
        client.send(b'C', b"mail.sender.example\x004\x04\xd2203.0.113.9\0");
        client.send(b'H', b"mail.sender.example\0");
        client
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    pub(crate) fn send(&mut self, code: u8, data: &[u8]) {
        let mut frame = (u32::try_from(data.len()).unwrap() + 1).to_be_bytes().to_vec();
        frame.push(code);
        frame.extend(data);
        // A filter that has had enough closes: what it said stands in its answer.
        let _ = self.stream.write_all(&frame);
    }

    /// One frame; none when the filter closed.
    pub(crate) fn receive(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).ok()?;
        let mut data = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut data).ok()?;
        Some((data[0], data[1..].to_vec()))
    }

    /// Sends everything of a message but its end.
    pub(crate) fn begin(&mut self, message: &str) {
        self.begin_from("sender@lumiere.test", &["claire.martin@campagne.example"], false, message);
    }

    /// The same, from somebody to some; whoever signed in sends it out.
    fn begin_from(&mut self, sender: &str, recipients: &[&str], signed_in: bool, message: &str) {
        self.send(b'D', b"Mi\x004F1\0");
        if signed_in {
            self.send(b'D', format!("M{{auth_authen}}\0{sender}\0").as_bytes());
        }
        self.send(b'M', format!("<{sender}>\0").as_bytes());
        for recipient in recipients {
            self.send(b'R', format!("<{recipient}>\0").as_bytes());
        }
        let (header, body) = message.split_once("\n\n").unwrap();
        for line in header.lines() {
            let (name, value) = line.split_once(':').unwrap();
            self.send(b'L', format!("{name}\0{value}\0").as_bytes());
        }
        self.send(b'N', b"");
        for piece in body.replace('\n', "\r\n").as_bytes().chunks(65_000) {
            self.send(b'B', piece);
        }
    }

    /// Sends a message and waits for the answer.
    pub(crate) fn message(&mut self, message: &str) -> Option<Answer> {
        self.begin(message);
        self.send(b'E', b"");
        self.answer()
    }

    /// Sends a message from somebody who signed in.
    pub(crate) fn outgoing(&mut self, sender: &str, recipients: &[&str], message: &str) -> Option<Answer> {
        self.begin_from(sender, recipients, true, message);
        self.send(b'E', b"");
        self.answer()
    }

    /// Sends a message from outside to some.
    pub(crate) fn incoming(&mut self, recipients: &[&str], message: &str) -> Option<Answer> {
        self.begin_from("sender@lumiere.test", recipients, false, message);
        self.send(b'E', b"");
        self.answer()
    }

    /// The answer to a message that was sent.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut answer = Answer {
            inserted: Vec::new(),
            deleted: Vec::new(),
            removed: Vec::new(),
            body: Vec::new(),
            last: ' ',
            words: String::new(),
        };
        loop {
            let (code, data) = self.receive()?;
            let texts = |from: usize| -> Vec<String> {
                data[from..].split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned()).collect()
            };
            match code {
                b'p' => {}
                b'i' => answer.inserted.push(format!("{}:{}", texts(4)[0], texts(4)[1])),
                b'-' => answer.removed.push(texts(0)[0].clone()),
                b'b' => answer.body.extend(&data),
                b'm' => answer.deleted.push(texts(4)[0].clone()),
                last => {
                    answer.last = char::from(last);
                    answer.words = texts(0)[0].clone();
                    return Some(answer);
                }
            }
        }
    }
}

/// An honest message.
pub(crate) fn honest(number: usize) -> String {
    format!(
        "From: Association <contact@lumiere.test>\nTo: claire.martin@campagne.example\nSubject: Bonjour {number}\nMessage-ID: <{number}@lumiere.test>\nDate: Mon, 02 Nov 2026 09:12:00 +0100\n\nBonjour Claire, à demain. {number}\n"
    )
}

/// A message that is flagged: a colleague's name on a foreign address.
pub(crate) fn doubtful(number: usize) -> String {
    honest(number).replace("Association <contact@lumiere.test>", "Hugo Bernard <hb@gmail.com>")
}

/// A message that is kept back: a shortcut is attached.
pub(crate) fn trap(number: usize, canary: &str) -> String {
    format!(
        "From: Association <contact@lumiere.test>\nTo: claire.martin@campagne.example\nSubject: {canary}\nMessage-ID: <{number}@lumiere.test>\nDate: Mon, 02 Nov 2026 09:12:00 +0100\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nBonjour {canary}\n--b\nContent-Type: application/octet-stream; name=p.lnk\nContent-Transfer-Encoding: base64\n\nTAAAAAEUAgAAAAAAwAAAAAAAAEY=\n--b--\n"
    )
}

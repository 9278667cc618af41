//! How many people sign in per second of the server's processor, and in how much memory: whole sign-ins, asked and answered over
//! connections that stay open, with keys in software that sign each challenge.
//!
//! `sign_ins FOLDER [SECONDS [CONNECTIONS [PEOPLE]]]` starts `signin_serve`, which stands beside it, as a process of its own. Reads what the
//! kernel counts of that process, so that it runs on Linux alone.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vauban_softkey::{SoftKey, honest};

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What the kernel counts processor time in, for programs: a hundredth of a second, whatever it uses itself (proc(5)).
const TICKS: f64 = 100.0;

/// A process that is stopped by its number.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("give a folder that may be written")?;
    let number = |place: usize, otherwise: u64| arguments.get(place).map_or(Ok(otherwise), |text| text.parse());
    let (seconds, connections, people) = (number(1, 10)?, number(2, 4)?, number(3, 100)?);

    let (server, origin, links) = serve(folder, people)?;
    let at_rest = Counted::of(&server)?;
    let share = links.len().div_ceil(usize::try_from(connections)?.max(1)).max(1);
    let mut browsers = Vec::new();
    for (seed, links) in (1_u8..).zip(links.chunks(share)) {
        browsers.push(Browser::enrolled(&origin, links, seed)?);
    }
    let (before, began) = (Counted::of(&server)?, Instant::now());
    let until = began + Duration::from_secs(seconds);
    let start = |browser: Browser| thread::spawn(move || browser.sign_in_until(until));
    let running: Vec<_> = browsers.into_iter().map(start).collect();
    let mut done = 0;
    for one in running {
        done += one.join().map_err(|_| "a browser was lost")??;
    }
    let (after, took) = (Counted::of(&server)?, began.elapsed().as_secs_f64());

    let (cpu, count) = (after.cpu - before.cpu, f64::from(done));
    let mut out = io::stdout().lock();
    writeln!(out, "sign-ins: {done} of {} people in {took:.1} s, over {connections} connections", links.len())?;
    writeln!(out, "a second of the server's processor: {:.0} ({:.0} us each)", count / cpu, cpu / count * 1e6)?;
    writeln!(out, "a second of the clock, with the load beside it: {:.0}", count / took)?;
    writeln!(out, "the server's memory: {:.1} MB at most, {:.1} before anybody came", after.peak, at_rest.peak)?;
    Ok(())
}

/// The server, its origin and the links of its people.
fn serve(folder: &str, people: u64) -> Result<(Server, String, Vec<String>), Failed> {
    let program = std::env::current_exe()?.with_file_name("signin_serve");
    let mut child = Command::new(program).arg(folder).arg(people.to_string()).stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take();
    let server = Server(child);
    let mut lines = BufReader::new(said.ok_or("the server says nothing")?).lines();
    let origin = lines.next().ok_or("the server did not begin")??;
    let links = lines.take(usize::try_from(people)?).collect::<Result<Vec<String>, _>>()?;
    Ok((server, origin, links))
}

/// What the kernel has counted of a process.
struct Counted {
    /// Seconds of the processor.
    cpu: f64,
    /// The most memory that was resident, in millions of bytes.
    peak: f64,
}

impl Counted {
    fn of(server: &Server) -> Result<Self, Failed> {
        let folder = format!("/proc/{}", server.0.id());
        let stat = fs::read_to_string(format!("{folder}/stat"))?;
        // After the name, which may hold anything, come the state and, as the 12th and 13th, the times in user and kernel mode.
        let after_name = stat.rsplit_once(')').ok_or("the kernel says nothing")?.1;
        let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
        let status = fs::read_to_string(format!("{folder}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel counts no memory")?;
        let kibibytes: f64 = peak.trim().trim_end_matches(" kB").parse()?;
        Ok(Self { cpu: ticks / TICKS, peak: kibibytes * 1_024.0 / 1e6 })
    }
}

/// A browser whose connection stays open, with the keys of several people.
struct Browser {
    stream: BufReader<TcpStream>,
    origin: String,
    cookie: String,
    keys: Vec<SoftKey>,
}

impl Browser {
    /// Uses each link: a key is made.
    fn enrolled(origin: &str, links: &[String], seed: u8) -> Result<Self, Failed> {
        let stream = TcpStream::connect(authority(origin))?;
        stream.set_nodelay(true)?;
        let stream = BufReader::new(stream);
        let mut browser = Self { stream, origin: origin.to_owned(), cookie: String::new(), keys: Vec::new() };
        for (number, link) in (0_u8..).zip(links) {
            let asked = browser.post("/enrol/ask", &json!({ "link": link }))?;
            let mut own = [seed; 32];
            own[0] = number;
            let (key, response) = SoftKey::make(&asked["options"].to_string(), origin, own, honest)?;
            let response: Value = serde_json::from_str(&response)?;
            let answer = json!({ "challenge": asked["challenge"], "response": response, "link": link });
            browser.post("/enrol/answer", &answer)?;
            browser.keys.push(key);
        }
        Ok(browser)
    }

    /// Has one after the other sign in. How many did.
    fn sign_in_until(mut self, until: Instant) -> Result<u32, Failed> {
        let mut done = 0;
        while Instant::now() < until {
            let asked = self.post("/signin/ask", &json!({}))?;
            let place = done as usize % self.keys.len();
            let key = self.keys.get_mut(place).ok_or("nobody has a key")?;
            let response = key.sign(&asked["options"].to_string(), &self.origin, honest)?;
            let response: Value = serde_json::from_str(&response)?;
            self.post("/signin/answer", &json!({ "challenge": asked["challenge"], "response": response }))?;
            done += 1;
        }
        Ok(done)
    }

    fn post(&mut self, path: &str, body: &Value) -> Result<Value, Failed> {
        let body = body.to_string();
        let lines = [
            format!("POST {path} HTTP/1.1"),
            format!("Host: {}", authority(&self.origin)),
            format!("Origin: {}", self.origin),
            "User-Agent: load".to_owned(),
            "Content-Type: application/json".to_owned(),
            format!("Content-Length: {}", body.len()),
            format!("Cookie: {}", self.cookie),
            String::new(),
            body,
        ];
        self.stream.get_mut().write_all(lines.join("\r\n").as_bytes())?;
        self.answer(path)
    }

    fn answer(&mut self, path: &str) -> Result<Value, Failed> {
        let (mut line, mut length, mut status) = (String::new(), 0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let head = line.trim_end();
            if head.is_empty() {
                break;
            }
            let Some((name, told)) = head.split_once(": ") else {
                head.clone_into(&mut status);
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = told.parse()?;
            } else if name.eq_ignore_ascii_case("set-cookie") && told.starts_with("vauban-browser=") {
                told.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if !status.contains(" 200 ") {
            return Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

/// The host and port of an origin.
fn authority(origin: &str) -> &str {
    origin.trim_start_matches("http://")
}

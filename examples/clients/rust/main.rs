//! Prints the events of the given feeds, each once and in order, including any missed while disconnected.
//!
//!     rustc main.rs -o tocsin && ./tocsin localhost:4001 all topic:orders     (set TOKEN if the server requires one)
//!
//! Standard library only, so it speaks plain HTTP/1.0 and prints the raw JSON. For TLS, use an HTTP client. Follows the
//! rules in docs/protocol.md, "Server-sent events".
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, io, process, thread};

struct StreamState {
    last_id: Option<String>,
    wait_ms: u64,
}

fn percent_encode(feed: &str) -> String {
    feed.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Prints a stream's events until it ends.
fn read(host: &str, query: &str, state: &mut StreamState) -> io::Result<()> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut request = format!("GET /app/stream?{query} HTTP/1.0\r\nHost: {host}\r\n");
    if let Ok(token) = env::var("TOKEN") {
        request += &format!("Authorization: Bearer {token}\r\n");
    }
    if let Some(id) = &state.last_id {
        request += &format!("Last-Event-ID: {id}\r\n");
    }
    stream.write_all((request + "\r\n").as_bytes())?;
    let mut lines = BufReader::new(stream).lines();
    let status = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let code = status.split(' ').nth(1).unwrap_or_default();
    if code.len() != 3 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if code != "200" {
        if code == "429" || code.starts_with('5') {
            return Ok(());
        }
        let problem: Vec<String> = lines.map_while(Result::ok).collect();
        eprintln!("{status}: {}", problem.concat());
        process::exit(1);
    }
    let mut fields: HashMap<String, String> = HashMap::new();
    for line in lines {
        let line = line?;
        if !line.is_empty() {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            fields.insert(name.into(), value.strip_prefix(' ').unwrap_or(value).into());
            continue;
        }
        if let Some(ms) = fields.get("retry").and_then(|retry| retry.parse().ok()) {
            state.wait_ms = ms;
        }
        if matches!(fields.get("event").map(String::as_str), Some("subscribed" | "publications")) {
            println!("{}", fields["data"]);
        }
        state.last_id = fields.remove("id").or(state.last_id.take());
        fields.clear();
    }
    Ok(())
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let query: Vec<String> = args[1..].iter().map(|feed| format!("feed={}", percent_encode(feed))).collect();
    let mut state = StreamState { last_id: None, wait_ms: 1000 };
    loop {
        if let Err(error) = read(&args[0], &query.join("&"), &mut state) {
            eprintln!("reconnecting: {error}");
        }
        let jitter = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_millis() as u64);
        thread::sleep(Duration::from_millis(state.wait_ms / 2 + state.wait_ms * jitter / 1000));
    }
}

//! The page of `vincula demo`, over HTTP: what is sent changes the communities, conditions, a killed service, and what
//! other sites may not do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The timeout for what the page shall show.
const TIMEOUT: Duration = Duration::from_secs(60);

/// `vincula demo` with its page.
struct Demo {
    process: Child,
    /// The demo ends at the end of its input.
    _input: ChildStdin,
    /// `127.0.0.1:PORT`.
    host: String,
}

/// A response: status line, headers and body.
struct PageResponse {
    status: u16,
    head: String,
    body: String,
}

impl Demo {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_vincula"))
            .args(["demo", "--page", "127.0.0.1:0"])
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let host = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        let _input = process.stdin.take().unwrap();
        Self { process, _input, host }
    }

    /// Sends a request with these headers beside `Host`.
    fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> PageResponse {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let own_host = ("host", self.host.as_str());
        let has_host = headers.iter().any(|(name, _)| *name == "host");
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        for (name, value) in headers.iter().chain(Some(&own_host).filter(|_| !has_host)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(head.as_bytes()).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let response = String::from_utf8(response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        PageResponse { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn page(&self, query: &str) -> String {
        let response = self.request("GET", &format!("/?{query}"), &[], "");
        assert_eq!(response.status, 200, "{}", response.head);
        response.body
    }

    /// Posts a form as the page does; returns where it leads.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let origin = format!("http://{}", self.host);
        let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        let response = self.request("POST", path, &headers, &fields.join("&"));
        assert_eq!(response.status, 303, "{path}: {}", response.head);
        response.head.split("location: ").nth(1).unwrap().lines().next().unwrap().to_owned()
    }

    /// Opens an event stream.
    fn stream(&self, query: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let request = format!("GET /events?{query} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn send(&self, text: &str) {
        self.post("/send", &[("as", "ana"), ("text", text)]);
    }

    /// Waits until the page of this query shows what `look` finds.
    #[track_caller]
    fn wait<T>(&self, query: &str, look: impl Fn(&str) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            let page = self.page(query);
            if let Some(found) = look(&page) {
                return found;
            }
            assert!(started.elapsed() < TIMEOUT, "the page does not show it: {page}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn wait_for_text(&self, query: &str, text: &str) -> String {
        let escaped = escaped(text);
        self.wait(query, |page| page.contains(&escaped).then(|| page.to_owned()))
    }

    /// The community whose card holds this group.
    fn community_of(&self, page: &str, group: &str) -> Option<String> {
        let group = format!("<bdi>{group}</bdi></a>");
        let cards = page.split("<article").skip(1);
        let card = cards.map(|card| card.split("</article>").next().unwrap()).find(|c| c.contains(&group))?;
        let name = card.split("<h3>").nth(1)?.split("</h3>").next()?;
        Some(name.trim_start_matches("<bdi>").trim_end_matches("</bdi>").to_owned())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A text as templates escape it.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    text.replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn a_sent_command_changes_the_communities_on_the_page() {
    let demo = Demo::start();
    assert_eq!(demo.community_of(&demo.page(""), "Futebol").unwrap(), "In no community");

    demo.send("/link \"Bairro Feliz\" futebol");

    let page = demo.wait_for_text("", "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(demo.community_of(&page, "Futebol").unwrap(), "Bairro Feliz");
    assert!(page.contains("/link &#34;Bairro Feliz&#34; futebol"), "the sent message is not shown");
    // The webhook without its token, the journal, and the calls.
    assert!(page.contains("z-api-token: ••••••••"), "{page}");
    assert!(page.contains("/communities/link</bdi>") && page.contains("accepted"), "{page}");
    demo.wait("", |page| page.contains("done, replied").then_some(()));
}

#[test]
fn each_person_has_a_chat_of_their_own() {
    let demo = Demo::start();
    demo.post("/send", &[("as", "zeca"), ("text", "/communities")]);
    demo.wait_for_text("as=zeca", "ignored: not from an admin");
    demo.post("/send", &[("as", "bruno"), ("text", "/communities")]);
    let page = demo.wait_for_text("as=bruno", "1 community:");
    assert!(!page.contains("ignored: not"), "{page}");
    demo.post("/send", &[("as", "owner"), ("text", "/comunidades")]);
    demo.wait_for_text("as=owner", "2 comunidades:");
    assert!(!demo.page("as=nobody&chat=nowhere").contains("1 community:"));
}

#[test]
fn messages_are_edited_reacted_to_quoted_and_deleted() {
    let demo = Demo::start();
    demo.send("/lnik bairro suporte, futebol, mães");
    let page = demo.wait_for_text("", "There is no command");
    let sent = message_ids(&page)[0].clone();
    assert!(demo.page(&format!("edit={sent}")).contains("value=\"/lnik bairro suporte, futebol, mães\""));

    demo.post("/send", &[("edit", &sent), ("text", "/link bairro suporte, futebol, mães")]);
    let page = demo.wait_for_text("", "3 of 3 groups are now in “Bairro Feliz”.");
    assert_eq!(message_ids(&page).len(), 2, "the bot did not edit its reply: {page}");
    demo.send("/unlink bairro suporte, futebol, mães, moradores");
    let page = demo.wait_for_text("", "Shall I?");
    assert!(page.contains("value=\"yes\">yes</button>"), "a prompt suggests its replies");
    let prompt = message_ids(&page).pop().unwrap();
    demo.post("/react", &[("id", &prompt), ("emoji", "👍")]);
    let page = demo.wait_for_text("", "4 of 4 groups are no longer in “Bairro Feliz”.");
    assert!(page.contains("<span class=\"reactions\">👍</span>"), "{page}");

    demo.post("/send", &[("reply", &prompt), ("text", "/whoami")]);
    let page = demo.wait_for_text("", "You are “Ana”");
    let own = message_ids(&page).into_iter().rev().nth(1).unwrap();
    assert!(page.split(&format!("id=\"m-{own}\"")).nth(1).unwrap().contains("class=\"quote\""), "{page}");
    demo.post("/delete", &[("id", &own)]);
    demo.wait_for_text("", "This message was deleted");
}

#[test]
fn a_picture_becomes_the_photo_of_a_community() {
    let demo = Demo::start();
    assert_eq!(demo.page("").matches("<span class=\"photo none\"").count(), 2);
    demo.post("/send", &[("picture", "yes"), ("text", "/photo bairro")]);
    demo.wait("", |page| (page.matches("<span class=\"photo none\"").count() == 1).then_some(()));
}

#[test]
fn a_message_in_a_group_is_replied_to_in_the_group() {
    let demo = Demo::start();
    let page = demo.page("");
    let (before, _) = page.split_once("<bdi>Suporte</bdi></a>").unwrap();
    let group = before.rsplit_once("chat=").unwrap().1.split('"').next().unwrap();
    let query = format!("as=ana&chat={group}");
    let to = demo.post("/send", &[("as", "ana"), ("chat", group), ("text", "/link bairro here")]);
    assert_eq!(to, format!("/?{query}"));
    demo.wait_for_text(&query, "✅ “Suporte” is now in “Bairro Feliz”.");
    assert!(!demo.page("as=ana").contains("is now in"), "the direct chat shows the reply");
}

#[test]
fn a_command_that_meets_an_outage_is_done_when_it_ends() {
    for (name, status) in [("down", "502"), ("too-many-requests", "429"), ("offline", "400")] {
        let demo = Demo::start();
        demo.post("/switch", &[("name", name), ("on", "yes")]);
        demo.send("/communities");
        demo.wait("", |page| {
            page.contains(&format!("<span class=\"status bad\">{status}</span>")).then_some(())
        });
        assert!(!demo.page("").contains("2 communities:"), "{name}");

        demo.post("/switch", &[("name", name), ("on", "no")]);
        demo.wait_for_text("", "2 communities:");
    }
}

#[test]
fn slow_partial_and_duplicate_conditions_show() {
    let demo = Demo::start();
    demo.post("/switch", &[("name", "duplicates"), ("on", "yes")]);
    demo.send("/link bairro suporte");
    let page = demo.wait_for_text("", "✅ “Suporte” is now in “Bairro Feliz”.");
    let duplicates = |page: &str| page.matches("{&#34;status&#34;:&#34;duplicate&#34;}").count();
    demo.wait("", |page| (duplicates(page) == 2).then_some(()));
    assert_eq!(page.matches("is now in").count(), 1, "{page}");
    demo.post("/switch", &[("name", "duplicates"), ("on", "no")]);

    demo.post("/switch", &[("name", "partial"), ("on", "yes")]);
    assert!(demo.page("").contains("The bot is no admin of this group"));
    demo.send("/link bairro bloco* --yes");
    demo.wait("", |page| page.contains("14 of 21 groups are now in").then_some(()));
    demo.post("/switch", &[("name", "partial"), ("on", "no")]);

    demo.post("/switch", &[("name", "slow"), ("on", "yes")]);
    demo.send("/groups vendas");
    demo.wait("", |page| page.contains("<span class=\"reactions\">⏳</span>").then_some(()));
    demo.wait_for_text("", "Vendas Atacado");
}

#[test]
fn a_killed_service_goes_on_with_what_it_accepted() {
    let demo = Demo::start();
    demo.post("/switch", &[("name", "slow"), ("on", "yes")]);
    demo.send("/link bairro bloco* --yes");
    // In the middle of its calls.
    demo.wait("", |page| {
        (page.contains("/communities/link</bdi>") && page.contains("running\">…")).then_some(())
    });

    demo.post("/kill", &[]);
    demo.post("/switch", &[("name", "slow"), ("on", "no")]);

    let page = demo.wait_for_text("", "21 of 21 groups are now in “Bairro Feliz”.");
    assert_eq!(page.matches("of 21 groups are now").count(), 1, "{page}");
    assert!(page.contains("Killed once, and it runs again."), "{page}");
    for block in 1..=21 {
        assert_eq!(demo.community_of(&page, &format!("Bloco {block:02}")).unwrap(), "Bairro Feliz");
    }
}

#[test]
fn the_tour_and_starting_over_work_without_a_script() {
    let demo = Demo::start();
    assert!(demo.page("").contains("1/9"));
    demo.post("/tour", &[("id", "1"), ("go", "run")]);
    demo.wait_for_text("", "Hi Ana!");
    // A second tap on the same button does nothing.
    demo.post("/tour", &[("id", "1"), ("go", "run")]);
    assert!(demo.page("").contains("2/9"));
    demo.post("/tour", &[("id", "2"), ("go", "run")]);
    demo.wait("", |page| (demo.community_of(page, "Futebol")? == "Bairro Feliz").then_some(()));

    demo.post("/reset", &[]);

    let page = demo.page("");
    assert!(page.contains("1/9") && message_ids(&page).is_empty(), "{page}");
    assert_eq!(demo.community_of(&page, "Futebol").unwrap(), "In no community");
    demo.send("/history");
    let page = demo.wait("", |page| (message_ids(page).len() == 2).then(|| page.to_owned()));
    assert!(!page.contains("“Futebol”"), "the journal was kept: {page}");
}

#[test]
fn the_page_speaks_the_language_of_the_browser() {
    let demo = Demo::start();
    for (language, title) in
        [("pt-BR,pt;q=0.9", "Demonstração"), ("es", "Demostración"), ("de", "Playground")]
    {
        let page = demo.request("GET", "/", &[("accept-language", language)], "").body;
        assert!(page.contains(&format!("<title>{title} · vincula</title>")), "{language}");
    }
}

/// T38: texts of people reach the page only as text, also in its events.
#[test]
fn t38_hostile_texts_are_shown_as_text() {
    let demo = Demo::start();
    let hostile =
        "\"><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} ' \u{202e}evil\r\ndata: x";
    demo.send(hostile);
    demo.post("/send", &[("as", "zeca"), ("text", hostile)]);
    demo.send(&format!("/describe bairro {hostile}"));
    let page = demo
        .wait("", |page| page.contains("<p class=\"muted small\"><bdi>&#34;&#62;").then(|| page.to_owned()));
    let id = message_ids(&page)[0].clone();
    let query = format!("as={0}&chat={0}&reply={id}", percent_encoded(hostile));
    for page in [page, demo.page("as=zeca"), demo.page(&query), demo.page(&format!("edit={id}"))] {
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    }

    let mut stream = demo.stream("as=ana&seen=0");
    let events = read_until(&mut stream, "event: calls");
    assert!(events.contains("content-type: text/event-stream"), "{events}");
    assert!(events.contains("data: ") && !events.contains("<script>alert"), "{events}");
    let events = events.split_once("\r\n\r\n").unwrap().1;
    let lines = events.lines().map(|line| line.trim_end_matches('\r'));
    let is_framing = |line: &str| {
        line.is_empty()
            || ["data:", "event: ", ":"].iter().any(|start| line.starts_with(start))
            || line.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let strange: Vec<&str> = lines.filter(|line| !is_framing(line)).collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

/// T38: other sites reach the demo neither by a name that leads to loopback nor by a form.
#[test]
fn t38_other_sites_neither_read_nor_change_the_demo() {
    let demo = Demo::start();
    let own = format!("http://{}", demo.host);
    let rebound = format!("rebind.example:{}", demo.host.split(':').nth(1).unwrap());
    let form = "text=%2Flink+bairro+futebol";
    for (method, headers) in [
        ("GET", &[("host", rebound.as_str())][..]),
        ("POST", &[("origin", "http://evil.example")]),
        ("POST", &[("origin", "null")]),
        ("POST", &[]),
        ("POST", &[("host", &rebound), ("origin", &own)]),
        ("POST", &[("sec-fetch-site", "cross-site")]),
    ] {
        let target = if method == "GET" { "/" } else { "/send" };
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([kind]).collect();
        let response = demo.request(method, target, &headers, form);
        assert_eq!(response.status, 403, "{method} {headers:?}");
        assert!(response.head.contains("content-security-policy: default-src 'none'"), "{}", response.head);
        assert!(response.body.contains("Open the address that vincula demo printed"), "{}", response.body);
    }
    for (method, target, status) in [("GET", "/nothing", 404), ("GET", "/send", 405), ("POST", "/", 405)] {
        let response = demo.request(method, target, &[("origin", &own)], "");
        assert_eq!(response.status, status, "{method} {target}");
        assert!(response.head.contains("x-frame-options: deny"), "{}", response.head);
    }
    assert!(message_ids(&demo.page("")).is_empty());
}

#[test]
fn streams_are_few_and_end_with_their_pages() {
    let demo = Demo::start();
    let mut streams: Vec<TcpStream> = (0..12).map(|_| demo.stream("seen=0")).collect();
    for stream in &mut streams {
        read_until(stream, "event: tree");
    }
    assert_eq!(demo.request("GET", "/events", &[], "").status, 503);
    drop(streams);
    // A stream notices with the next change that nobody reads it.
    demo.send("/communities");
    demo.wait_for_text("", "2 communities:");
    let started = Instant::now();
    loop {
        let mut stream = demo.stream("seen=0");
        if read_until(&mut stream, "\r\n\r\n").contains("200 OK") {
            break;
        }
        assert!(started.elapsed() < TIMEOUT, "no stream ended");
        demo.send("/communities");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// T28: a page that reads nothing of its stream.
#[test]
fn t28_streams_that_nobody_reads_delay_neither_commands_nor_other_pages() {
    let demo = Demo::start();
    let _unread: Vec<TcpStream> = (0..10).map(|_| demo.stream("seen=0")).collect();

    for text in ["/communities", "/groups bairro", "/whoami"] {
        demo.send(text);
    }

    demo.wait_for_text("", "2 communities:");
    demo.wait_for_text("", "You are Ana");
    read_until(&mut demo.stream("seen=0"), "event: tree");
}

/// The ids of the messages of a chat, oldest first.
fn message_ids(page: &str) -> Vec<String> {
    page.split("id=\"m-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Reads until this text arrives.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let (mut read, mut chunk) = (Vec::new(), [0; 16 * 1024]);
    while !String::from_utf8_lossy(&read).contains(text) {
        let length = stream.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "the stream ended: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&chunk[..length]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

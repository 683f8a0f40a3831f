//! The sign-in of the console: passwords, sessions, the proxy in front, roles, and what is refused.

use sha2::Digest as _;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::Response;
use vincula::storage::ConsoleAccess;

use crate::support::raw_connection::{RawConnection, authority};
use crate::support::{ANA, Service, postgres};

const OPERATOR: &str = "correct horse battery";
const VIEWER: &str = "staple near the window";
const START: Timestamp = Timestamp(1_764_000_000_000);

/// The cheapest hash that the configuration takes.
fn hash(password: &str) -> String {
    let params = Params::new(7 * 1024, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), b"made-up salt 16b").unwrap().to_string()
}

/// `[console]` with both passwords.
fn passwords() -> String {
    format!(
        "[console]\npassword_hash = '{}'\nviewer_password_hash = '{}'\ntrusted_proxies = [\"127.0.0.9\"]\n",
        hash(OPERATOR),
        hash(VIEWER)
    )
}

/// A service with both passwords, and a clock of its own.
async fn start() -> Service {
    Service::with().server(&passwords()).clock(Clock::manual(START)).on_sqlite().start().await
}

/// A browser: its headers, and its cookie.
#[derive(Clone)]
struct Browser {
    url: String,
    host: String,
    origin: String,
    /// Connects from this address.
    address: &'static str,
    headers: Vec<(&'static str, String)>,
    cookie: Option<String>,
}

impl Browser {
    fn new(bot: &Service) -> Self {
        Self::at(&bot.admin_url)
    }

    fn at(admin_url: &str) -> Self {
        let host = authority(admin_url).to_owned();
        Self {
            url: admin_url.to_owned(),
            origin: format!("http://{host}"),
            host,
            address: "127.0.0.1",
            headers: vec![("accept", "text/html,*/*;q=0.8".to_owned()), ("accept-language", "en".to_owned())],
            cookie: None,
        }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn host(mut self, host: &str) -> Self {
        (self.host, self.origin) = (host.to_owned(), format!("http://{host}"));
        self
    }

    fn origin(mut self, origin: &str) -> Self {
        self.origin = origin.to_owned();
        self
    }

    fn from(mut self, address: &'static str) -> Self {
        self.address = address;
        self
    }

    fn cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Response {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.host);
        for (name, value) in &self.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(cookie) = &self.cookie {
            request.push_str(&format!("cookie: {cookie}\r\n"));
        }
        if method != "GET" {
            let form = "content-type: application/x-www-form-urlencoded";
            request.push_str(&format!(
                "origin: {}\r\n{form}\r\ncontent-length: {}\r\n",
                self.origin,
                body.len()
            ));
        }
        let mut connection = RawConnection::from(self.address, &self.url).await;
        connection.send(format!("{request}\r\n{body}").as_bytes()).await;
        let response = connection.response().await.expect("a response");
        if let Some(cookie) = response.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap().to_owned();
            self.cookie = Some(pair).filter(|pair| !pair.ends_with('='));
        }
        response
    }

    async fn get(&mut self, path: &str) -> Response {
        self.send("GET", path, "").await
    }

    async fn post(&mut self, path: &str, body: &str) -> Response {
        self.send("POST", path, body).await
    }

    async fn sign_in(&mut self, password: &str) -> Response {
        self.post("/sign-in", &format!("password={}&next=%2F", password.replace(' ', "+"))).await
    }

    /// Whether the start page is shown.
    async fn is_signed_in(&mut self) -> bool {
        let response = self.get("/").await;
        match response.status {
            200 => true,
            303 => false,
            status => panic!("{status}: {}", response.text()),
        }
    }
}

#[track_caller]
fn expect_redirect(response: &Response, location: &str) {
    assert_eq!((response.status, response.header("location")), (303, Some(location)), "{}", response.text());
}

impl Service {
    /// What the console recorded: who, role, action, target; the newest last.
    async fn accesses(&self) -> Vec<[String; 4]> {
        let accesses = self.store.console_accesses(100).await.unwrap();
        let row =
            |ConsoleAccess { name, role, action, target, .. }: ConsoleAccess| [name, role, action, target];
        accesses.into_iter().rev().map(row).collect()
    }
}

#[tokio::test]
async fn t38_without_a_session_there_is_only_the_sign_in_page() {
    let bot = start().await;
    let mut browser = Browser::new(&bot);

    expect_redirect(&browser.get("/").await, "/sign-in");
    expect_redirect(&browser.get("/?a=b&c=%20").await, "/sign-in?next=/%3Fa%3Db%26c%3D%2520");
    expect_redirect(&browser.post("/", "").await, "/sign-in");
    expect_redirect(&browser.post("/sign-out", "").await, "/sign-in");
    // A part of a page that refreshes itself does not show the form in its place.
    let part = browser.clone().with("hx-request", "true").get("/").await;
    assert_eq!((part.status, part.header("hx-refresh")), (401, Some("true")));
    let form = browser.get("/sign-in?next=/commands").await;
    assert_eq!(form.status, 200);
    for part in
        ["autocomplete=\"current-password\"", "name=\"next\" value=\"/commands\"", "type=\"password\""]
    {
        assert!(form.text().contains(part), "{part}: {}", form.text());
    }
    super::expect_page_headers(&form, "/sign-in");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_password_signs_in_and_sign_out_ends_it() {
    let bot = start().await;
    let mut browser = Browser::new(&bot);

    let body = format!("password={}&next=/%3Fa%3Db", OPERATOR.replace(' ', "+"));
    let response = browser.post("/sign-in", &body).await;

    expect_redirect(&response, "/?a=b");
    let cookie = response.header("set-cookie").unwrap();
    assert!(cookie.starts_with("vincula-session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("operator"), "{cookie}");
    let page = browser.get("/").await.text();
    assert!(page.contains("Signed in as operator") && page.contains("/sign-out"), "{page}");
    expect_redirect(&browser.get("/sign-in?next=/commands").await, "/commands");

    let response = browser.post("/sign-out", "").await;

    expect_redirect(&response, "/sign-in");
    assert!(response.header("set-cookie").unwrap().contains("Max-Age=0"), "{response:?}");
    assert!(!browser.is_signed_in().await);
    let (name, role) = ("operator".to_owned(), "operator".to_owned());
    let row = |action: &str, target: &str| [name.clone(), role.clone(), action.to_owned(), target.to_owned()];
    let rows = [row("sign_in", "/sign-in"), row("read_texts", "/"), row("sign_out", "/sign-out")];
    assert_eq!(bot.accesses().await, rows);
}

#[tokio::test]
async fn the_form_is_in_the_language_of_the_browser() {
    let bot = start().await;
    for (language, title) in
        [("pt-BR", "Entrar no painel"), ("es", "Entrar en la consola"), ("en", "Sign in to")]
    {
        let mut browser = Browser::new(&bot);
        browser.headers = vec![("accept", "text/html".to_owned()), ("accept-language", language.to_owned())];
        let form = browser.get("/sign-in").await.text();
        assert!(form.contains(title), "{form}");
    }
}

#[tokio::test]
async fn t38_a_wrong_password_is_refused_with_one_response() {
    let bot = start().await;
    let mut responses = Vec::new();
    for password in ["correct+horse+batterY", "", "%00", &"x".repeat(2_000)] {
        let mut browser = Browser::new(&bot);
        let response = browser.post("/sign-in", &format!("password={password}")).await;
        assert_eq!((response.status, response.header("set-cookie")), (403, None), "{}", response.text());
        assert!(response.text().contains("The password is not right."));
        responses.push(response.text());
    }
    assert!(responses.windows(2).all(|pair| pair[0] == pair[1]));
    let mut browser = Browser::new(&bot);
    let large = browser.post("/sign-in", &format!("password={}", "x".repeat(10_000))).await;
    assert_eq!(large.status, 413);
    assert!(bot.accesses().await.is_empty());
}

#[tokio::test]
async fn t38_a_forged_cookie_is_no_session() {
    let bot = start().await;
    let other = start().await;
    let mut browser = Browser::new(&bot);
    // Without a sign-in there is no key yet.
    assert!(!browser.clone().cookie("vincula-session=x").is_signed_in().await);
    browser.sign_in(OPERATOR).await;
    let cookie = browser.cookie.clone().unwrap();
    let mut stranger = Browser::new(&other);
    stranger.sign_in(OPERATOR).await;

    assert!(browser.is_signed_in().await);
    for at in ["vincula-session=".len(), cookie.len() / 2, cookie.len() - 6] {
        let mut changed = cookie.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(!browser.clone().cookie(&changed).is_signed_in().await, "{changed}");
    }
    let (name, value) = cookie.split_once('=').unwrap();
    let fingerprint = hex::encode(&sha2::Sha256::digest(hash(OPERATOR))[..16]);
    for forged in [
        stranger.cookie.clone().unwrap(),
        format!("__Host-{name}={value}"),
        format!("{name}="),
        format!("{name}=1 operator {} {} 0", START.0, START.0),
        // The text of a session, known to somebody who knows the password's hash, but not encrypted.
        format!("{name}=1%20operator%20{}%20{}%20{fingerprint}", START.0, START.0),
        format!("{name}=1 operator {} {} {fingerprint}", START.0, START.0),
    ] {
        assert!(!browser.clone().cookie(&forged).is_signed_in().await, "{forged}");
    }
}

#[tokio::test]
async fn t38_a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let bot = start().await;
    let hour = Duration::from_secs(3_600);
    let mut browser = Browser::new(&bot);
    browser.sign_in(OPERATOR).await;

    // What a page asks by itself keeps no session alive.
    let mut script = browser.clone().with("hx-request", "true");
    bot.clock.advance(4 * hour);
    let response = script.get("/").await;
    assert_eq!((response.status, response.header("set-cookie")), (200, None));
    bot.clock.advance(4 * hour);
    assert_eq!(script.get("/").await.status, 401);

    let mut browser = Browser::new(&bot);
    browser.sign_in(OPERATOR).await;
    let first = browser.clone();
    for _ in 0..23 {
        bot.clock.advance(7 * hour);
        assert!(browser.is_signed_in().await);
    }
    assert!(!first.clone().is_signed_in().await);
    // Seven days after the sign-in, although it was used an hour before.
    bot.clock.advance(6 * hour);
    assert!(browser.is_signed_in().await);
    bot.clock.advance(hour);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn t38_a_session_survives_a_restart_and_ends_with_its_password() {
    let mut bot = start().await;
    let (mut operator, mut viewer) = (Browser::new(&bot), Browser::new(&bot));
    operator.sign_in(OPERATOR).await;
    viewer.sign_in(VIEWER).await;
    bot.stop().await;
    bot.restart().await;
    for browser in [&mut operator, &mut viewer] {
        browser.url = bot.admin_url.clone();
        assert!(browser.is_signed_in().await);
    }

    bot.stop().await;
    bot.restart_with(&hash(OPERATOR), &hash("another password")).await;

    for browser in [&mut operator, &mut viewer] {
        browser.url = bot.admin_url.clone();
    }
    assert!(!operator.is_signed_in().await);
    assert!(viewer.is_signed_in().await);
}

#[tokio::test]
async fn sessions_hold_on_all_replicas() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let url = server.database().await;
    let bot = Service::with().server(&passwords()).store(&url).start().await;
    let other = bot.replica().await;
    let mut browser = Browser::new(&bot);
    browser.sign_in(OPERATOR).await;
    assert!(browser.is_signed_in().await);

    browser.url = other.admin_url.clone();

    assert!(browser.is_signed_in().await);
    let accesses = bot.accesses().await;
    assert_eq!(accesses.iter().filter(|[_, _, action, _]| action == "sign_in").count(), 1, "{accesses:?}");
}

#[tokio::test]
async fn t38_a_form_of_another_origin_does_nothing() {
    let bot = start().await;
    let mut browser = Browser::new(&bot);
    browser.sign_in(OPERATOR).await;
    assert!(browser.is_signed_in().await);
    let done = bot.accesses().await;

    let port = browser.host.rsplit_once(':').unwrap().1.to_owned();
    for origin in [
        "null",
        "https://evil.example",
        "http://127.0.0.1:1",
        &format!("http://127.0.0.1.evil.example:{port}"),
    ] {
        for path in ["/sign-out", "/sign-in", "/"] {
            let response = browser.clone().origin(origin).post(path, "password=x").await;
            assert_eq!(response.status, 403, "{origin} {path}: {}", response.text());
            assert!(response.text().contains("Nothing was done"), "{}", response.text());
        }
    }
    for site in ["cross-site", "same-site", "nonsense"] {
        let response = browser.clone().with("sec-fetch-site", site).post("/sign-out", "").await;
        assert_eq!(response.status, 403, "{site}");
    }
    assert_eq!(bot.accesses().await, done);
    assert!(browser.is_signed_in().await);
    let response =
        browser.clone().origin("null").with("sec-fetch-site", "same-origin").post("/sign-out", "").await;
    expect_redirect(&response, "/sign-in");
}

#[tokio::test]
async fn t38_a_sign_in_leads_to_no_other_server() {
    let bot = start().await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "/%0D%0Aset-cookie:%20a=b",
        "/%09/evil.example",
    ] {
        let mut browser = Browser::new(&bot);
        let form = browser.get(&format!("/sign-in?next={next}")).await.text();
        assert!(form.contains("name=\"next\" value=\"/\""), "{next}: {form}");
        let body = format!("password={}&next={next}", OPERATOR.replace(' ', "+"));
        expect_redirect(&browser.post("/sign-in", &body).await, "/");
        expect_redirect(&browser.get(&format!("/sign-in?next={next}")).await, "/");
    }
    // What a browser shows is escaped.
    let mut browser = Browser::new(&bot);
    let form = browser.get("/sign-in?next=/%22%3E%3Cscript%3E").await.text();
    assert!(!form.contains("<script>"), "{form}");
}

#[tokio::test]
async fn t38_attempts_to_sign_in_are_throttled() {
    let bot = start().await;
    let mut browser = Browser::new(&bot);
    for _ in 0..5 {
        assert_eq!(browser.sign_in("a wrong password").await.status, 403);
    }

    let response = browser.sign_in(OPERATOR).await;

    assert_eq!((response.status, response.header("set-cookie")), (429, None), "{}", response.text());
    let wait: u64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert!(response.text().contains("Too many attempts. Try again in"), "{}", response.text());
    // Another address, also behind the proxy, is not affected; one that is made up is not believed.
    let mut proxy = Browser::new(&bot).from("127.0.0.9").with("x-forwarded-for", "198.51.100.7");
    assert_eq!(proxy.sign_in(OPERATOR).await.status, 303);
    let mut forged = Browser::new(&bot).with("x-forwarded-for", "198.51.100.7");
    assert_eq!(forged.sign_in(OPERATOR).await.status, 429);
    bot.clock.elapse(Duration::from_secs(60));
    assert_eq!(browser.sign_in(OPERATOR).await.status, 303);
}

#[tokio::test]
async fn t38_over_https_the_cookie_is_secure_and_bound_to_the_host() {
    let bot = start().await;
    let browser = Browser::new(&bot).host("console.example.com").from("127.0.0.9");
    let mut browser = browser.origin("https://console.example.com").with("x-forwarded-proto", "https");

    let response = browser.sign_in(OPERATOR).await;

    let cookie = response.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-vincula-session="), "{cookie}");
    assert!(cookie.split("; ").any(|part| part == "Secure") && !cookie.contains("Domain"), "{cookie}");
    assert!(browser.is_signed_in().await);
    // Nobody else can claim to be reached over https.
    let mut direct = Browser::new(&bot).with("x-forwarded-proto", "https");
    let response = direct.sign_in(OPERATOR).await;
    assert!(response.header("set-cookie").unwrap().starts_with("vincula-session="), "{response:?}");
}

#[tokio::test]
async fn t38_a_person_is_named_only_by_a_trusted_proxy() {
    let bot = Service::with()
        .server(
            "[console]\nuser_header = \"X-Forwarded-User\"\ntrusted_proxies = [\"127.0.0.9\"]\n\
             operators = [\"ana@example.com\"]\n",
        )
        .start()
        .await;
    let named = |address, name: &str| Browser::new(&bot).from(address).with("x-forwarded-user", name);

    let page = named("127.0.0.9", "ana@example.com").get("/").await.text();
    assert!(
        page.contains("Signed in as ana@example.com (operator)") && !page.contains("/sign-out"),
        "{page}"
    );
    let page = named("127.0.0.9", "Bia <b>").get("/").await.text();
    assert!(page.contains("Bia &#60;b&#62; (viewer)"), "{page}");
    for mut browser in [
        named("127.0.0.1", "ana@example.com"),
        named("127.0.0.9", "ana@example.com").with("x-forwarded-user", "bia@example.com"),
        named("127.0.0.9", ""),
        named("127.0.0.9", &"x".repeat(200)),
        Browser::new(&bot).from("127.0.0.9"),
    ] {
        for path in ["/", "/sign-in"] {
            let response = browser.get(path).await;
            assert_eq!(response.status, 403, "{}", response.text());
            assert!(response.text().contains("Nobody is signed in"), "{}", response.text());
        }
    }
    let response = named("127.0.0.9", "ANA@example.com").post("/", "").await;
    assert_eq!(response.status, 403);
    let response = named("127.0.0.9", "ana@example.com").post("/sign-out", "").await;
    assert_eq!(response.status, 409, "{}", response.text());
}

#[tokio::test]
async fn t48_a_viewer_may_not_act_and_each_action_is_recorded() {
    let bot = start().await;
    let (mut viewer, mut operator) = (Browser::new(&bot), Browser::new(&bot));
    viewer.sign_in(VIEWER).await;
    operator.sign_in(OPERATOR).await;
    assert!(viewer.get("/").await.text().contains("Signed in as viewer"));

    // No page takes this request; but who asks is looked at first.
    let refused = viewer.post("/", "").await;
    let taken = operator.post("/", "").await;

    assert_eq!((refused.status, taken.status), (403, 405));
    let last = bot.accesses().await.pop().unwrap();
    assert_eq!(last, ["operator", "operator", "", "/"]);
}

#[tokio::test]
async fn t48_viewers_see_no_text_of_a_message_on_any_page() {
    let bot = start().await;
    bot.ask(ANA, "/link \"Bairro Feliz\" xyzzy").await;
    bot.settled().await;
    let id = bot.store.list(None, 1).await.unwrap()[0].id.clone();
    let (mut viewer, mut operator) = (Browser::new(&bot), Browser::new(&bot));
    viewer.sign_in(VIEWER).await;
    operator.sign_in(OPERATOR).await;
    let command = format!("/commands/{id}");

    for path in ["/", "/commands", &command] {
        assert!(operator.get(path).await.text().contains("xyzzy"), "{path}");
        let read = ["operator", "operator", "read_texts", path].map(str::to_owned);
        assert_eq!(bot.accesses().await.last(), Some(&read));
    }
    for path in [
        "/",
        "/live",
        "/commands",
        "/commands/live",
        &command,
        "/communities",
        "/people",
        "/health",
        "/configuration",
    ] {
        let page = viewer.get(path).await.text();
        assert!(!page.contains("xyzzy"), "{path}: {page}");
    }
    bot.execute_sql("UPDATE command SET plan = '{\"made-up\": \"SECRETPLAN\"}' WHERE name = 'link'").await;
    for (browser, is_found) in [(&mut operator, true), (&mut viewer, false)] {
        let page = browser.get("/commands?community=SECRETPLAN").await.text();
        assert_eq!(page.contains("id=\"c-"), is_found, "{page}");
    }
    let retry = format!("{command}/retry");
    assert_eq!(viewer.post(&retry, "").await.status, 403);
    assert_eq!(operator.post(&retry, "").await.status, 303);
    let retried = ["operator", "operator", "retry", &retry].map(str::to_owned);
    assert_eq!(bot.accesses().await.last(), Some(&retried));
}

#[tokio::test]
async fn t48_what_operators_read_is_recorded_once_in_a_while() {
    let bot = start().await;
    let (mut viewer, mut operator) = (Browser::new(&bot), Browser::new(&bot));
    viewer.sign_in(VIEWER).await;
    operator.sign_in(OPERATOR).await;
    let before = bot.accesses().await.len();

    for minutes in [0, 9, 1] {
        bot.clock.advance(Duration::from_secs(minutes * 60));
        assert!(viewer.is_signed_in().await && operator.is_signed_in().await);
    }

    let read = ["operator", "operator", "read_texts", "/"];
    assert_eq!(bot.accesses().await[before..], [read, read]);
}

#[tokio::test]
async fn operators_see_who_used_the_console_for_as_long_as_commands_are_kept() {
    let mut bot = start().await;
    bot.ask(ANA, "/help").await;
    bot.settled().await;
    let command = format!("/commands/{}", bot.store.list(None, 1).await.unwrap()[0].id);
    let (mut operator, mut viewer) = (Browser::new(&bot), Browser::new(&bot));
    operator.sign_in(OPERATOR).await;
    viewer.sign_in(VIEWER).await;
    operator.get(&command).await;
    operator.post(&format!("{command}/cancel"), "").await;

    let page = operator.get("/people").await.text();
    let table = page.split("Who used the console").nth(1).expect("the table");
    for shown in ["signed in", "read texts", "cancelled a command", ">viewer<", "127.0.0.1"] {
        assert!(table.contains(shown), "{shown}: {table}");
    }
    assert_eq!(table.matches(&format!("href=\"{command}\"")).count(), 2, "{table}");
    let page = viewer.get("/people").await.text();
    assert!(page.contains("Who may do what") && !page.contains("Who used the console"), "{page}");

    bot.stop().await;
    bot.clock.advance(Duration::from_secs(91 * 24 * 3_600));
    bot.restart().await;
    bot.within(async {
        while !bot.accesses().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let mut operator = Browser::new(&bot);
    operator.sign_in(OPERATOR).await;
    let page = operator.get("/people").await.text();
    assert!(page.contains("signed in") && !page.contains("read texts"), "{page}");
}

#[tokio::test]
async fn t48_what_cannot_be_recorded_is_not_shown_and_not_done() {
    let bot = start().await;
    let mut operator = Browser::new(&bot);
    operator.sign_in(OPERATOR).await;
    bot.execute_sql("ALTER TABLE console_access RENAME TO console_access_gone").await;

    let page = operator.get("/").await.text();
    let action = operator.post("/", "").await;

    assert!(page.contains("Signed in as viewer"), "{page}");
    assert_eq!(action.status, 503);
    bot.execute_sql("ALTER TABLE console_access_gone RENAME TO console_access").await;
    bot.within(async {
        while !operator.get("/").await.text().contains("Signed in as operator") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn t38_an_open_console_is_not_served_through_a_proxy() {
    let bot = Service::start().await;
    for (name, value) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-host", "console.example.com"),
        ("forwarded", "for=198.51.100.7"),
        ("via", "1.1 proxy"),
        ("x-real-ip", "198.51.100.7"),
    ] {
        assert_eq!(Browser::new(&bot).with(name, value).get("/").await.status, 421, "{name}");
    }
    // A proxy that adds nothing, and asks with the HTTP of 1996.
    let host = authority(&bot.admin_url);
    let request = format!("GET /commands HTTP/1.0\r\nhost: {host}\r\n\r\n");
    let mut proxy = RawConnection::to(&bot.admin_url).await;
    proxy.send(request.as_bytes()).await;
    let response = proxy.closed().await;
    assert!(response.starts_with("HTTP/1.0 421"), "{response}");
    let mut form = Browser::new(&bot)
        .with("origin", "https://console.example.com")
        .with("sec-fetch-site", "same-origin");
    assert_eq!(form.post("/", "").await.status, 403);
}

#[tokio::test]
async fn t38_scripts_and_pictures_of_other_sites_reach_no_open_console() {
    let bot = Service::start().await;
    for site in ["cross-site", "same-site"] {
        let mut picture = Browser::new(&bot).with("sec-fetch-site", site).with("sec-fetch-mode", "no-cors");
        assert_eq!(picture.get("/commands").await.status, 403, "{site}");
    }
    assert_eq!(bot.accesses().await, Vec::<[String; 4]>::new());
    let mut link = Browser::new(&bot).with("sec-fetch-site", "cross-site").with("sec-fetch-mode", "navigate");
    assert_eq!(link.get("/commands").await.status, 200);
}

#[tokio::test]
async fn t38_an_open_console_is_open_only_under_a_name_of_loopback() {
    let bot = Service::start().await;
    let page = Browser::new(&bot).get("/").await.text();
    assert!(page.contains("Open to everybody on this machine"), "{page}");
    assert_eq!(Browser::new(&bot).host("localhost:9090").get("/").await.status, 200);

    // A page of this site would be of the same origin for the browser, whatever the address of the name is by now.
    let mut rebound =
        Browser::new(&bot).host("rebound.evil.example:9090").with("sec-fetch-site", "same-origin");

    for response in [rebound.get("/").await, rebound.post("/", "").await] {
        assert_eq!(response.status, 421);
        assert!(response.text().contains("console.password_hash"), "{}", response.text());
    }
    expect_redirect(&Browser::new(&bot).get("/sign-in").await, "/");
    assert_eq!(rebound.get("/metrics").await.status, 200);
}

#[tokio::test]
async fn a_link_of_another_site_finds_the_session() {
    let bot = start().await;
    // Browsers do not send a cookie that is `SameSite=Strict` with such a request, but with the one that follows it.
    let mut browser = Browser::new(&bot).with("sec-fetch-site", "cross-site");

    let page = browser.get("/?a=b").await;

    assert_eq!(page.status, 200);
    assert!(page.text().contains(r#"http-equiv="refresh" content="0; url=/?a=b""#), "{}", page.text());
}

#[tokio::test]
async fn t38_while_the_journal_cannot_be_read_nobody_is_signed_in() {
    let Some(server) = postgres::Server::start() else { return postgres::skip_notice(module_path!()) };
    let bot = Service::with().server(&passwords()).store(&server.database().await).start().await;
    server.kill();

    let mut browser = Browser::new(&bot).cookie("vincula-session=x");

    assert_eq!(browser.get("/").await.status, 503);
    assert_eq!(browser.sign_in(OPERATOR).await.status, 503);
    server.restart();
    bot.within(async {
        while browser.sign_in(OPERATOR).await.status != 303 {
            bot.clock.elapse(Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
    assert!(browser.is_signed_in().await);
}

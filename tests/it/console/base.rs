//! What all pages share: headers, assets, language, errors.

use std::sync::Arc;

use axum::Router;
use axum::routing::get as on_get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vincula::server::{ListenerConfig, Timeouts, listen, serve};
use vincula::telemetry::{Exposition, Metrics};
use vincula::web::with_page_headers;

use super::{expect_page_headers, get, get_with};
use crate::support::raw_connection::{RawConnection, ask, authority, request};
use crate::support::{ANA, NON_ADMIN, Service};

#[tokio::test]
async fn every_response_has_the_headers_that_keep_other_sites_out() {
    let bot = Service::start().await;

    for (path, status) in
        [("/", 200), ("/nothing", 404), ("/assets/nothing.css", 404), ("/assets/..%2f..%2fx", 404)]
    {
        let page = get(&bot, path).await;
        assert_eq!(page.status, status, "{path}");
        expect_page_headers(&page, path);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    }
    let host = authority(&bot.admin_url);
    let delete = format!(
        "DELETE / HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\naccept: text/html\r\n\r\n"
    );
    let post = ask(&bot.admin_url, delete.as_bytes()).await;
    assert_eq!((post.status, post.header("allow").is_some()), (405, true));
    expect_page_headers(&post, "405");
}

#[tokio::test]
async fn a_client_that_wants_no_page_gets_a_problem_and_the_other_private_paths_stay() {
    let bot = Service::start().await;

    let problem = ask(&bot.admin_url, &request("GET", "/nothing", &[], b"")).await;
    assert_eq!((problem.status, problem.header("content-type")), (404, Some("application/problem+json")));
    expect_page_headers(&problem, "problem");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get(&bot, path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn assets_are_cached_for_ever_under_a_name_with_their_hash() {
    let bot = Service::start().await;
    let page = get(&bot, "/").await.text();

    let paths = regex::Regex::new(r#"(?:href|src)="(/assets/[^"]+)""#).unwrap();
    let mut weight = page.len();
    let mut paths: Vec<&str> =
        paths.captures_iter(&page).map(|found| found.get(1).unwrap().as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), 3, "one style sheet, one script, one icon: {page}");
    for path in paths {
        let asset = get_with(&bot, path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(asset.status, 200, "{path}");
        expect_page_headers(&asset, path);
        assert!(asset.header("cache-control").unwrap().contains("immutable"), "{path}");
        weight += asset.body.len();

        let etag = asset.header("etag").unwrap();
        let again = get_with(&bot, path, &[("accept-encoding", "gzip"), ("if-none-match", etag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let plain = get_with(&bot, path, &[]).await;
        assert_eq!(plain.header("content-encoding"), None, "{path}");
    }
    assert!(weight < 100 * 1024, "{weight} bytes");
}

#[tokio::test]
async fn pages_speak_the_language_of_the_browser() {
    let bot = Service::start().await;

    for (accepted, tag, title) in [
        ("pt-BR,pt;q=0.9,en;q=0.5", "pt-BR", "Visão geral"),
        ("es-MX", "es", "Resumen"),
        ("de, en;q=0.1", "en", "Overview"),
    ] {
        let page = get_with(&bot, "/", &[("accept-language", accepted)]).await.text();
        assert!(page.contains(&format!("<html lang=\"{tag}\">")) && page.contains(title), "{page}");
    }
    let missing = get_with(&bot, "/nothing", &[("accept-language", "pt")]).await.text();
    assert!(missing.contains("Não há nada aqui"), "{missing}");
}

/// T28: pages are made before they are written, so that a slow reader holds no turn.
#[tokio::test]
async fn t28_console_clients_that_read_nothing_delay_neither_commands_nor_other_pages() {
    let bot = Service::start().await;
    let host = authority(&bot.admin_url);
    let request = format!("GET /commands HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\n\r\n");
    let requests = request.repeat(20);
    let mut idle = Vec::new();
    for _ in 0..30 {
        let mut connection = RawConnection::with_little_room(&bot.admin_url).await;
        connection.send(requests.as_bytes()).await;
        idle.push(connection);
    }

    let chatter = bot.within(bot.send(NON_ADMIN, "bom dia")).await;
    assert!(chatter.contains("ignored"), "{chatter}");
    let reply = bot.within(bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#)).await;
    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(bot.within(get(&bot, "/")).await.status, 200);
    assert_eq!(bot.within(get(&bot, "/healthz")).await.status, 200);
}

/// No page of the console panics, so a page that does is served as the console's are.
#[tokio::test]
async fn a_page_that_panics_is_an_error_page_with_all_headers_and_is_counted() {
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let panicking = async || -> &'static str { panic!("a bug in a page") };
    let routes = with_page_headers(Router::new().route("/", on_get(panicking)));
    let metrics = Arc::new(Metrics::default());
    let config = ListenerConfig {
        max_connections: 8,
        trusted_proxies: Vec::new(),
        timeouts: Timeouts::default(),
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
        metrics: metrics.clone(),
    };
    tokio::spawn(serve(listener, routes, config));

    let headers = [("accept", "text/html"), ("accept-language", "pt")];
    let page = ask(&url, &request("GET", "/", &headers, b"")).await;
    let problem = ask(&url, &request("GET", "/", &[], b"")).await;

    assert_eq!(page.status, 500);
    expect_page_headers(&page, "page");
    assert!(page.text().contains("<html lang=\"pt-BR\">"), "{}", page.text());
    assert_eq!((problem.status, problem.header("content-type")), (500, Some("application/problem+json")));
    expect_page_headers(&problem, "problem");
    let counts = metrics.encode(Exposition::PrometheusText);
    assert!(counts.contains("vincula_panics_total 2"), "{counts}");
}

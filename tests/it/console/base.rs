//! What all pages share: headers, assets, language, errors.

use super::{expect_page_headers, get, get_with};
use crate::support::raw_connection::{RawConnection, ask, request};
use crate::support::{ANA, Service};

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
    let post = ask(&bot.admin_url, &request("DELETE", "/", &[("accept", "text/html")], b"")).await;
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
    assert!(paths.len() > 3, "{page}");
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
    let requests = request("GET", "/commands", &[("accept", "text/html")], b"").repeat(20);
    let mut idle = Vec::new();
    for _ in 0..30 {
        let mut connection = RawConnection::with_little_room(&bot.admin_url).await;
        connection.send(&requests).await;
        idle.push(connection);
    }

    let reply = bot.within(bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#)).await;
    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(bot.within(get(&bot, "/")).await.status, 200);
    assert_eq!(bot.within(get(&bot, "/healthz")).await.status, 200);
}

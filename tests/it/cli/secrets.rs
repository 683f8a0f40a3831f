//! A database that fails and recovers: no output about it contains a secret, a message text or a number.

use super::TestFolder;
use crate::support::ANA;
use crate::support::postgres::{self, Server};
use crate::support::raw_connection::{ask, request};

const PASSWORD: &str = "made-up-password-of-a-database";

#[test]
fn postgresql_errors_contain_no_secret_and_no_text() {
    let Some(server) = Server::start() else { return postgres::skip_notice(module_path!()) };
    let mut place = TestFolder::new();
    let url = place.outside.block_on(server.database());
    let url = url.replace("user=vincula", &format!("user=vincula&password={PASSWORD}"));
    place.change("sqlite:vincula.db", &url);
    let mut said = Vec::new();
    for level in ["", "debug", "trace"] {
        place.variables.clear();
        place.variable("RUST_LOG", level);
        let serving = place.serve();
        let command = place.command_event(&format!("{level}1"), "/link Bairro futebol");
        place.reply_to(&format!("{level}1"));
        server.kill();
        let refused = place.run(&["event", "send", "--from", ANA, "--text", "/unlink Bairro futebol"]);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        let list = place.run(&["journal", "list"]);
        assert_eq!(list.code, Some(1), "{list:#?}");
        let private = |path| {
            let request = request("GET", path, &[], b"");
            place.within(ask(&format!("http://{}", serving.private), &request))
        };
        let (readiness, metrics) = (private("/readyz"), private("/metrics"));
        assert_eq!(readiness.status, 503, "{}", readiness.text());
        let late = place
            .program(&["serve"])
            .env("VINCULA__SERVER__LISTEN", "127.0.0.1:0")
            .env("VINCULA__SERVER__ADMIN_LISTEN", "127.0.0.1:0")
            .output()
            .unwrap();
        let late = String::from_utf8(late.stderr).unwrap();
        assert!(late.contains("postgres"), "{late}");
        server.restart();
        place.command_event(&format!("{level}2"), "/unlink Bairro futebol");
        place.reply_to(&format!("{level}2"));
        let shown = place.run(&["journal", "show", &command]);
        let checked = place.run(&["check", "--offline"]);
        let log = serving.stop(&place);
        assert!(log.contains("503"), "{log}");
        let chats = [&log, &metrics.text(), &late, &refused.err, &list.err];
        if level.is_empty() {
            for word in ["Bairro", "utebol", ANA] {
                assert!(!chats.iter().any(|said| said.contains(word)), "{word} is in {chats:#?}");
            }
        }
        said.extend([log, late, metrics.text(), readiness.text(), list.err, refused.err, refused.out]);
        said.extend([shown.out, shown.err, checked.out, checked.err]);
    }
    for said in said {
        place.safe(&said);
        assert!(!said.contains(PASSWORD), "the database's password is in {said}");
    }
}

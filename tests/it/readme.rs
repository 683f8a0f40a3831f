//! The README and `docs/` match the program: tables, conversations, shell commands, links.
//!
//! `VINCULA_BLESS=1 cargo test --test it readme` regenerates the tables and conversations. The signed
//! webhooks run as written, by bash with curl and openssl, against the program.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use vincula::commands::CATALOG;
use vincula::config::schema;
use vincula::domain::Locale;
use vincula::i18n;
use vincula::telemetry;

const README: &str = "README.md";
const COMMANDS: &str = "docs/commands.md";
const CONFIGURATION: &str = "docs/configuration.md";
const OPERATIONS: &str = "docs/operations.md";
const TOUR: &str = "docs/tour.md";
const WEBHOOKS: &str = "docs/webhooks.md";

/// The address in the shell commands; replaced by that of the test's service.
const ADDRESS: &str = "127.0.0.1:8080";

#[test]
fn the_command_table_matches_the_catalog() {
    let open = "<!-- commands: made from src/commands/mod.rs -->\n";
    in_step(COMMANDS, "the table of commands", open, "<!-- /commands -->", &command_table());
}

/// The commands as a Markdown table.
fn command_table() -> String {
    let mut table = "| command | Português | Español | what it does |\n|---|---|---|---|\n".to_owned();
    for spec in CATALOG.specs() {
        let words = spec.args.iter().map(|arg| i18n::text(Locale::En, arg.key(), &[]));
        let usage = format!("/{} {}", spec.name, words.collect::<Vec<_>>().join(" "));
        let listed =
            |names: &[&str]| names.iter().map(|name| format!("`/{name}`")).collect::<Vec<_>>().join(", ");
        let about = i18n::text(Locale::En, &format!("help-{}", spec.name), &[]);
        let (usage, pt, es) = (usage.trim(), listed(spec.pt), listed(spec.es));
        table.push_str(&format!("| `{usage}` | {pt} | {es} | {about} |\n"));
    }
    table
}

#[test]
fn the_key_table_matches_the_configuration() {
    let open = "<!-- configuration: made from src/config/schema.rs -->\n";
    in_step(CONFIGURATION, "the table of keys", open, "<!-- /configuration -->", &schema::markdown());
}

#[test]
fn the_metric_table_matches_the_program() {
    let open = "<!-- metrics: made from src/telemetry/metric_spec.rs -->\n";
    in_step(OPERATIONS, "the table of metrics", open, "<!-- /metrics -->", &telemetry::markdown());
}

/// T24, T25: what is logged by default is reviewed, message by message, when it changes.
#[test]
fn the_log_table_matches_the_source() {
    /// Fields that hold no text of a message, no phone number and no secret. `name` is that of somebody who uses the console.
    const FIELDS: [&str; 36] = [
        "action",
        "again",
        "call",
        "cause",
        "changed",
        "channel",
        "client",
        "command",
        "commands",
        "connections",
        "error",
        "id",
        "instance",
        "instances",
        "is_over",
        "keys",
        "kind",
        "listen",
        "location",
        "max_connections",
        "name",
        "open_files",
        "outcome",
        "path",
        "private",
        "public",
        "queues",
        "reason",
        "request",
        "role",
        "result",
        "since",
        "status",
        "texts",
        "viewer",
        "warning",
    ];
    let mut rows = BTreeSet::new();
    for (level, message, fields) in logged_by_default(&root().join("src")) {
        for field in &fields {
            assert!(FIELDS.contains(&field.as_str()), "`{message}` logs `{field}` at {level}: is it safe?");
        }
        let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        rows.insert(format!("| {level} | {message} | {} |\n", fields.join(", ")));
    }
    let table = format!("| level | message | fields |\n|---|---|---|\n{}", Vec::from_iter(rows).concat());
    in_step(
        OPERATIONS,
        "the table of log messages",
        "<!-- log: made from src/ -->\n",
        "<!-- /log -->",
        &table,
    );
}

/// Level, message and fields of each log message of the default level in a folder, and of each span.
fn logged_by_default(folder: &Path) -> Vec<(&'static str, String, Vec<String>)> {
    const KINDS: [(&str, &str); 4] =
        [("error", "error"), ("warn", "warn"), ("info", "info"), ("error_span", "span")];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(logged_by_default(&path));
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for (name, level) in KINDS {
            let event =
                regex::Regex::new(&format!(r#"tracing::{name}!\(([^"]*)"([^"]*)"([^"]*?)\)(?:;|,?\n)"#))
                    .unwrap();
            let begun = source.matches(&format!("tracing::{name}!")).count();
            assert_eq!(event.find_iter(&source).count(), begun, "{}", path.display());
            found.extend(event.captures_iter(&source).map(|event| {
                let fields = event[1]
                    .split(',')
                    .chain(event[3].split(','))
                    .filter_map(|field| field.split('=').next());
                let fields = fields.map(|field| field.trim().trim_start_matches(['%', '?']).to_owned());
                (level, event[2].to_owned(), fields.filter(|field| !field.is_empty()).collect())
            }));
        }
    }
    found
}

#[test]
fn the_conversation_matches_the_demo() {
    let readme = read(README);
    let (_, conversation, _) = cut(README, &readme, "```text\n", "```");
    let typed: Vec<&str> = conversation.lines().filter_map(|line| line.strip_prefix("Ana  ")).collect();
    assert!(!typed.is_empty(), "nobody says anything in the README");

    let mut demo = vincula().arg("demo").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    demo.stdin.take().unwrap().write_all((typed.join("\n") + "\n").as_bytes()).unwrap();
    let ended = demo.wait_with_output().unwrap();

    assert!(ended.status.success(), "{}", ended.status);
    in_step(README, "the conversation", "```text\n", "```", &String::from_utf8(ended.stdout).unwrap());
}

#[test]
fn the_tour_matches_the_demo() {
    let ended = vincula().args(["demo", "--tour"]).stdin(Stdio::null()).output().unwrap();

    assert!(ended.status.success(), "{}", ended.status);
    let played = String::from_utf8(ended.stdout).unwrap();
    // Only the non-admin gets no reply.
    let unheard: Vec<_> = played.lines().filter(|line| line.trim_start().starts_with("(ignored")).collect();
    // Values that change with each run: times, and an invitation.
    assert_eq!(unheard, ["     (ignored: not from an admin)"], "{played}");
    let moment = regex::Regex::new(r"\b[A-Z][a-z]{2} \d\d \d\d:\d\d\b").unwrap();
    let moment = moment.replace_all(&played, "Nov 25 14:03");
    let link = regex::Regex::new(r"chat\.whatsapp\.com/\w+").unwrap();
    let played = link.replace_all(&moment, "chat.whatsapp.com/Gf5kRt2ZqW8LmXy0aBcDeF");
    in_step(TOUR, "the tour", "<!-- tour: made by `vincula demo --tour` -->\n\n```text\n", "```", &played);
}

#[test]
fn the_readme_is_read_in_three_minutes() {
    let lines = read(README).lines().count();

    assert!(lines <= 200, "README.md has {lines} lines; details belong to docs/");
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let pages = ["README.md", "README.pt-BR.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    let link = regex::Regex::new(r"\]\(([^)#\s]+)(?:#[^)]*)?\)").unwrap();
    let mut broken = Vec::new();
    for page in docs.chain(pages.map(|page| root().join(page))) {
        let text = std::fs::read_to_string(&page).unwrap();
        let targets = link.captures_iter(&text).map(|link| link[1].to_owned());
        let files = targets.filter(|target| !target.starts_with("http"));
        let missing = files.filter(|target| !page.parent().unwrap().join(target).exists());
        broken.extend(missing.map(|target| format!("{}: {target}", page.display())));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_architecture_follows_a_webhook_through_fifteen_files_at_most() {
    let page = read("docs/architecture.md");
    let (_, path, _) = cut("docs/architecture.md", &page, "## The path of a webhook", "\n## ");

    let files = path.matches("](../src/").count();

    assert!((1..=15).contains(&files), "{files} files");
}

#[test]
fn the_example_configuration_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vincula.toml");
    std::fs::write(&file, &blocks(README, "toml")[0]).unwrap();

    let checked =
        vincula().args(["check", "--offline", "--config"]).arg(&file).current_dir(&folder).output().unwrap();

    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn each_signed_webhook_is_accepted_and_with_one_bit_changed_it_is_not() {
    if let Some(program) = ["bash", "curl", "openssl"].into_iter().find(|program| !is_here(program)) {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing, and the README's webhooks need it");
        // Print to the real stderr, since the test runner hides output of passing tests.
        let _ =
            writeln!(std::io::stderr(), "NOT RUN: the README's signed webhooks, since {program} is missing");
        return;
    }
    let scripts = blocks(WEBHOOKS, "bash");
    let making = scripts.iter().find(|script| script.contains("> try.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    bash(making, folder.path());
    let event = std::fs::read(folder.path().join("event.json")).unwrap();
    std::fs::write(folder.path().join("changed.json"), flipped(&event)).unwrap();
    assert!(scripts.iter().any(|script| script.trim() == "vincula serve --config try.toml"));
    let service = Service::start(folder.path());

    let mut changes = Vec::new();
    for script in scripts.iter().filter(|script| script.contains("curl ") && script.contains("event.json")) {
        let call = recorded(script, folder.path());
        let (name, is_signed) = instance_of(&call);
        let response = service.curl(&call);
        assert!(response.starts_with(r#"{"status":"accepted","id":""#), "{name}: {response}");
        for at in 0..call.len() {
            let Some(changed) = with_one_bit_changed(&call, at, &name, is_signed) else { continue };
            let response = service.curl(&changed);
            assert!(response.ends_with("\n401"), "{}: {response}", changed[at]);
            changes.push(name.clone());
        }
    }
    let expected = ["token", "path", "hmac", "hmac", "standard", "standard", "standard", "standard"];
    assert_eq!(changes, expected, "what was changed, by instance");
}

/// A replacement for curl in a script: records its arguments instead of sending.
fn recorded(script: &str, folder: &Path) -> Vec<String> {
    bash(&format!("curl() {{ printf '%s\\0' \"$@\" > call; }}\n{script}"), folder);
    let call = std::fs::read_to_string(folder.join("call")).unwrap();
    call.split_terminator('\0').map(str::to_owned).collect()
}

/// The instance of a call, and whether a signature covers the body.
fn instance_of(call: &[String]) -> (String, bool) {
    let url = call.iter().find(|argument| argument.contains(ADDRESS)).unwrap();
    let name = url.split("/webhooks/").nth(1).unwrap().split('/').next().unwrap();
    (name.to_owned(), call.iter().any(|argument| argument.to_lowercase().contains("-signature")))
}

/// The call with one bit changed in this argument, if it is part of the authentication.
fn with_one_bit_changed(call: &[String], at: usize, name: &str, is_signed: bool) -> Option<Vec<String>> {
    let argument = &call[at];
    let separator = match argument {
        body if body == "@event.json" && is_signed => None,
        header if at > 0 && call[at - 1] == "-H" && !header.starts_with("content-type") => Some(": "),
        url if url.contains(ADDRESS) && name == "path" => Some("/webhooks/path/"),
        _ => return None,
    };
    let mut changed = call.to_vec();
    changed[at] = match separator {
        None => "@changed.json".to_owned(),
        Some(separator) => {
            let (name, value) = argument.split_once(separator).unwrap();
            format!("{name}{separator}{}", String::from_utf8(flipped(value.as_bytes())).unwrap())
        }
    };
    Some(changed)
}

/// The same bytes with one bit changed in the letter or digit nearest to the middle. It stays a letter or
/// digit, so that only the authentication is wrong.
fn flipped(bytes: &[u8]) -> Vec<u8> {
    let fits = |at: &usize| bytes[*at].is_ascii_alphanumeric() && (bytes[*at] ^ 1).is_ascii_alphanumeric();
    let at = (0..bytes.len()).filter(fits).min_by_key(|at| at.abs_diff(bytes.len() / 2)).unwrap();
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

/// `vincula serve` with the README's configuration, on free ports.
struct Service {
    process: Child,
    address: String,
    folder: PathBuf,
}

impl Service {
    fn start(folder: &Path) -> Self {
        let mut process = vincula()
            .args(["serve", "--config", "try.toml"])
            .env("VINCULA__SERVER__LISTEN", "127.0.0.1:0")
            .env("VINCULA__SERVER__ADMIN_LISTEN", "127.0.0.1:0")
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let ready = log.by_ref().find_map(|line| {
            let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            said.push(line);
            (event["message"] == "ready").then(|| event["public"].as_str().map(str::to_owned))?
        });
        // An unread log would block the service.
        std::thread::spawn(move || log.for_each(drop));
        let address = ready.unwrap_or_else(|| panic!("the service did not start: {said:#?}"));
        Self { process, address, folder: folder.to_owned() }
    }

    /// curl's output for the response, followed by the status.
    fn curl(&self, call: &[String]) -> String {
        let here = call.iter().map(|argument| argument.replace(ADDRESS, &self.address));
        let mut curl = Command::new("curl");
        curl.args(here).args(["-w", "\n%{http_code}", "--noproxy", "*", "--max-time", "20"]);
        let output = curl.current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program without the test's environment variables.
fn vincula() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vincula"));
    program.env_remove("RUST_LOG").stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VINCULA_") {
            program.env_remove(name);
        }
    }
    program
}

fn is_here(program: &str) -> bool {
    let version =
        Command::new(program).arg(if program == "openssl" { "version" } else { "--version" }).output();
    version.is_ok_and(|version| version.status.success())
}

fn bash(script: &str, folder: &Path) {
    let ended = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{script}\n{}", String::from_utf8_lossy(&ended.stderr));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Fenced blocks of one language, in order, without indentation.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = read(page);
    let mut lines = text.lines();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        let Some(found) = line.trim_start().strip_prefix("```") else { continue };
        let indent = line.len() - line.trim_start().len();
        let inside: Vec<&str> = lines.by_ref().take_while(|line| line.trim_start() != "```").collect();
        if found == language {
            blocks.push(
                inside.iter().map(|line| line.get(indent..).unwrap_or_default().to_owned() + "\n").collect(),
            );
        }
    }
    blocks
}

/// The text before, between and after two markers; the markers stay with the outer parts.
fn cut<'a>(page: &str, text: &'a str, open: &str, close: &str) -> (&'a str, &'a str, &'a str) {
    let start = text.find(open).unwrap_or_else(|| panic!("{page} has no {open:?}")) + open.len();
    let end = start + text[start..].find(close).unwrap_or_else(|| panic!("{page} has no {close:?}"));
    (&text[..start], &text[start..end], &text[end..])
}

/// Compares the text between two markers, or rewrites it if requested.
#[track_caller]
fn in_step(page: &str, what: &str, open: &str, close: &str, expected: &str) {
    /// Each test writes the whole file.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock();
    let text = read(page);
    let (before, found, after) = cut(page, &text, open, close);
    if found == expected {
        return;
    }
    if std::env::var_os("VINCULA_BLESS").is_some() {
        std::fs::write(root().join(page), format!("{before}{expected}{after}")).unwrap();
        return;
    }
    let differs =
        expected.lines().zip(found.lines().chain(std::iter::repeat(""))).find(|(one, other)| one != other);
    panic!(
        "{page}: {what} is not what the program says, first here: {differs:#?}\n\
         `VINCULA_BLESS=1 cargo test --test it readme` regenerates it; then look at `git diff {page}`."
    );
}

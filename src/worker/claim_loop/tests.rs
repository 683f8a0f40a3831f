//! The claim loop without a service: commands that are inserted while it claims, an idle loop, and panics.

use std::collections::HashMap;

use super::super::retry_policy::MAX_CRASHES;
use super::*;
use crate::clock::{Clock, Timestamp};
use crate::command::context::TimingConfig;
use crate::command::parsed_text::ParsedText;
use crate::commands;
use crate::commands::CATALOG;
use crate::config::{self, ConfigSource};
use crate::domain::{InstanceName, Locale, OrderingKey};
use crate::instance::{InstanceRuntime, ReloadableInstance};
use crate::parse::prefix::CommandParser;
use crate::storage::{InsertResult, NewCommand, Store};
use crate::telemetry::{Exposition, InstanceMetrics, Metrics};
use crate::zapi::HttpClients;

fn new_command() -> NewCommand {
    NewCommand {
        instance: InstanceName::parse("gone").unwrap(),
        name: "help".to_owned(),
        ..NewCommand::for_test("0190", Timestamp(1_764_000_000_000))
    }
}

/// A worker that knows no instance.
fn worker(store: &Store) -> Worker {
    Worker {
        store: store.clone(),
        instances: HashMap::new(),
        started_at: Clock::system().now(),
        clock: Clock::system(),
        timing: TimingConfig::default(),
        metrics: Arc::default(),
    }
}

/// Polls a new worker this often with pauses between, inserts a command while it is not polled, and returns whether it
/// finds the command then.
async fn is_found(polls: usize) -> bool {
    let (store, writer, _folder) = Store::open_temporary(&Clock::system()).await;
    let mut working = std::pin::pin!(worker(&store).run(CancellationToken::new()));
    for _ in 0..polls {
        assert!(futures_util::poll!(&mut working).is_pending());
        sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(store.insert(new_command()).await.unwrap(), InsertResult::Inserted);
    let attempted = async {
        // The instance of the command is not configured, so an attempt ends at once.
        while store.list(None, 1).await.unwrap()[0].attempts == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let found = tokio::select! {
        () = attempted => true,
        () = &mut working => false,
        () = sleep(Duration::from_secs(5)) => false,
    };
    writer.abort();
    found
}

#[tokio::test]
async fn a_command_that_is_inserted_while_the_worker_claims_is_found() {
    // The number of polls decides at which step of a claim the command is inserted.
    for polls in 0..8 {
        let found = futures_util::future::join_all((0..8).map(|_| is_found(polls))).await;
        assert_eq!(found, [true; 8], "after {polls} polls");
    }
}

const ANA: &str = "5544999990001";

/// An instance whose Z-API cannot be reached, and that panics when it has to write the name of `/help`.
fn panicking_instance(folder: &std::path::Path, store: &Store) -> InstanceRuntime {
    fn name_of(name: &str, locale: Locale) -> &'static str {
        assert_ne!(name, "help", "a panic for the test");
        commands::name_in(name, locale)
    }
    let file = folder.join("vincula.toml");
    let toml = format!(
        "[server]\nlisten = \"127.0.0.1:1\"\nadmin_listen = \"127.0.0.1:2\"\n\
         [instances.main]\nid = \"{}\"\ntoken = \"{}\"\nbase_url = \"http://127.0.0.1:9\"\n\
         verify = {{ zapi_token = true }}\nadmins.ana.phone = \"{ANA}\"\n",
        "A".repeat(32),
        "B".repeat(24),
    );
    std::fs::write(&file, toml).unwrap();
    let source = ConfigSource { env: Vec::new(), ..ConfigSource::from_process(Some(file)) };
    let loaded = config::load(&source, &CATALOG.names()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mut instance = InstanceRuntime::new(
        loaded.config.instances.into_iter().next().unwrap(),
        store,
        &mut HttpClients::default(),
        &Clock::system(),
        InstanceMetrics::default(),
    )
    .unwrap();
    instance.localizer.command_name = name_of;
    instance
}

#[tokio::test]
async fn t41_a_command_that_panics_every_time_ends_and_takes_nobody_with_it() {
    let (store, writer, folder) = Store::open_temporary(&Clock::system()).await;
    let (metrics, shutdown) = (Arc::<Metrics>::default(), CancellationToken::new());
    let moment = Duration::from_millis(1);
    let worker = Worker {
        store: store.clone(),
        instances: HashMap::from([(
            InstanceName::parse("main").unwrap(),
            Arc::new(ReloadableInstance::new(panicking_instance(folder.path(), &store))),
        )]),
        started_at: Clock::system().now(),
        clock: Clock::system(),
        timing: TimingConfig { min_retry_delay: moment, max_retry_delay: moment, ..TimingConfig::default() },
        metrics: metrics.clone(),
    };
    let parser = CommandParser::new(&["/".to_owned()]);
    let parse = |text: &str| ParsedText::parse(text, &CATALOG, &parser, Locale::En);
    let of = |id: &str, text: &str| NewCommand {
        id: id.to_owned(),
        instance: InstanceName::parse("main").unwrap(),
        ordering_key: OrderingKey::new(id),
        message_id: id.to_owned(),
        phone: Some(ANA.to_owned()),
        text: text.to_owned(),
        parsed: serde_json::to_string(&parse(text)).ok(),
        ..new_command()
    };
    for new in [of("0191", "/help"), of("0192", "/whoami")] {
        assert_eq!(store.insert(new).await.unwrap(), InsertResult::Inserted);
    }

    let running = tokio::spawn(worker.run(shutdown.clone()));
    let replies = async {
        loop {
            let rows = store.list(None, 9).await.unwrap();
            if rows.len() == 2 && rows.iter().all(|row| row.reply.is_some()) {
                return rows;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    let rows = tokio::time::timeout(Duration::from_secs(20), replies).await.expect("both have a reply");

    let of = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(of("0191").outcome.as_deref(), Some("failed"));
    assert!(of("0192").reply.as_deref().unwrap().contains("“ana”"));
    let counted = format!("vincula_panics_total {MAX_CRASHES}");
    let text = metrics.encode(Exposition::OpenMetrics);
    assert!(text.contains(&counted), "{text}");
    assert!(!running.is_finished(), "the worker goes on");
    shutdown.cancel();
    running.await.unwrap();
    writer.abort();
}

#[tokio::test]
async fn an_idle_worker_sleeps() {
    let (store, writer, _folder) = Store::open_temporary(&Clock::system()).await;
    let mut working = std::pin::pin!(worker(&store).run(CancellationToken::new()));
    let mut polls = 0;
    let counted = std::future::poll_fn(|context| {
        polls += 1;
        working.as_mut().poll(context)
    });

    let ended = tokio::time::timeout(Duration::from_secs(1), counted).await;

    // One claim takes a few polls; a busy loop takes hundreds.
    assert!(ended.is_err() && polls < 30, "{polls} polls in a second");
    writer.abort();
}

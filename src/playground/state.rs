//! The state that all visitors of the page share, and what runs beside it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::sync::{Mutex as AsyncMutex, Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::call_log::CallLog;
use super::conditions::{self, ActiveConditions, Condition};
use super::messenger::{Messenger, OutgoingMessage};
use super::scripts::TOUR;
use super::service::DemoService;
use crate::domain::Locale;
use crate::sandbox::{Sandbox, World};

/// The most event streams at a time.
const MAX_STREAMS: usize = 12;
/// How many sent texts are remembered for the suggestions.
const MAX_SENT_TEXTS: usize = 100;

/// The state of the page. Clones are the same one.
#[derive(Clone)]
pub struct Playground(Arc<Shared>);

struct Shared {
    sandbox: Sandbox,
    service: Arc<DemoService>,
    messenger: Messenger,
    calls: CallLog,
    locale: Locale,
    changed: watch::Sender<()>,
    progress: Mutex<Progress>,
    /// Messages were sent from the page.
    is_used: AtomicBool,
    streams: Arc<Semaphore>,
    shutdown: CancellationToken,
    requests: mpsc::Sender<ServiceRequest>,
    inbox: AsyncMutex<mpsc::Receiver<ServiceRequest>>,
}

/// How far visitors are.
#[derive(Default)]
struct Progress {
    conditions: ActiveConditions,
    /// The current step of the tour, from 0; after the last one it has ended.
    tour_step: usize,
    sent_texts: VecDeque<String>,
    /// How often the service was killed.
    kills: usize,
    /// The number of each group, for animations.
    group_numbers: HashMap<String, usize>,
}

/// What to do with the service, and where to tell that it is done.
enum ServiceRequest {
    Kill(oneshot::Sender<()>),
    Reset(oneshot::Sender<()>),
}

impl Playground {
    /// The page of this service, for a bot that speaks this language; webhooks are posted to `webhook_url`.
    pub fn new(
        sandbox: Sandbox,
        service: Arc<DemoService>,
        webhook_url: String,
        locale: Locale,
        shutdown: CancellationToken,
    ) -> Self {
        let (requests, inbox) = mpsc::channel(4);
        let changed = watch::Sender::new(());
        let messenger = Messenger::new(sandbox.clone(), webhook_url, changed.clone());
        Self(Arc::new(Shared {
            sandbox,
            service,
            messenger,
            calls: CallLog::default(),
            locale,
            changed,
            progress: Mutex::default(),
            is_used: AtomicBool::new(false),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            shutdown,
            requests,
            inbox: AsyncMutex::new(inbox),
        }))
    }

    /// The routes of the sandbox, with each call recorded.
    pub fn sandbox_routes(&self) -> Router {
        self.0.calls.record_calls(self.0.sandbox.router())
    }

    /// Runs what visitors ask for, and reports deliveries to the service, until shutdown; must be spawned.
    pub async fn run(self) {
        let work = async { tokio::join!(self.serve_requests(), self.report_deliveries()) };
        self.0.shutdown.run_until_cancelled(work).await;
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    pub(super) fn service(&self) -> &DemoService {
        &self.0.service
    }

    /// Sends messages of people.
    pub fn messenger(&self) -> &Messenger {
        &self.0.messenger
    }

    pub(super) fn calls(&self) -> &CallLog {
        &self.0.calls
    }

    /// The language of the bot.
    pub(super) fn locale(&self) -> Locale {
        self.0.locale
    }

    pub(super) fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    /// The slots of event streams.
    pub(super) fn streams(&self) -> &Arc<Semaphore> {
        &self.0.streams
    }

    /// Notified when something changed that the sandbox does not know of.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Sends a message. A service that does not respond for long is no error: the page shows what happened.
    pub(super) async fn send(&self, message: &OutgoingMessage, text: &str) {
        self.0.is_used.store(true, Ordering::Relaxed);
        if !text.is_empty() {
            let mut progress = self.lock();
            progress.sent_texts.push_back(text.to_owned());
            if progress.sent_texts.len() > MAX_SENT_TEXTS {
                progress.sent_texts.pop_front();
            }
        }
        let _ = self.0.messenger.send(message).await;
        self.notify();
    }

    /// Whether this text was sent.
    pub(super) fn was_sent(&self, text: &str) -> bool {
        self.lock().sent_texts.iter().any(|sent| sent == text)
    }

    /// The conditions that are switched on.
    pub(super) fn conditions(&self) -> ActiveConditions {
        self.lock().conditions.clone()
    }

    /// Switches a condition.
    pub(super) async fn switch(&self, condition: Condition, is_on: bool) {
        self.0.is_used.store(true, Ordering::Relaxed);
        let active = {
            let mut progress = self.lock();
            let is_changed = match is_on {
                true => progress.conditions.insert(condition),
                false => progress.conditions.remove(&condition),
            };
            if !is_changed {
                return;
            }
            progress.conditions.clone()
        };
        conditions::apply(&self.0.sandbox, &active);
        self.0.messenger.set_duplicating(active.contains(&Condition::Duplicates));
        if condition == Condition::Offline {
            let _ = self.0.messenger.report_connection(!is_on).await;
        }
        self.notify();
    }

    /// How often the service was killed.
    pub(super) fn kills(&self) -> usize {
        self.lock().kills
    }

    /// The current step of the tour, from 0; the number of steps if it has ended.
    pub(super) fn tour_step(&self) -> usize {
        self.lock().tour_step
    }

    /// Goes to a step of the tour.
    pub(super) fn set_tour_step(&self, step: usize) {
        self.lock().tour_step = step.min(TOUR.len());
        self.notify();
    }

    /// The number of a group: the same as long as the demo runs.
    pub(super) fn group_number(&self, id: &str) -> usize {
        let numbers = &mut self.lock().group_numbers;
        let next = numbers.len() + 1;
        *numbers.entry(id.to_owned()).or_insert(next)
    }

    /// Kills the service and starts it again; returns when it runs.
    pub(super) async fn kill_service(&self) {
        self.request(ServiceRequest::Kill).await;
    }

    /// Begins again, with a fresh world and an empty store.
    pub(super) async fn reset(&self) {
        self.request(ServiceRequest::Reset).await;
    }

    async fn request(&self, request: impl FnOnce(oneshot::Sender<()>) -> ServiceRequest) {
        let (done, ended) = oneshot::channel();
        if self.0.requests.send(request(done)).await.is_ok() {
            let _ = ended.await;
        }
    }

    async fn serve_requests(&self) {
        let mut inbox = self.0.inbox.lock().await;
        while let Some(request) = inbox.recv().await {
            // A service that does not start again shows on the page: nothing is answered.
            let (done, _) = match request {
                ServiceRequest::Kill(done) => {
                    self.lock().kills += 1;
                    (done, self.0.service.kill_and_restart(|| ()).await)
                }
                ServiceRequest::Reset(done) => {
                    (done, self.0.service.kill_and_restart(|| self.forget_everything()).await)
                }
            };
            self.notify();
            let _ = done.send(());
        }
    }

    fn forget_everything(&self) {
        let shared = &self.0;
        let folder = shared.service.config_file.parent();
        for entry in folder.into_iter().flat_map(std::fs::read_dir).flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("vincula.db") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        shared.sandbox.reset(World::neighbourhood());
        shared.messenger.set_duplicating(false);
        shared.messenger.clear();
        shared.calls.clear();
        let mut progress = self.lock();
        // A page that is rendered meanwhile must not see a number twice.
        let group_numbers = std::mem::take(&mut progress.group_numbers);
        *progress = Progress { group_numbers, ..Progress::default() };
    }

    /// Reports the delivery of each message of the bot, once the page is used; the chat in the terminal reports its own.
    async fn report_deliveries(&self) {
        let sandbox = &self.0.sandbox;
        let mut last = 0;
        loop {
            let update = sandbox.next_update_after(last).await;
            last = update.nth;
            if self.0.is_used.load(Ordering::Relaxed) && !update.is_edit {
                let _ = self.0.messenger.report_delivery(&update.message).await;
            }
        }
    }

    fn notify(&self) {
        self.0.changed.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

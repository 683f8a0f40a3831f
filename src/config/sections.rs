//! The sections of the configuration, a row a key, and what is checked between keys.

use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderName;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;

use super::diagnostic::{KeyProblem, format_choices, problem, quote_value};
use super::key::{Format, Key, KeyDefault::*, ValueType::*};
use super::section::{Entry, section};
use super::urls::{self, AddressRange};
use super::{log_filter, parse, secrets};
use crate::domain::{InstanceName, Lid, Locale, Person, Phone};

/// The shortest retention: repeated messages are recognized for so long.
const MIN_RETENTION: Duration = Duration::from_secs(48 * 60 * 60);
/// Every command, or every community.
const WILDCARD: &str = "*";

/// The rows of all keys, in the order in which documents list them.
pub(super) const ROWS: &[&[Key]] = &[
    ServerValues::KEYS,
    ConsoleValues::KEYS,
    StoreValues::KEYS,
    InstanceValues::KEYS,
    VerifyValues::KEYS,
    HmacValues::KEYS,
    StandardWebhooksValues::KEYS,
    RateLimitValues::KEYS,
    AdminValues::KEYS,
    &[ALIAS_KEY],
    NotifyValues::KEYS,
];

const LISTENER: Format<SocketAddr> = Format::new(Text("address"), urls::parse_listener);
const BOOL: Format<bool> = Format::new(Bool, parse::parse_checked);
const DURATION: Format<Duration> = Format::new(Text("duration"), parse::parse_duration);
const CONNECTIONS: Format<usize> = Format::new(Number(1, 100_000), parse::parse_checked);
const COUNT: Format<usize> = Format::new(Number(1, u32::MAX), parse::parse_checked);
const RATE: Format<u32> = Format::new(Number(1, u32::MAX), parse::parse_checked);
const LOCALE: Format<Locale> = Format::new(Word(&["en", "pt-BR", "es"]), parse::parse_locale);
const NON_ADMINS: Format<NonAdminPolicy> = Format::new(Word(&["ignore", "refuse"]), parse::parse_word);
const ADMINS_FROM: Format<AdminsFrom> = Format::new(Word(&["config", "community"]), parse::parse_word);
const TOKEN: Format<SecretString> = Format::new(Text("token"), secrets::parse_token).secret();
const PASSWORD_HASH: Format<SecretString> = Format::new(Text("hash"), secrets::parse_password_hash).secret();
const TARGET: Format<String> = Format::new(Text("id"), parse::parse_target_id);
const ALIAS_DOC: &str = "A short name for the community or group with this id.";
const ALIAS_KEY: Key = Key::new("instances.<instance>.aliases.<alias>", &TARGET, Absent, ALIAS_DOC);

/// How commands of people who are not admins are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NonAdminPolicy {
    /// They are ignored.
    Ignore,
    /// They are refused, at most once an hour a person.
    Refuse,
}

/// Where the admins of an instance are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdminsFrom {
    /// In the configuration.
    Config,
    /// In the configuration, and in WhatsApp: the admins of a community, for that community.
    Community,
}

section! {
    /// `[server]`
    ServerConfig, ServerValues, "server" {
        /// The public listener: webhooks only.
        listen: SocketAddr = value LISTENER, Value("127.0.0.1:8080");
        /// The private listener: health, metrics and the console; keep it from the internet. An address that other
        /// machines can reach needs a sign-in (`[console]`).
        admin_listen: SocketAddr = value LISTENER, Value("127.0.0.1:9090");
        /// The https URL under which Z-API reaches the public listener; `webhook register` sends it.
        public_url: Option<String> = optional Format::new(Text("URL"), urls::parse_public_url), Absent;
        /// The largest body of a webhook: bytes, or a number with KiB or MiB.
        max_body: usize = value Format::new(Size, parse::parse_size), Value("256KiB");
        /// The most connections at a time, within the limit of open files. At the limit, a new connection
        /// replaces the one that is idle for the longest.
        max_connections: usize = value CONNECTIONS, Value("1024");
        /// Addresses or ranges (`10.0.0.0/8`) of reverse proxies. Their `X-Forwarded-For` names the client
        /// when failed verifications are counted; where some are listed, any other address gets at most half
        /// of `max_connections`.
        trusted_proxies: Vec<AddressRange> =
            list Format::new(List("address or range"), urls::parse_range), Value("[]");
        /// What is logged: a level, or `target=level` parts separated by commas. `RUST_LOG` wins where it is set.
        log_filter: String = value Format::new(Text("log filter"), log_filter::parse_log_filter), Value("info");
    }
}

section! {
    /// `[console]`: who may use the console on the private listener. Without a sign-in everybody on this machine may.
    ConsoleConfig, ConsoleValues, "console" {
        /// The hash of the operators' password, as `vincula password` prints it. Operators see everything and may
        /// retry, drop and cancel commands.
        password_hash: Option<SecretString> = optional PASSWORD_HASH, Absent;
        /// The hash of the viewers' password. Viewers see everything but texts of messages, and change nothing.
        viewer_password_hash: Option<SecretString> = optional PASSWORD_HASH, Absent;
        /// The header in which a proxy with a sign-in of its own names the person, such as `X-Forwarded-User`.
        user_header: Option<HeaderName> = optional Format::new(Text("header name"), parse::parse_user_header), Absent;
        /// Addresses or ranges of the proxies in front of the private listener. Only their `user_header`,
        /// `X-Forwarded-Proto` and `X-Forwarded-For` are believed.
        trusted_proxies: Vec<AddressRange> =
            list Format::new(List("address or range"), urls::parse_range), Value("[]");
        /// The people who are operators, as `user_header` names them; everybody else is a viewer.
        operators: Vec<String> = list Format::new(List("name"), parse::parse_line), Value("[]");
        /// A session ends when it is not used for so long.
        idle_timeout: Duration = value DURATION, Value("8h");
        /// A session ends so long after the sign-in.
        absolute_timeout: Duration = value DURATION, Value("7d");
    }
}

section! {
    /// `[store]`
    StoreConfig, StoreValues, "store" {
        /// Where the journal is: `sqlite:` and a path, relative to the working directory, or
        /// `postgres://user@host/database`.
        url: SecretString =
            value Format::new(Text("URL"), urls::parse_store_url).secret(), Value("sqlite:vincula.db");
        /// How long the journal keeps a command after its end: 48h or more, and at least the longest
        /// `max_event_age`, so that a repeated message is recognized.
        retention: Duration = value DURATION, Value("90d");
        /// How long it keeps the texts of commands and replies, at most `retention`.
        text_retention: Duration = value DURATION, Value("30d");
    }
}

section! {
    /// `[instances.<name>]`: one WhatsApp number connected at Z-API.
    Instance, InstanceValues, "instances.<instance>" {
        /// Z-API's id of the instance.
        id: String = value Format::new(Text("id"), secrets::parse_credential), Required;
        /// The instance token of Z-API.
        token: SecretString = value TOKEN, Required;
        /// The account security token (`Client-Token`), if the account has it turned on.
        client_token: Option<SecretString> = optional TOKEN, Absent;
        /// The URL of Z-API: https, or http on loopback.
        base_url: String = value Format::new(Text("URL"), urls::parse_base_url), Value("https://api.z-api.io");
        /// The language of replies.
        locale: Locale = value LOCALE, Value("en");
        /// What a command begins with: one to three signs each, no letters or digits.
        prefixes: Vec<String> = list Format::new(List("prefix"), parse::parse_prefix), Value("[\"/\"]");
        /// Commands of people who are not admins: `ignore` sends no reply, `refuse` replies at most once an
        /// hour.
        non_admins: NonAdminPolicy = value NON_ADMINS, Value("ignore");
        /// Commands typed on the bot's own phone count as the owner's.
        owner_commands: bool = value BOOL, Value("false");
        /// The time zone of times in replies, by its IANA name.
        time_zone: TimeZone = value Format::new(Text("zone"), parse::parse_time_zone), Value("America/Sao_Paulo");
        /// Who may send commands: `config` allows those under `admins`; `community` also allows the admins of
        /// a community in that community, but not to create, deactivate or name anything.
        admins_from: AdminsFrom = value ADMINS_FROM, Value("config");
        /// Commands sent longer ago are not run; their admin is told.
        max_event_age: Duration = value DURATION, Value("10m");
        /// How long a command is retried.
        give_up_after: Duration = value DURATION, Value("30m");
        /// How many ordinary groups a community can hold; a command takes no more.
        community_limit: usize = value COUNT, Value("50");
        /// How a webhook is authenticated: every key given below must match, and at least one is required;
        /// `"none"` only where `server.listen` is loopback.
        verify: VerifyConfig = verify Format::new(NoneOrTable, parse_none), Required;
    }
    with instance {
        /// The name: a part of the webhook URL.
        name: InstanceName = read_name(instance);
        /// Rate limits.
        limits: RateLimits = RateLimitValues::read(&instance.child("limits")).build();
        /// The people who may send commands.
        admins: Vec<Admin> = Some(read_admins(instance));
        /// Short names of communities and groups: as typed, and the id.
        aliases: Vec<(String, String)> = Some(read_aliases(instance));
    }
}

section! {
    /// `[instances.<name>.verify]`: all that is given must match. Nothing given is `verify = "none"`.
    #[derive(Default)]
    VerifyConfig, VerifyValues, "instances.<instance>.verify" {
        /// The header `z-api-token` must equal the instance token.
        zapi_token: bool = value BOOL, Value("false");
        /// The last segment of the webhook's URL: 16 or more of `A-Z a-z 0-9 . _ ~ -`.
        path_secret: Option<SecretString> = optional Format::new(Text("secret"), secrets::parse_path_secret).secret(), Absent;
    }
    with verify {
        /// HMAC-SHA256 of the body in a header.
        hmac: Option<HmacConfig> =
            verify.optional_table("hmac", |hmac| HmacValues::read(hmac).build());
        /// Standard Webhooks: any of these keys, as bytes.
        standard_webhooks: Option<Vec<SecretSlice<u8>>> =
            verify.optional_table("standard_webhooks", |it| Some(StandardWebhooksValues::read(it).build()?.secrets));
    }
}

section! {
    /// `hmac = { header = "…", secrets = ["…"] }`
    HmacConfig, HmacValues, "instances.<instance>.verify.hmac" {
        /// With `hmac`: the header that carries the HMAC-SHA256 of the body, in hex or base64.
        header: HeaderName = value Format::new(Text("header name"), parse::parse_header), Required;
        /// With `hmac`: its keys, 16 bytes or more each; any of them may match.
        secrets: Vec<SecretSlice<u8>> = list Format::new(List("secret"), secrets::parse_hmac_secret).secret(), Required;
    }
}

section! {
    /// `standard_webhooks = { secrets = ["…"] }`
    StandardWebhooks, StandardWebhooksValues, "instances.<instance>.verify.standard_webhooks" {
        /// With `standard_webhooks`: its keys in base64, with or without `whsec_`; any of them may match.
        secrets: Vec<SecretSlice<u8>> =
            list Format::new(List("base64 secret"), secrets::parse_standard_webhooks_secret).secret(), Required;
    }
}

section! {
    /// `[instances.<name>.limits]`
    #[derive(Copy)]
    RateLimits, RateLimitValues, "instances.<instance>.limits" {
        /// Commands of one admin a minute; over it, they are told once.
        commands_per_minute: u32 = value RATE, Value("30");
        /// Changing calls to Z-API a second, with bursts of 5; the rest waits.
        changes_per_second: u32 = value RATE, Value("1");
        /// Messages of the bot a minute, with bursts of 5; the rest waits.
        messages_per_minute: u32 = value RATE, Value("30");
    }
}

section! {
    /// `[instances.<name>.admins.<key>]`: a person who may send commands; has a phone, a lid or both.
    Admin, AdminValues, "instances.<instance>.admins.<admin>" {
        /// The admin's number with its country code; this, `lid`, or both.
        phone: Option<Phone> = optional Format::new(Text("phone"), parse::parse_phone), Absent;
        /// The admin's hidden user id, `…@lid`, as `whoami` and the log show it.
        lid: Option<Lid> = optional Format::new(Text("lid"), parse::parse_lid), Absent;
        /// The admin's name in replies.
        name: String = value Format::new(Text("name"), parse::parse_line), SectionName;
        /// The commands they may send, by English name; `*` is all.
        commands: Vec<String> = list Format::new(List("command"), parse::parse_line), Value("[\"*\"]");
        /// The communities they may manage, by id, alias or name; `*` is all.
        communities: Vec<String> = list Format::new(List("community"), parse::parse_line), Value("[\"*\"]");
    }
    with admin {
        /// Where the admin is named.
        from: AdminsFrom = Some(AdminsFrom::Config);
        /// The key in the configuration.
        key: String = Some(admin.name().to_owned());
    }
}

section! {
    /// `[notify]`: who is told of trouble.
    #[derive(Default)]
    NotifyConfig, NotifyValues, "notify" {
        /// Where the service reports trouble: by a POST of JSON that Slack's incoming webhooks accept. https, or http on
        /// loopback.
        url: Option<SecretString> = optional Format::new(Text("URL"), urls::parse_notify_url).secret(), Absent;
        /// The key in base64, with or without `whsec_`, that signs each POST with the headers of Standard Webhooks.
        secret: Option<SecretSlice<u8>> =
            optional Format::new(Text("base64 secret"), secrets::parse_standard_webhooks_secret).secret(), Absent;
        /// The number of the owner, who is told by WhatsApp too.
        phone: Option<Phone> = optional Format::new(Text("phone"), parse::parse_phone), Absent;
        /// The instance that sends the messages to `phone`, the first by name without this key. While it is not
        /// connected, another one sends them.
        instance: Option<InstanceName> = optional Format::new(Text("instance"), parse::parse_instance_name), Absent;
        /// An instance that gets no webhook for this time is reported; without this key, none is.
        no_event_after: Option<Duration> = optional DURATION, Absent;
    }
}

/// Reads `[server]`, and tells the public listener even where the rest is wrong. `has_sign_in`: the console has one.
pub(super) fn read_server(
    server: &Entry<'_>,
    has_sign_in: bool,
) -> (Option<SocketAddr>, Option<ServerConfig>) {
    let values = ServerValues::read(server);
    let listen = values.listen;
    if !has_sign_in && values.admin_listen.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        server.child("admin_listen").report(problem!(
            "can be reached from other machines, but the console has no sign-in: anybody could read and run commands";
            "Set console.password_hash to what `vincula password` prints (/metrics needs no password even then), \
             or let it be a loopback address such as 127.0.0.1:9090"));
    }
    // Port 0 stands for any free port: two of them differ.
    if listen == values.admin_listen && listen.is_some_and(|address| address.port() != 0) {
        server.child("admin_listen").report(problem!("is the same address as server.listen";
            "Give the private listener a port of its own"));
    }
    if server.child("public_url").node().is_none() {
        server.child("public_url").warn(problem!(
            "is not given, so `webhook register` has no URL to send to Z-API";
            "Write the https URL of the public listener"));
    }
    (listen, values.build())
}

/// Reads `[console]`, and tells whether it has a sign-in; one with a mistake, which was reported, counts.
pub(super) fn read_console(console: &Entry<'_>) -> (bool, Option<ConsoleConfig>) {
    let values = ConsoleValues::read(console);
    let ConsoleValues { trusted_proxies, operators, idle_timeout, absolute_timeout, .. } = &values;
    let is_given = |name: &str| console.child(name).node().is_some();
    if is_given("user_header") && trusted_proxies.as_ref().is_some_and(Vec::is_empty) {
        console.child("user_header").report(problem!("is believed from nobody";
            "Write the address of the proxy that sets it into console.trusted_proxies"));
    }
    if !is_given("user_header") && operators.as_ref().is_some_and(|operators| !operators.is_empty()) {
        console.child("operators").report(problem!("has no effect without `user_header`";
            "Write the header in which the proxy names the person, or remove the list"));
    }
    if trusted_proxies.iter().flatten().any(AddressRange::is_everything) {
        console
            .child("trusted_proxies")
            .report(problem!("holds every address, so anybody could name themselves";
            "Write the addresses of the proxies alone"));
    }
    if absolute_timeout.zip(*idle_timeout).is_some_and(|(absolute, idle)| absolute < idle) {
        console.child("absolute_timeout").report(problem!("is shorter than `idle_timeout`";
            "Write a longer duration, such as \"7d\", or a shorter `idle_timeout`"));
    }
    let has_sign_in = ["password_hash", "viewer_password_hash", "user_header"].into_iter().any(is_given);
    (has_sign_in, values.build())
}

impl ConsoleConfig {
    /// Whether people must sign in, or be named by a proxy.
    pub fn has_sign_in(&self) -> bool {
        self.password_hash.is_some() || self.viewer_password_hash.is_some() || self.user_header.is_some()
    }
}

/// Reads `[store]`; `max_event_age` is the longest of all instances.
pub(super) fn read_store(store: &Entry<'_>, max_event_age: Option<Duration>) -> Option<StoreConfig> {
    let values = StoreValues::read(store);
    let min_retention = max_event_age.unwrap_or_default().max(MIN_RETENTION);
    if values.retention.is_some_and(|retention| retention < min_retention) {
        let min = if min_retention > MIN_RETENTION { "the longest max_event_age" } else { "48h" };
        store.child("retention").report(problem!(
            "is shorter than {min}: a repeated message would be taken for a new one";
            "Write a longer duration, such as \"90d\""));
    }
    let store = values.build()?;
    Some(StoreConfig { text_retention: store.text_retention.min(store.retention), ..store })
}

/// Reads `[instances]`, in the order of their names.
pub(super) fn read_instances(table: &Entry<'_>, listen: Option<SocketAddr>) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for child in table.children() {
        let values = InstanceValues::read(&child);
        check_instance(&child, &values, listen);
        let Some(instance) = values.build() else { continue };
        if let Some(other) = instances.iter().find(|other| other.id == instance.id) {
            let other = quote_value(other.name.as_str());
            child.child("id").warn(problem!("is that of the instance {other} too";
                "Both would answer for the same number: check which one is meant"));
        }
        instances.push(instance);
    }
    if table.children().next().is_none() && !table.is_broken() {
        table.report(problem!("holds no instance, but at least one is required";
            "Write [instances.main] with id, token and verify, or set VINCULA__INSTANCES__MAIN__ID and so on"));
    }
    instances
}

/// Checks values against each other.
fn check_instance(instance: &Entry<'_>, values: &InstanceValues, listen: Option<SocketAddr>) {
    let is_open = values.verify.as_ref().is_some_and(VerifyConfig::is_none);
    if is_open && listen.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        instance.child("verify").report(problem!(
            "is \"none\", but server.listen can be reached from other machines: anybody could send commands";
            "Write {{ zapi_token = true }}, or let server.listen be a loopback address such as 127.0.0.1:8080"));
    }
    let is_by_list = values.owner_commands == Some(false) && values.admins_from == Some(AdminsFrom::Config);
    if is_by_list && values.admins.as_ref().is_some_and(Vec::is_empty) {
        instance.child("admins").warn(problem!("names nobody, so nobody can send commands";
            "Add a table [….admins.<key>] with a phone or a lid"));
    }
    let is_z_api = values.base_url.as_deref() == Some("https://api.z-api.io");
    let token = values.token.as_ref().map(ExposeSecret::expose_secret);
    let client_token = values.client_token.as_ref().and_then(Option::as_ref).map(ExposeSecret::expose_secret);
    for (credential, text) in
        [(secrets::ID, values.id.as_deref()), (secrets::TOKEN, token), (secrets::CLIENT_TOKEN, client_token)]
    {
        if let Some(problem) = text.and_then(|text| credential.find_mismatch(text, is_z_api)) {
            instance.child(credential.key).warn(problem);
        }
    }
    let is_short = token.is_some_and(|token| token.len() < secrets::MIN_SECRET_LEN);
    if is_short && values.verify.as_ref().is_some_and(|verify| verify.zapi_token) {
        instance.child("token").warn(problem!("has under 16 bytes, and verify.zapi_token relies on it";
            "Add another check to verify, such as path_secret"));
    }
}

fn read_name(instance: &Entry<'_>) -> Option<InstanceName> {
    let problem = problem!("is no name for an instance";
        "Use one to forty of a-z, 0-9 and _: it becomes a part of the webhook's URL");
    instance.check(InstanceName::parse(instance.name()).ok_or(problem))
}

impl VerifyConfig {
    /// Whether webhooks are not authenticated at all.
    pub fn is_none(&self) -> bool {
        matches!(self, Self { zapi_token: false, path_secret: None, hmac: None, standard_webhooks: None })
    }
}

impl Entry<'_> {
    /// Reads how webhooks of this instance are authenticated: a table, or `"none"`.
    fn verify(&self, key: &Key, format: &Format<()>) -> Option<VerifyConfig> {
        let is_table = self.list(key, format)?.is_empty();
        let table = self.child(key.name());
        let verify = VerifyValues::read(&table).build()?;
        let problem = problem!("names nothing that authenticates a webhook, so anybody could send commands";
            "Write `zapi_token = true` into it, which is what Z-API sends, \
             or one of path_secret, hmac, standard_webhooks");
        table.check(if is_table && verify.is_none() { Err(problem) } else { Ok(verify) })
    }
}

/// Reads `[notify]`; `instances` are the tables of all instances.
pub(super) fn read_notify(notify: &Entry<'_>, instances: &Entry<'_>) -> Option<NotifyConfig> {
    let values = NotifyValues::read(notify);
    let is_given = |name: &str| notify.child(name).node().is_some();
    if let Some(Some(instance)) = &values.instance {
        let names: Vec<String> = instances.children().map(|it| it.name().to_owned()).collect();
        if !names.iter().any(|name| name == instance.as_str()) {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let choices = format_choices(instance.as_str(), &known);
            notify.child("instance").report(KeyProblem::with_value(
                instance.as_str(),
                ", which is no instance",
                choices,
            ));
        }
    }
    let has_channel = ["url", "phone"].into_iter().any(is_given);
    if notify.node().is_some() && !has_channel && !notify.is_broken() {
        notify.warn(problem!("names neither url nor phone, so nobody is told of trouble";
            "Write one of them, or both"));
    }
    for (name, needed) in [("secret", "url"), ("instance", "phone")] {
        if is_given(name) && !is_given(needed) && has_channel {
            notify
                .child(name)
                .warn(problem!("is not used without `{needed}`"; "Write `{needed}` too, or remove it"));
        }
    }
    values.build()
}

fn parse_none(word: &str) -> Result<(), KeyProblem> {
    // Not shown: it may be a secret that was meant for a key below.
    let problem = problem!("is a text other than \"none\""; "Write a table, such as {{ zapi_token = true }}");
    word.trim().eq_ignore_ascii_case("none").then_some(()).ok_or(problem)
}

/// The admins of an instance, in the order of their keys.
fn read_admins(instance: &Entry<'_>) -> Vec<Admin> {
    let mut seen: Vec<(String, Person)> = Vec::new();
    let mut admins = Vec::new();
    for admin in instance.child("admins").children() {
        let values = AdminValues::read(&admin);
        let person = Person { phone: values.phone.flatten(), lid: values.lid.flatten() };
        for (other, earlier) in &seen {
            let other = quote_value(other);
            let same_phone = person.phone.is_some() && person.phone == earlier.phone;
            let same_lid = person.lid.is_some() && person.lid == earlier.lid;
            for (name, _) in [("phone", same_phone), ("lid", same_lid)].iter().filter(|(_, same)| *same) {
                admin.child(name).report(problem!("is that of the admin {other} too";
                    "Keep one of the two: a person is one admin of an instance"));
            }
        }
        for (index, command) in values.commands.iter().flatten().enumerate() {
            let result = check_command(command, admin.reader.known_commands);
            admin.child("commands").check(result.map_err(|problem| problem.for_entry(index)));
        }
        if !admin.is_broken() && ["phone", "lid"].iter().all(|name| admin.child(name).node().is_none()) {
            admin.report(problem!("has neither phone nor lid"; "Write one of them, or both"));
        }
        seen.push((admin.name().to_owned(), person));
        admins.extend(values.build());
    }
    admins
}

fn check_command(text: &str, known: &[&str]) -> Result<(), KeyProblem> {
    if text == WILDCARD || known.contains(&text) {
        return Ok(());
    }
    let choices = format_choices(text.trim_start_matches(|c: char| !c.is_alphanumeric()), known);
    Err(KeyProblem::with_value(text, ", which is no command", format!("{choices}, and * for all")))
}

/// The aliases of an instance: as typed, and the id.
fn read_aliases(instance: &Entry<'_>) -> Vec<(String, String)> {
    let table = instance.child("aliases");
    let mut aliases: Vec<(String, String)> = Vec::new();
    for alias in table.children() {
        let name = alias.name();
        let target = alias.read(&table, &ALIAS_KEY, &TARGET);
        if alias.check(parse::validate_alias(name)).is_none() {
            continue;
        }
        if let Some((other, _)) =
            aliases.iter().find(|(other, _)| parse::fold_name(other) == parse::fold_name(name))
        {
            let other = quote_value(other);
            alias.report(
                problem!("is the same name as {other} to people who type it"; "Rename one of the two"),
            );
        }
        aliases.extend(target.into_iter().flatten().map(|target| (name.to_owned(), target)));
    }
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 3] = ["link", "unlink", "communities"];

    #[test]
    fn every_word_of_a_row_stands_for_a_value() {
        fn check<T: std::fmt::Debug>(format: &Format<T>) {
            let Word(words) = format.value_type else { panic!("no words") };
            let values: Vec<String> =
                words.iter().map(|word| format!("{:?}", (format.parse)(word).unwrap())).collect();
            assert!(values.iter().enumerate().all(|(at, value)| !values[..at].contains(value)), "{values:?}");
        }
        check(&LOCALE);
        check(&NON_ADMINS);
        check(&ADMINS_FROM);
    }

    #[test]
    fn an_unknown_command_is_told_with_the_nearest() {
        for text in ["*", "link", "unlink"] {
            assert!(check_command(text, &COMMANDS).is_ok(), "{text}");
        }
        for (text, near) in
            [("/link", "`link`"), ("Link", "`link`"), ("unlnk", "`unlink`"), ("comunities", "`communities`")]
        {
            let flaw = check_command(text, &COMMANDS).unwrap_err();
            assert!(flaw.remedy.contains(near), "{text}");
        }
    }
}

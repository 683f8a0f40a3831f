//! The communities as last read, with their groups and the people who may manage them.

use std::collections::HashMap;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use tokio::time::{Instant, timeout};

use super::display::format_duration;
use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::authorization::may_in;
use crate::config::AdminsFrom;
use crate::directory::{CommunityEntry, strip_control};
use crate::domain::{CommunityId, Person};
use crate::instance::InstanceRuntime;
use crate::web::{Page, PageError, PageLanguage, PageResult, render};

/// How long reading may take: within the timeout of a request.
const READ_TIMEOUT: Duration = Duration::from_secs(8);

struct CommunityCard {
    name: String,
    id: String,
    /// None if they are not known.
    groups: Option<Vec<String>>,
    /// The admins of the configuration who may manage it.
    managers: Vec<String>,
    /// The other admins in WhatsApp as last read, and how long ago.
    admins: Option<(String, Vec<String>)>,
}

struct InstanceCommunities {
    name: String,
    /// How long ago the lists were read.
    read_ago: Option<String>,
    communities: Vec<CommunityCard>,
    /// Groups in no community.
    loose: Option<Vec<String>>,
    takes_admins: bool,
}

#[derive(Template)]
#[template(path = "console/communities.html")]
struct CommunitiesTemplate {
    page: Page,
    nav: Nav,
    instances: Vec<InstanceCommunities>,
    can_read: bool,
}

/// `GET /communities`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
) -> PageResult {
    let can_read = viewer.is_operator();
    render(&CommunitiesTemplate {
        page: Page::new(locale, "console-communities"),
        nav: Nav::new("communities", viewer),
        instances: state.runtimes().iter().map(|runtime| describe_instance(runtime)).collect(),
        can_read,
    })
}

/// `POST /communities/{instance}/read`: reads the lists at Z-API now.
pub(super) async fn read(
    State(state): State<ConsoleState>,
    viewer: Viewer,
    Path(instance): Path<String>,
) -> Result<Response, PageError> {
    viewer.require_operator()?;
    let runtimes = state.runtimes();
    let runtime = runtimes.iter().find(|runtime| runtime.config.name.as_str() == instance);
    let runtime = runtime.ok_or(PageError::NotFound)?;
    let read = async {
        let lists = runtime.directory.newer_snapshot(&runtime.zapi, Instant::now()).await?;
        runtime.directory.memberships(&runtime.zapi).await?;
        if let Some(admins) = &runtime.community_admins {
            for community in lists.communities.all() {
                admins.list_admins(&runtime.zapi, community).await?;
            }
        }
        Ok::<_, crate::zapi::ApiError>(())
    };
    // What could be read is shown, with its age; the log has the rest.
    match timeout(READ_TIMEOUT, read).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(instance, %error, "communities not read for the console"),
        Err(_) => tracing::warn!(instance, "communities not read for the console in time"),
    }
    Ok(Redirect::to("/communities").into_response())
}

fn describe_instance(runtime: &InstanceRuntime) -> InstanceCommunities {
    let takes_admins = runtime.config.admins_from == AdminsFrom::Community;
    let name = runtime.config.name.to_string();
    let Some((read_at, snapshot)) = runtime.directory.last_snapshot() else {
        return InstanceCommunities {
            name,
            read_ago: None,
            communities: Vec::new(),
            loose: None,
            takes_admins,
        };
    };
    let memberships = runtime.directory.last_memberships().map(|(_, memberships)| memberships);
    let groups = memberships.as_ref().map(|memberships| {
        let mut groups: HashMap<Option<&str>, Vec<String>> = HashMap::new();
        // Announcement groups carry the name of their community.
        for group in snapshot.groups.all().filter(|group| !snapshot.communities.has_name(&group.name)) {
            let community = memberships.community_of(&group.id).map(CommunityId::as_str);
            groups.entry(community).or_default().push(strip_control(&group.name));
        }
        groups
    });
    let groups_in =
        |community: Option<&str>| Some(groups.as_ref()?.get(&community).cloned().unwrap_or_default());
    let describe = |community: &CommunityEntry| CommunityCard {
        name: strip_control(&community.name),
        id: community.id.to_string(),
        groups: groups_in(Some(community.id.as_str())),
        managers: list_managers(runtime, community),
        admins: list_admins(runtime, community),
    };
    let mut communities: Vec<CommunityCard> = snapshot.communities.all().map(describe).collect();
    communities.sort_by_key(|community| community.name.to_lowercase());
    InstanceCommunities {
        name,
        read_ago: Some(format_duration(read_at.elapsed())),
        communities,
        loose: groups_in(None),
        takes_admins,
    }
}

fn list_managers(runtime: &InstanceRuntime, community: &CommunityEntry) -> Vec<String> {
    let admins = runtime.config.admins.iter();
    let managers = admins.filter(|admin| may_in(admin, &community.id, &community.name, &runtime.directory));
    managers.map(|admin| strip_control(&admin.name)).collect()
}

fn list_admins(runtime: &InstanceRuntime, community: &CommunityEntry) -> Option<(String, Vec<String>)> {
    let (age, people) = runtime.community_admins.as_ref()?.last_admins(&community.id)?;
    let others = people.into_iter().filter(|person| runtime.admins.find(*person, false).is_none());
    let shown = others.map(Person::display).filter(|shown| !shown.is_empty());
    Some((format_duration(age), shown.collect()))
}

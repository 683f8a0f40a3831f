//! What systemd sees of the service: notifications, and the socket that stays open over a restart.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};

use super::{Serving, TIMEOUT, TestFolder, wait};
use crate::support::raw_connection::request;

impl TestFolder {
    /// Starts the service with a listening socket, as systemd passes it.
    fn serve_on(&self, socket: &TcpListener) -> Serving {
        self.serve_as(self.program_on(socket))
    }

    fn program_on(&self, socket: &TcpListener) -> Command {
        let socket: OwnedFd = socket.try_clone().unwrap().into();
        let whole = self.program(&[]);
        let mut program = Command::new("/bin/sh");
        let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" serve";
        program.args(["-c", script]).arg(whole.get_program()).current_dir(&self.folder).env_clear();
        program.stdin(Stdio::from(socket)).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }
}

#[test]
fn a_request_that_arrives_between_stop_and_start_is_answered_after_the_start() {
    let place = TestFolder::new();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let serving = place.serve_on(&socket);
    assert_eq!(serving.public, address.to_string());
    serving.stop(&place);

    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(TIMEOUT)).unwrap();
    client.write_all(request("GET", "/nowhere", &[], b"").as_slice()).unwrap();
    let serving = place.serve_on(&socket);
    let mut response = [0; 12];
    client.read_exact(&mut response).unwrap();

    assert_eq!(&response, b"HTTP/1.1 404");
    serving.stop(&place);
}

#[test]
fn t03_a_passed_socket_that_others_reach_needs_verification() {
    let place = TestFolder::new();
    let toml = std::fs::read_to_string(place.file()).unwrap();
    let (before, after) = toml.split_once("[instances.main.verify]").unwrap();
    let (_, after) = after.split_once("[instances.main.limits]").unwrap();
    place.write(&format!("{before}verify = \"none\"\n[instances.main.limits]{after}"));

    let mut refused = place.program_on(&TcpListener::bind("0.0.0.0:0").unwrap()).spawn().unwrap();

    assert_eq!(wait(&mut refused, &["serve"]), Some(1));
    let mut error = String::new();
    refused.stderr.unwrap().read_to_string(&mut error).unwrap();
    assert!(error.contains("verify is \"none\", but systemd passed a socket"), "{error}");
    let serving = place.serve_on(&TcpListener::bind("127.0.0.1:0").unwrap());
    serving.stop(&place);
}

#[test]
fn systemd_is_told_when_the_service_is_ready_lives_reloads_and_stops() {
    let mut place = TestFolder::new();
    let path = place.folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(TIMEOUT)).unwrap();
    place.variable("NOTIFY_SOCKET", path.to_str().unwrap());
    place.variable("WATCHDOG_USEC", "200000");
    let wait_for = |state: &str| {
        let mut buffer = [0; 512];
        loop {
            let length = manager.recv(&mut buffer).unwrap_or_else(|error| panic!("no {state}: {error}"));
            let told = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if told.lines().any(|line| line == state) {
                return told;
            }
        }
    };
    let serving = place.serve();

    wait_for("READY=1");
    wait_for("WATCHDOG=1");
    wait_for("WATCHDOG=1");
    serving.signal("HUP");
    assert!(wait_for("RELOADING=1").contains("MONOTONIC_USEC="));
    wait_for("READY=1");
    place.change("name = \"Ana\"", "nmae = \"Ana\"");
    serving.signal("HUP");
    wait_for("RELOADING=1");
    assert!(wait_for("READY=1").contains("STATUS=configuration not reloaded"));
    serving.signal("TERM");
    wait_for("STOPPING=1");
}

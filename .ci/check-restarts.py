#!/usr/bin/env python3
"""Restarts vincula behind Caddy while webhooks arrive, and counts those that were lost.

    .ci/check-restarts.py CADDY VINCULA [RESTARTS] [--socket]

Every 50 ms one command is posted through deploy/Caddyfile. Each must get 200, and be in the journal once. With
`--socket`, the public port is held open as by deploy/vincula.socket: Caddy before 2.8 needs that, and
`VINCULA_CADDY=debian-12`.
"""

import http.client, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time

arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
caddy, vincula = (str(pathlib.Path(path).resolve()) for path in arguments[:2])
restarts = int(arguments[2]) if len(arguments) > 2 else 20
holds_socket = "--socket" in sys.argv
caddyfile = pathlib.Path(__file__).resolve().parent.parent / "deploy" / "Caddyfile"
folder = pathlib.Path(tempfile.mkdtemp())


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


front, public, private = free_port(), free_port(), free_port()
(folder / "vincula.toml").write_text(f"""
[server]
listen = "127.0.0.1:{public}"
admin_listen = "127.0.0.1:{private}"
public_url = "https://bot.example.com"
[store]
url = "sqlite:vincula.db"
[instances.main]
id = "{"A" * 32}"
token = "{"B" * 24}"
base_url = "http://127.0.0.1:9"
verify = {{ zapi_token = true }}
limits = {{ commands_per_minute = 100000, messages_per_minute = 60000 }}
admins.ana.phone = "5544999990001"
""")

held = None
if holds_socket:
    held = socket.create_server(("127.0.0.1", public), backlog=1024)


def start_vincula():
    environment = {"PATH": os.environ["PATH"], "RUST_LOG": "warn"}
    command = [vincula, "serve"]
    if held:
        script = 'exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve'
        command = ["/bin/sh", "-c", script, vincula]
    stdin = held if held else subprocess.DEVNULL
    log = open(folder / "vincula.log", "ab")
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=stdin, stdout=log, stderr=log)


def wait_until_ready():
    for _ in range(400):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", private, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit("vincula did not get ready:\n" + (folder / "vincula.log").read_text())


def post(number, results):
    event = {
        "type": "ReceivedCallback", "instanceId": "A" * 32, "messageId": f"M{number:08}", "phone": "5544999990001",
        "fromMe": False, "momment": int(time.time() * 1000), "isGroup": False, "status": "RECEIVED",
        "text": {"message": "/help"},
    }
    try:
        connection = http.client.HTTPConnection("localhost", front, timeout=60)
        headers = {"content-type": "application/json", "z-api-token": "B" * 24}
        connection.request("POST", "/webhooks/main", json.dumps(event), headers)
        response = connection.getresponse()
        results[number] = (response.status, response.read().decode())
    except OSError as error:
        results[number] = (0, str(error))


environment = os.environ | {
    "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
    "VINCULA_DOMAIN": f"http://localhost:{front}", "VINCULA_UPSTREAM": f"127.0.0.1:{public}",
}
results, posts, is_over = {}, [], threading.Event()


def post_forever():
    number = 0
    while not is_over.wait(0.05):
        posts.append(threading.Thread(target=post, args=(number, results)))
        posts[-1].start()
        number += 1


service = proxy = None
try:
    service = start_vincula()
    wait_until_ready()
    proxy_log = open(folder / "caddy.log", "wb")
    proxy = subprocess.Popen([caddy, "run", "--adapter", "caddyfile", "--config", caddyfile], env=environment,
                             stdout=proxy_log, stderr=proxy_log)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", front)) == 0:
                break
        time.sleep(0.05)
    sender = threading.Thread(target=post_forever)
    sender.start()
    for _ in range(restarts):
        time.sleep(0.3)
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0, "vincula did not stop cleanly"
        service = start_vincula()
        wait_until_ready()
    is_over.set()
    sender.join()
    for thread in posts:
        thread.join()
    export = subprocess.run([vincula, "journal", "export", "--format", "json"], cwd=folder, capture_output=True, text=True)
finally:
    is_over.set()
    for process in filter(None, (service, proxy)):
        process.terminate()
        process.wait(30)

refused = {number: result for number, result in results.items() if result[0] != 200}
stored = re.findall(r'"M(\d{8})"', export.stdout)
missing = set(range(len(posts))) - {int(number) for number in stored}
twice = len(stored) - len(set(stored))
print(f"note: {restarts} restarts, {len(posts)} webhooks, {len(refused)} refused, {len(missing)} not stored, {twice} stored twice")
if refused or missing or twice:
    print(list(refused.items())[:5], sorted(missing)[:5], export.stderr)
    print((folder / "caddy.log").read_text()[-2000:])
    sys.exit(1)
shutil.rmtree(folder)

// `vincula serve` for the tests of the console: with two passwords, a journal of its own, and the Z-API of a demo. It has
// two instances: `condo` is at the demo's Z-API, of which a test can switch off all but messages; the Z-API of `annex`
// is down.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, check, removeFolder, startDemo } from './harness.js';

export const PASSWORDS = { operator: 'correct horse battery', viewer: 'only looking around' };
const PEOPLE = {
  ana: '5544999990001',
  bruno: '5544999990002',
  carla: '5544999990003',
  davi: '5544999990004',
  stranger: '5544999990077',
};
/** How long a condition may take on a busy machine. */
const PATIENCE = 60_000;

/** Asks until the answer is something; fails when the time is over. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    check(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Listens on a free port of loopback; returns it. */
const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

/** A Z-API that is down for long: a command there waits, and no attempt runs while a test looks at it. */
async function startDeadEnd() {
  const server = createServer((call, response) => {
    call.resume();
    response.writeHead(503, { 'retry-after': '3600' }).end();
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** Passes calls on to Z-API; while it is switched off, only those that send messages. */
async function startProxy(upstream) {
  let isOff = false;
  const server = createServer((call, response) => {
    if (isOff && !call.url.includes('/send-')) {
      call.resume();
      response.writeHead(502).end('Bad Gateway');
      return;
    }
    const passed = request(new URL(call.url, upstream), { method: call.method, headers: call.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    call.pipe(passed);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    switchOff(off) {
      isOff = off;
    },
    stop: () => server.close(),
  };
}

function hash(password) {
  const { status, stdout, stderr } = spawnSync(PROGRAM, ['password'], { input: `${password}\n`, encoding: 'utf8' });
  check(status === 0, `vincula password: ${stderr}`);
  return stdout.trim();
}

/** The value of a key in the configuration of the demo. */
const valueOf = (demo, key) => demo.match(new RegExp(`^${key} = "(.*)"$`, 'm'))[1];

function config(folder, demo, proxy, deadEnd) {
  return `
[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.org"

[console]
password_hash = '${hash(PASSWORDS.operator)}'
viewer_password_hash = '${hash(PASSWORDS.viewer)}'

[store]
url = "sqlite:${join(folder, 'vincula.db')}"

[instances.condo]
id = "${valueOf(demo, 'id')}"
token = "${valueOf(demo, 'token')}"
client_token = "${valueOf(demo, 'client_token')}"
base_url = "${proxy.url}"
verify = { zapi_token = true }
owner_commands = true
give_up_after = "1s"
limits = { commands_per_minute = 60000, changes_per_second = 60000, messages_per_minute = 60000 }

[instances.condo.admins]
ana = { phone = "${PEOPLE.ana}", name = "Ana" }
bruno = { phone = "${PEOPLE.bruno}", name = "Bruno", communities = ["Bairro Feliz"], commands = ["link", "groups"] }

[instances.annex]
id = "3AF1C0DE3AF1C0DE3AF1C0DE3AF1C0DE"
token = "ABCDEF0123456789ABCDEF01"
base_url = "${deadEnd.url}"
verify = { zapi_token = true }
give_up_after = "12h"

[instances.annex.admins]
carla = { phone = "${PEOPLE.carla}", name = "Carla" }
davi = { phone = "${PEOPLE.davi}", name = "Davi" }
`;
}

/** Starts a service; resolves with its addresses when it is ready. */
function startServe(file) {
  const child = spawn(PROGRAM, ['serve', '--config', file, '--log-format', 'json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, RUST_LOG: 'info' },
  });
  const stop = () => child.kill('SIGKILL');
  process.on('exit', stop);
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr.on('data', (data) => {
      if (log === null) return;
      log += data;
      const ready = log.split('\n').find((line) => line.includes('"message":"ready"') && line.endsWith('}'));
      if (!ready) return;
      log = null;
      resolve({ ...JSON.parse(ready), stop });
    });
    child.on('exit', (code) => reject(new Error(`vincula serve ended with ${code}: ${log}`)));
    child.on('error', reject);
  });
}

/** A service with its Z-API, without commands. */
export async function startService() {
  const folder = mkdtempSync(join(tmpdir(), 'vincula-serve-'));
  const demo = await startDemo();
  const [made] = readdirSync(demo.folder);
  const demoConfig = readFileSync(join(demo.folder, made, 'vincula.toml'), 'utf8');
  const proxy = await startProxy(valueOf(demoConfig, 'base_url'));
  const deadEnd = await startDeadEnd();
  const file = join(folder, 'console.toml');
  writeFileSync(file, config(folder, demoConfig, proxy, deadEnd));
  const serve = await startServe(file);
  const url = `http://${serve.private}`;
  const cookies = {};

  return {
    url,
    /** Stops it and deletes what it wrote. */
    stop() {
      serve.stop();
      demo.stop();
      proxy.stop();
      deadEnd.stop();
      removeFolder(folder);
    },
    /** A cookie of a session with this role: each role signs in once. */
    async cookie(role) {
      if (!cookies[role]) {
        const response = await fetch(`${url}/sign-in`, {
          method: 'POST',
          redirect: 'manual',
          headers: { 'sec-fetch-site': 'same-origin' },
          body: new URLSearchParams({ password: PASSWORDS[role] }),
        });
        check(response.status === 303, `sign-in: ${response.status}`);
        const [name, ...value] = response.headers.get('set-cookie').split(';')[0].split('=');
        cookies[role] = { name, value: value.join('='), url };
      }
      return cookies[role];
    },
    /** A page as its HTML, to wait for what it shows. */
    async html(path) {
      const { name, value } = await this.cookie('operator');
      const response = await fetch(url + path, { headers: { cookie: `${name}=${value}`, accept: 'text/html' } });
      return response.text();
    },
    /** Sends a command as a webhook, and waits until it is in this state; returns the address of its page. */
    async send(instance, who, text, state) {
      const args = ['event', 'send', '--config', file, '--instance', instance, '--url', `http://${serve.public}`];
      const sent = spawnSync(PROGRAM, [...args, '--from', PEOPLE[who], '--text', text], { encoding: 'utf8' });
      if (state === 'refused' && sent.stdout.includes('not_an_admin')) return null;
      check(sent.status === 0, `event send: ${sent.stdout}${sent.stderr}`);
      const query = new URLSearchParams({ instance, state, text });
      const found = await until(`${text} is ${state}`, async () =>
        (await this.html(`/commands?${query}`)).match(/href="(\/commands\/[0-9a-f-]+)"/),
      );
      return found[1];
    },
    /** A command of Ana that failed for good while Z-API was off; Z-API is on again. */
    async deadLetter(text) {
      proxy.switchOff(true);
      try {
        return await this.send('condo', 'ana', text, 'failed');
      } finally {
        proxy.switchOff(false);
      }
    },
    /** A command whose first attempt failed, and that waits for its next one. */
    async waitingCommand(text, who = 'davi') {
      const path = await this.send('annex', who, text, 'waiting');
      await until(`${text} failed`, async () => (await this.html(path)).includes('Next attempt'));
      return path;
    },
  };
}

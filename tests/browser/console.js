// The console of `vincula serve`: signing in, finding a command, acting on it; for operators and viewers.

import { check, checkAccessibility, checkNoSidewaysScrolling, tabTo, withPage } from './harness.js';
import { PASSWORDS, startService, until } from './service.js';

const FAILED = '/link "Bairro Feliz" vendas norte';
const LANGUAGES = [
  { locale: 'en-US', tag: 'en', signIn: 'Sign in to the console', overview: 'Overview', failed: 'Failed' },
  { locale: 'pt-BR', tag: 'pt-BR', signIn: 'Entrar no painel', overview: 'Visão geral', failed: 'Falhou' },
  { locale: 'es-MX', tag: 'es', signIn: 'Entrar en la consola', overview: 'Resumen', failed: 'Falló' },
];

/** The service of all tests, with commands in each state, and the pages of some. */
let shared;
function service() {
  shared ??= seed();
  return shared;
}

async function seed() {
  const service = await startService();
  process.on('exit', () => service.stop());
  const paths = {
    done: await service.send('condo', 'ana', '/link "Bairro Feliz" futebol', 'replied'),
    mistyped: await service.send('condo', 'ana', '/lnik bairro suporte', 'usage_error'),
    denied: await service.send('condo', 'bruno', '/create "Clube de Xadrez"', 'denied'),
    asked: await service.send('condo', 'ana', '/deactivate "Marketing BR"', 'previewed'),
    dead: await service.deadLetter(FAILED),
    waiting: await service.waitingCommand('/groups', 'carla'),
  };
  await service.send('condo', 'stranger', '/communities', 'refused');
  return { service, paths };
}

/** Runs a test on a page of the console, signed in with a role. */
const onConsole = (path, options, test) => async () => {
  const { service: running, paths } = await service();
  const cookie = options.role && (await running.cookie(options.role));
  const start = typeof path === 'function' ? path(paths) : path;
  await withPage(running.url + start, { ...options, cookie }, (page) => test(page, running, paths));
};
const asOperator = (path, options, test) => onConsole(path, { role: 'operator', ...options }, test);

const signIn = async (page, password) => {
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
const lines = (page) => page.locator('.command-line');
/** The texts of the commands in the list; where none matches, an empty list. */
const shownCommands = async (page) => {
  await page.locator('.command-line, main p.card').first().waitFor();
  return page.locator('.command-text').allTextContents();
};
const sorted = (...texts) => JSON.stringify(texts.sort());

export const tests = [];

for (const scripts of [true, false]) {
  tests.push([
    `console: sign in and out, ${scripts ? 'with' : 'without'} scripts`,
    // Chromium reports the status of a wrong password.
    onConsole((paths) => paths.dead, { scripts, expected: /status of 403/ }, async (page, running, paths) => {
      await heading(page, 'Sign in to the console').waitFor();
      await checkNoSidewaysScrolling(page);
      await signIn(page, 'not the password');
      await page.getByRole('alert').getByText('The password is not right.').waitFor();
      check((await page.getByLabel('Password').inputValue()) === '', 'the wrong password comes back');
      await signIn(page, PASSWORDS.operator);
      await page.locator('.bubble', { hasText: FAILED }).waitFor();
      check(page.url() === running.url + paths.dead, `not where it began: ${page.url()}`);
      const [cookie] = await page.context().cookies();
      check(cookie.httpOnly && cookie.sameSite !== 'None', `the cookie is open: ${JSON.stringify(cookie)}`);
      await page.getByRole('link', { name: 'Commands' }).first().click();
      await lines(page).first().waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in to the console').waitFor();
      for (let steps = 0; steps < 2; steps += 1) {
        await page.goBack();
        await heading(page, 'Sign in to the console').waitFor();
        check(!(await page.content()).includes('vendas norte'), 'the back button shows a text');
      }
      check((await page.context().cookies()).length === 0, 'the cookie is left');
    }),
  ]);

  tests.push([
    `console: commands are found by text, person and state, ${scripts ? 'with' : 'without'} scripts`,
    asOperator('/commands', { scripts, width: scripts ? 1400 : 360 }, async (page) => {
      const search = async (fields, state) => {
        await page.goto(page.url().split('?')[0]);
        for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
        if (state) await page.getByLabel('State').selectOption({ label: state });
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByRole('link', { name: 'Show all commands' }).waitFor();
        return JSON.stringify((await shownCommands(page)).sort());
      };
      const expect = (found, ...texts) => check(found === sorted(...texts), `found ${found}, not ${sorted(...texts)}`);
      expect(await search({ Text: 'xadrez' }), '/create "Clube de Xadrez"');
      expect(await search({ Person: 'Bruno' }), '/create "Clube de Xadrez"');
      expect(await search({ Person: 'Carla' }), '/groups');
      expect(await search({ Text: 'norte' }, 'Dead letter'), FAILED);
      expect(await search({}, 'Not allowed'), '/create "Clube de Xadrez"');
      expect(await search({ Text: 'vendas', Person: 'Ana' }, 'Dead letter'), FAILED);
      check((await page.getByLabel('Text').inputValue()) === 'vendas', 'the search is not shown');
      expect(await search({ Text: 'vendas', Person: 'Bruno' }));
      await page.getByText('No command matches.').waitFor();
      await page.getByText('More filters').click();
      await page.getByLabel('From').fill('yesterday-ish');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('alert').waitFor();
      await checkNoSidewaysScrolling(page);
      await page.getByRole('link', { name: 'Show all commands' }).click();
      await until('all commands', async () => (await shownCommands(page)).length >= 6);
    }),
  ]);

  tests.push([
    `console: a dead letter is retried, another is dropped, ${scripts ? 'with' : 'without'} scripts`,
    asOperator('/', { scripts, width: scripts ? 1400 : 360 }, async (page, running) => {
      const name = scripts ? 'café' : 'corrida';
      const text = `/link "Bairro Feliz" ${name}`;
      const path = await running.deadLetter(text);
      await page.goto(`${running.url}/`);
      await page.getByRole('listitem').filter({ hasText: 'dead letters' }).getByRole('link').first().waitFor();
      await page.locator('#d-condo').click();
      await page.locator('.command-line', { hasText: name }).click();
      await page.locator('main header .badge', { hasText: 'Failed' }).waitFor();
      check(page.url() === running.url + path, page.url());
      await page.getByRole('button', { name: 'Retry now' }).click();
      await page.getByRole('status').getByText('It is run again.').waitFor();
      await until('the retried command is done', async () => (await running.html(path)).includes('badge ok'));
      await page.goto(running.url + path);
      await page.locator('main header .badge.ok').waitFor();
      await page.getByText('Retried by an operator').waitFor();
      check((await page.getByRole('button', { name: 'Retry now' }).count()) === 0, 'it can be retried again');

      const dropped = await running.deadLetter(`${text}, dominó`);
      await page.goto(running.url + dropped);
      check(!(await page.getByRole('button', { name: 'Drop it' }).isVisible()), 'a single click drops');
      await page.getByText('Drop…').click();
      await page.getByRole('button', { name: 'Drop it' }).click();
      await page.getByRole('status').getByText('It is dropped.').waitFor();
      await page.locator('main header .badge', { hasText: 'Dropped' }).waitFor();
      await checkNoSidewaysScrolling(page);
    }),
  ]);

  tests.push([
    `console: a waiting command is cancelled, ${scripts ? 'with' : 'without'} scripts`,
    asOperator('/', { scripts, width: scripts ? 1400 : 360 }, async (page, running) => {
      const text = `/groups bairro ${scripts ? 1 : 2}`;
      const path = await running.waitingCommand(text);
      await page.goto(`${running.url}/`);
      await page.locator('#w-annex').click();
      await page.locator('.command-line', { hasText: text }).click();
      check(page.url() === running.url + path, page.url());
      await page.getByText('Next attempt').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('status').getByText('It is cancelled.').waitFor();
      await page.locator('.story', { hasText: 'Cancelled' }).waitFor();
      check((await page.getByRole('button', { name: 'Cancel' }).count()) === 0, 'it can be cancelled again');
      check((await page.getByRole('status').count()) === 1, await page.content());
    }),
  ]);
}

tests.push([
  'console: one command tells its story',
  asOperator((paths) => paths.done, {}, async (page, _, paths) => {
    await heading(page, '/link').waitFor();
    await page.locator('.bubble.in', { hasText: '/link "Bairro Feliz" futebol' }).waitFor();
    await page.locator('.bubble.out', { hasText: 'is now in' }).waitFor();
    const story = await page.locator('.story li p:first-child').allTextContents();
    for (const step of ['Sent on WhatsApp', 'Received, verified', 'Attempt 1 begins', 'Z-API', 'Reply sent', 'Ended']) {
      check(story.some((line) => line.includes(step)), `no “${step}” in ${story.join(' | ')}`);
    }
    check((await page.locator('.actions').count()) === 0, 'a command that is done has actions');
    await page.goto(new URL(paths.dead, page.url()).href);
    await page.locator('.note.bad', { hasText: 'Error:' }).waitFor();
    await page.locator('.story li.bad', { hasText: 'Z-API' }).first().waitFor();
  }),
]);

tests.push([
  'console: a viewer sees no texts and has no actions',
  onConsole('/', { role: 'viewer', expected: /status of 403/ }, async (page, running, paths) => {
    await page.getByText('Signed in as viewer').waitFor();
    for (const path of ['/', '/commands', `/commands?text=xadrez`, ...Object.values(paths), '/communities', '/people']) {
      await page.goto(running.url + path);
      const shown = await page.locator('main').innerHTML();
      for (const text of ['futebol', 'deactivate "', 'Xadrez', 'vendas norte', 'lnik', 'is now in']) {
        check(!shown.includes(text) || path === '/communities', `${path} shows “${text}”`);
      }
      check((await page.locator('main form[method=post]').count()) === 0, `${path} has an action`);
    }
    await page.goto(`${running.url}/commands`);
    check((await page.getByLabel('Text').count()) === 0, 'texts can be searched');
    await page.goto(running.url + paths.dead);
    await page.getByText('Texts of messages are shown to operators only.').waitFor();
    const status = await page.evaluate(async (path) => (await fetch(`${path}/retry`, { method: 'POST' })).status, paths.dead);
    check(status === 403, `retry: ${status}`);
    await page.reload();
    await page.locator('main header .badge', { hasText: 'Failed' }).waitFor();
  }),
]);

tests.push([
  'console: the overview and the list refresh by themselves and keep the focus',
  asOperator('/', {}, async (page, running, paths) => {
    const line = `c-${paths.dead.split('/').pop()}`;
    for (const [path, focused] of [['/', 'd-condo'], ['/commands', line]]) {
      await page.goto(running.url + path);
      await page.locator(`#${focused}`).focus();
      const added = await running.send('condo', 'ana', `/nothing ${path}`, 'usage_error');
      await page.locator(`#c-${added.split('/').pop()}`).waitFor();
      const focus = await page.evaluate(() => document.activeElement.id);
      check(focus === focused, `${path}: the focus went to ${focus}`);
    }
    await page.getByRole('link', { name: 'Live. Stop updates' }).click();
    await page.getByRole('link', { name: 'Update by itself' }).waitFor();
    check((await page.locator('[hx-trigger]').count()) === 0, 'it still refreshes');
  }),
]);

tests.push([
  'console: the keyboard alone signs in, finds a dead letter, retries it and signs out',
  onConsole('/', {}, async (page, running) => {
    const path = await running.deadLetter('/link "Bairro Feliz" receitas');
    const focused = (part) => document.activeElement.matches(part);
    const press = async (part) => {
      await tabTo(page, focused, part);
      await page.keyboard.press('Enter');
    };
    check(await page.evaluate(focused, '#password'), 'the password is not focused');
    await page.keyboard.type(PASSWORDS.operator);
    await page.keyboard.press('Enter');
    await heading(page, 'Overview').waitFor();
    await page.keyboard.press('Tab');
    check(await page.evaluate(focused, '.skip-link'), 'the first stop does not skip');
    await page.keyboard.press('Enter');
    check(await page.evaluate(focused, '#main'), 'it does not skip');
    await press('main a[href="/commands"]');
    await heading(page, 'Commands').waitFor();
    await tabTo(page, focused, '#f-text');
    await page.keyboard.type('receitas');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Show all commands' }).waitFor();
    await press('.search summary');
    await tabTo(page, focused, '#f-until');
    await press('.command-line');
    await page.waitForURL(running.url + path);
    await tabTo(page, focused, '.actions summary');
    await page.keyboard.press('Enter');
    await tabTo(page, focused, 'button.danger');
    await press('button.primary');
    await page.getByRole('status').getByText('It is run again.').waitFor();
    await press('.viewer button');
    await heading(page, 'Sign in to the console').waitFor();
  }),
]);

/** Every page of the console. */
const pages = (paths) => [
  '/', '/commands', '/commands?since=nonsense', '/commands?text=nothing+of+this+kind',
  ...Object.values(paths), '/communities', '/people', '/people?number=5544999990077', '/people?number=5544999990001',
  '/people?number=what', '/health', '/configuration', '/nothing-here', '/sign-in',
];

for (const scheme of ['light', 'dark']) {
  for (const width of [360, 1400]) {
    tests.push([
      `console: axe-core finds nothing serious on any page, ${scheme}, ${width} px`,
      asOperator('/', { scheme, width, reducedMotion: 'reduce', expected: /status of 404/ }, async (page, running, paths) => {
        for (const path of pages(paths)) {
          if (path === '/sign-in') await page.context().clearCookies();
          await page.goto(running.url + path);
          for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
          await checkNoSidewaysScrolling(page);
          await checkAccessibility(page);
        }
      }),
    ]);
  }
}

tests.push([
  'console: a page is painted with one style sheet, and before its script arrives',
  asOperator('/people', {}, async (page, running, paths) => {
    const requests = [];
    page.on('request', (request) => {
      // The browser loads the icon whenever it likes, also that of the page before.
      if (!/\/icon\.\w+\.svg$/.test(request.url())) requests.push(request.resourceType());
    });
    // The script never comes.
    await page.route('**/*.js', () => {});
    for (const path of ['/', '/commands', paths.dead, '/people', '/health', '/configuration']) {
      requests.length = 0;
      await page.goto(running.url + path, { waitUntil: 'commit' });
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      check(requests.filter((type) => type === 'stylesheet').length === 1, `${path}: ${requests}`);
      check(requests.every((type) => ['document', 'stylesheet', 'script', 'image'].includes(type)), `${path}: ${requests}`);
      // Styled: the navigation stands beside the page.
      const [side, main] = await Promise.all(['.side', '#main'].map((part) => page.locator(part).boundingBox()));
      check(side.x + side.width <= main.x, `${path}: not styled`);
    }
  }),
]);

for (const { locale, tag, ...texts } of LANGUAGES) {
  tests.push([
    `console: every page speaks ${locale} and fits at 360 px`,
    asOperator('/', { locale, width: 360, expected: /status of 404/ }, async (page, running, paths) => {
      await heading(page, texts.overview).waitFor();
      await page.goto(running.url + paths.dead);
      await page.locator('main header .badge', { hasText: texts.failed }).waitFor();
      for (const path of pages(paths)) {
        if (path === '/sign-in') await page.context().clearCookies();
        await page.goto(running.url + path);
        const { lang, body, cut } = await page.evaluate(() => ({
          lang: document.documentElement.lang,
          body: document.body.innerText,
          cut: [...document.querySelectorAll('.side nav span, .badge, button')]
            .filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== 'inline')
            .map((part) => part.innerText),
        }));
        check(lang === tag, `${path} is in ${lang}`);
        check(!/\b(console|web)-[a-z]+/.test(body), `${path} misses a text: ${body.match(/\b(console|web)-[a-z-]+/)}`);
        check(cut.length === 0, `${path} cuts ${cut.join(', ')}`);
        await checkNoSidewaysScrolling(page);
      }
      await heading(page, texts.signIn).waitFor();
    }),
  ]);
}

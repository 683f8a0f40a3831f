// The playground of `vincula demo`, from the first tap to the changed communities.

import { check, checkAccessibility, checkNoSidewaysScrolling, startDemo, tabTo, withPage } from './harness.js';

const LANGUAGES = [
  { locale: 'en-US', title: 'Playground', send: 'Send this', done: 'groups are now in', restart: 'Start over' },
  { locale: 'pt-BR', title: 'Demonstração', send: 'Enviar isto', done: 'grupos agora estão em', restart: 'Recomeçar' },
  { locale: 'es-MX', title: 'Demostración', send: 'Enviar esto', done: 'grupos ahora están en', restart: 'Empezar de nuevo' },
];

/** The community card with this group. */
const card = (page, community) => page.locator('article', { has: page.getByRole('heading', { name: community, exact: true }) });
const group = (page, community, name) => card(page, community).getByRole('link', { name, exact: true });

/** Runs a test on a page of a demo of its own. */
const onDemo = (options, test) => async () => {
  const demo = await startDemo();
  try {
    await withPage(demo.url, options, (page) => test(page, demo.url));
  } finally {
    demo.stop();
  }
};

const send = async (page, text) => {
  await page.locator('#text').fill(text);
  await page.keyboard.press('Enter');
};

export const tests = [];

for (const language of LANGUAGES) {
  for (const width of [360, 1400]) {
    tests.push([
      `the tour moves groups, ${language.locale}, ${width} px`,
      onDemo({ locale: language.locale, width, height: width === 360 ? 740 : 900 }, async (page) => {
        check((await page.title()).startsWith(language.title), await page.title());
        await checkNoSidewaysScrolling(page);
        const step = page.getByRole('button', { name: language.send });
        await step.click();
        await page.locator('.theirs').first().waitFor();
        await page.locator('#tour').getByText('2/9').waitFor();
        await step.click();
        await group(page, 'Bairro Feliz', 'Futebol').waitFor();
        await page.locator('.theirs').getByText(language.done).waitFor();
        await checkAccessibility(page);
        await checkNoSidewaysScrolling(page);
        await page.getByRole('button', { name: language.restart }).click();
        await page.locator('#tour').getByText('1/9').waitFor();
        check((await page.locator('.messages li').count()) === 0, 'messages are left');
      }),
    ]);
  }
}

tests.push([
  'a reply arrives by itself, is announced, and leaves the next text in place',
  onDemo({}, async (page) => {
    await send(page, '/link "Bairro Feliz" futebol');
    await page.locator('.theirs').getByText('is now in').waitFor();
    await page.locator('.group.moved', { hasText: 'Futebol' }).waitFor();
    await page.locator('[aria-live=polite]', { hasText: 'is now in' }).waitFor({ state: 'attached' });
    check((await page.locator('#text').inputValue()) === '', 'the sent text is still there');
    check((await page.evaluate(() => document.activeElement.id)) === 'text', 'the focus is lost');
    check((await page.evaluate(() => scrollY)) === 0, 'the page jumped');
    // A text that is being typed survives what arrives meanwhile.
    await page.locator('#text').fill('half a mess');
    await page.evaluate(() => fetch('/send', { method: 'POST', body: new URLSearchParams({ text: '/communities' }) }));
    await page.locator('.theirs').getByText('2 communities:').waitFor();
    check((await page.locator('#text').inputValue()) === 'half a mess', 'the draft is lost');
  }),
]);

tests.push([
  'messages are quoted, edited and reacted to',
  onDemo({ width: 360, height: 740 }, async (page) => {
    await send(page, '/lnik bairro futebol, suporte, mães');
    await page.locator('.theirs').getByText('There is no command').waitFor();
    await page.locator('.mine summary').click();
    await page.locator('.mine').getByRole('link', { name: 'Edit' }).click();
    await page.locator('#composer .draft-of').waitFor();
    check((await page.locator('#text').inputValue()).startsWith('/lnik'), 'the old text is not offered');
    await send(page, '/link bairro futebol, suporte, mães');
    await page.locator('.theirs').getByText('3 of 3 groups').waitFor();
    await send(page, '/unlink bairro futebol, suporte, mães, moradores');
    const prompt = page.locator('.theirs', { hasText: 'Shall I?' });
    await prompt.locator('summary').click();
    await prompt.getByRole('button', { name: '👍' }).click();
    await page.locator('.theirs').getByText('4 of 4 groups are no longer').waitFor();
    await prompt.locator('summary').click();
    await prompt.getByRole('link', { name: 'Reply' }).click();
    await page.locator('#composer .draft-of', { hasText: 'vincula' }).waitFor();
    await send(page, 'obrigada');
    await page.locator('.mine .quote').waitFor();
  }),
]);

tests.push([
  'everything but liveness works without scripts',
  onDemo({ scripts: false, width: 360, height: 740 }, async (page, url) => {
    await page.locator('#suggestion-1').click();
    await send(page, '/link "Bairro Feliz" futebol');
    await page.locator('.mine', { hasText: '/link' }).waitFor();
    const until = async (look) => {
      for (let i = 0; i < 200 && !(await look()); i += 1) await page.reload();
      check(await look(), `it is not there: ${await page.content()}`);
    };
    await until(() => group(page, 'Bairro Feliz', 'Futebol').isVisible());
    await page.getByRole('link', { name: 'Bruno' }).click();
    await page.getByText('You are Bruno').waitFor();
    await page.getByRole('switch', { name: 'Phone offline' }).click();
    check((await page.getByRole('switch', { name: 'Phone offline' }).getAttribute('aria-checked')) === 'true', 'not on');
    await page.getByText('Calls to Z-API', { exact: true }).click();
    await page.locator('.events').getByText('/communities/link').first().waitFor();
    await group(page, 'In no community', 'Suporte').click();
    await page.getByRole('heading', { name: 'Suporte' }).waitFor();
    check(page.url().startsWith(`${url}?as=bruno&chat=`), page.url());
  }),
]);

tests.push([
  'the keyboard alone sends, switches, and kills the service',
  onDemo({}, async (page) => {
    await tabTo(page, () => document.activeElement.id === 'text');
    await page.keyboard.type('/link "Bairro Feliz" futebol');
    await page.keyboard.press('Enter');
    await group(page, 'Bairro Feliz', 'Futebol').waitFor();
    await tabTo(page, () => document.activeElement.id === 'switch-slow');
    await page.keyboard.press('Enter');
    await page.locator('#switch-slow[aria-checked=true]').waitFor();
    check((await page.evaluate(() => document.activeElement.id)) === 'switch-slow', 'the focus is lost');
    await tabTo(page, () => document.activeElement.id === 'kill');
    await page.keyboard.press('Enter');
    await page.getByText('Killed once').waitFor();
    await tabTo(page, () => document.activeElement.tagName === 'SUMMARY' && document.activeElement.textContent.includes('journal'));
    await page.keyboard.press('Enter');
    await page.locator('.inside').getByText('done, replied').first().waitFor();
  }),
]);

tests.push([
  'two people see the same world',
  onDemo({}, async (page, url) => {
    await withPage(`${url}?as=bruno`, { width: 360, height: 740 }, async (other) => {
      await send(page, '/link "Bairro Feliz" suporte');
      await group(other, 'Bairro Feliz', 'Suporte').waitFor();
      check((await other.locator('.messages li').count()) === 0, "Bruno sees Ana's chat");
      await send(other, '/whoami');
      await other.locator('.theirs').getByText('Bruno').waitFor();
    });
  }),
]);

for (const scheme of ['light', 'dark']) {
  for (const width of [360, 1400]) {
    tests.push([
      `axe-core finds nothing serious, ${scheme}, ${width} px`,
      onDemo({ scheme, width, reducedMotion: 'reduce' }, async (page) => {
        await send(page, '/link "Bairro Feliz" futebol, mães');
        await page.locator('.theirs').first().waitFor();
        await page.locator('.mine summary').click();
        await page.getByRole('switch', { name: 'Some groups refuse' }).click();
        await page.locator('.group.locked').first().waitFor();
        for (const text of ['Webhooks as they came in', 'The command in the journal', 'Calls to Z-API']) {
          await page.locator('summary').getByText(text).click();
        }
        await checkAccessibility(page);
        await checkNoSidewaysScrolling(page);
      }),
    ]);
  }
}

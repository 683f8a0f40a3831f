// Takes the pictures of the README from a running demo, and those of docs/console.md from a running service:
// docs/images/make calls it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo, withPage } from './harness.js';
import { startService } from './service.js';

const folder = process.argv[2];
const FRAME_INTERVAL = 120;

await takeConsole();
await takePlayground();

/** The console after some commands: one failed for good, one waits. */
async function takeConsole() {
  const service = await startService();
  try {
    for (const [text, state] of [
      ['/link "Bairro Feliz" futebol, mães', 'replied'],
      ['/help', 'replied'],
      ['/deactivate "Marketing BR"', 'previewed'],
      ['/lnik bairro suporte', 'usage_error'],
      ['/describe "Bairro Feliz" Um bairro com gente boa, avisos e encontros aos domingos na praça.', 'replied'],
      ['/who bairro', 'replied'],
    ]) {
      await service.send('condo', 'ana', text, state);
    }
    const dead = await service.deadLetter('/link "Bairro Feliz" vendas norte');
    await service.send('condo', 'bruno', '/create "Clube de Xadrez"', 'denied');
    await service.waitingCommand('/groups', 'carla');
    const cookie = await service.cookie('operator');
    for (const [name, path, width, height, scheme] of [
      ['console-overview', '/', 1400, 1000, 'light'],
      ['console-commands', '/commands', 1400, 900, 'dark'],
      ['console-overview-narrow', '/', 360, 900, 'dark'],
      ['console-command-narrow', dead, 360, 900, 'light'],
    ]) {
      await withPage(service.url + path, { cookie, width, height, scheme, bypassPolicy: true }, async (page) => {
        await page.screenshot({ path: join(folder, `${name}.png`) });
      });
    }
  } finally {
    service.stop();
  }
}

/** The playground while groups move. */
async function takePlayground() {
  const demo = await startDemo();
  try {
    await recordPlayground(demo.url);
  } finally {
    demo.stop();
  }
}

async function recordPlayground(url) {
  await withPage(url, { width: 1180, height: 760, bypassPolicy: true }, async (page) => {
    mkdirSync(join(folder, 'frames'), { recursive: true });
    let count = 0;
    let isDone = false;
    const recording = (async () => {
      while (!isDone) {
        const started = Date.now();
        const path = join(folder, 'frames', `${String(count).padStart(4, '0')}.png`);
        await page.screenshot({ path });
        count += 1;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, FRAME_INTERVAL - (Date.now() - started))));
      }
    })();
    const pause = (time) => page.waitForTimeout(time);
    await pause(600);
    const type = async (text) => {
      await page.locator('#text').pressSequentially(text, { delay: 45 });
      await pause(300);
      await page.keyboard.press('Enter');
    };
    await type('/link "Bairro Feliz" futebol, mães');
    await page.locator('.theirs').getByText('2 of 2').waitFor();
    await pause(2200);
    await type('/move "Vendas Sul" "Bairro Feliz"');
    await page.locator('.theirs').getByText('“Vendas Sul” is now').waitFor();
    await pause(2400);
    await type('/undo');
    await page.locator('.theirs').nth(2).waitFor();
    await pause(2600);
    isDone = true;
    await recording;
    await page.screenshot({ path: join(folder, 'playground.png') });
  });
}

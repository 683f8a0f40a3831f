// Takes the pictures of the README from the running demo: docs/images/make calls it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo, withPage } from './harness.js';

const folder = process.argv[2];
const FRAME_INTERVAL = 120;

const demo = await startDemo();
try {
  await withPage(demo.url, { width: 1180, height: 760, bypassPolicy: true }, async (page) => {
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
} finally {
  demo.stop();
}

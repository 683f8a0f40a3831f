// What the browser tests share: the program, the browser, and a small runner that counts.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PROGRAM = process.env.VINCULA_BIN ?? 'target/debug/vincula';
const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** The timeout of a test: the machine may be busy. */
const TIMEOUT = 90_000;

/** Runs tests one after the other; returns how many passed and failed. */
export async function runTests(tests) {
  const counts = { passed: 0, failed: 0 };
  for (const [name, test] of tests) {
    const started = Date.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${TIMEOUT / 1000} s`)), TIMEOUT);
    });
    try {
      await Promise.race([test(), late]);
      counts.passed += 1;
      console.log(`ok      ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      counts.failed += 1;
      console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    } finally {
      clearTimeout(timer);
    }
  }
  return counts;
}

/** Removes a folder in which a process that was just killed may still write. */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Starts `vincula demo` with its page; returns the address, the folder of its files, and how to stop it. */
export async function startDemo() {
  // It leaves its files when it is stopped by a signal.
  const folder = mkdtempSync(join(tmpdir(), 'vincula-browser-demo-'));
  const demo = spawn(PROGRAM, ['demo', '--page', '127.0.0.1:0'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    demo.stderr.on('data', (data) => {
      text += data;
      const found = text.match(/http:\/\/\S+/);
      if (found) resolve(found[0]);
    });
    demo.on('exit', (code) => reject(new Error(`vincula demo ended with ${code}: ${text}`)));
    demo.on('error', reject);
  });
  const stop = () => {
    demo.kill('SIGKILL');
    removeFolder(folder);
  };
  return { url, folder, stop };
}

/**
 * Opens a page in a browser of its own. Fails afterwards if the page asked another origin for anything, or wrote an
 * error to the console that is not expected.
 */
export async function withPage(url, options, test) {
  const profile = mkdtempSync(join(tmpdir(), 'vincula-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER,
    chromiumSandbox: false,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
    viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
    locale: options.locale ?? 'en-US',
    javaScriptEnabled: options.scripts ?? true,
    colorScheme: options.scheme ?? 'light',
    // Pictures are taken with a style of the browser's driver.
    bypassCSP: options.bypassPolicy ?? false,
    reducedMotion: options.reducedMotion ?? 'no-preference',
  });
  const problems = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(30_000);
    if (options.cookie) await context.addCookies([options.cookie]);
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:')) {
        problems.push(`a request to ${request.url()}`);
      }
    });
    page.on('console', (message) => {
      const isProblem = ['error', 'warning'].includes(message.type()) && !options.expected?.test(message.text());
      if (isProblem) problems.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
    await page.goto(url);
    await test(page);
    check(problems.length === 0, problems.join('\n'));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Presses Tab until the focus is where it should be; fails if it is not visible at any stop. */
export async function tabTo(page, found, argument) {
  for (let i = 0; i < 150; i += 1) {
    await page.keyboard.press('Tab');
    const { stop, isVisible } = await page.evaluate(() => {
      const marked = document.activeElement.closest('.attach') ?? document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(marked);
      const { width, height } = marked.getBoundingClientRect();
      const isVisible = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && width > 0 && height > 0;
      return { stop: document.activeElement.outerHTML.slice(0, 200), isVisible };
    });
    // After the last stop the focus leaves the page for the window of the browser.
    check(isVisible || stop.startsWith('<body'), `the focus is not visible on ${stop}`);
    if (await page.evaluate(found, argument)) return;
  }
  throw new Error(`never reached: ${found} ${argument ?? ''}`);
}

/** Fails if axe-core finds anything serious or critical. */
export async function checkAccessibility(page) {
  // The policy of the page forbids injected scripts; the debugger may evaluate them.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter((violation) => ['serious', 'critical'].includes(violation.impact));
  const text = serious.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html).join('\n  ')}`);
  check(serious.length === 0, text.join('\n'));
}

/** Fails if the page is wider than its window. */
export async function checkNoSidewaysScrolling(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(excess <= 0, `the page is ${excess} px too wide`);
}

export function check(holds, text) {
  if (!holds) throw new Error(text);
}

// Runs all browser tests, or those whose name contains the argument; the last line counts them.

import { runTests } from './harness.js';
import { tests as playground } from './playground.js';

const wanted = process.argv[2] ?? '';
const { passed, failed } = await runTests(playground.filter(([name]) => name.includes(wanted)));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

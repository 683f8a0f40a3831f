// Runs all browser tests, or those whose name contains the argument; the last line counts them.

import { tests as operatorConsole } from './console.js';
import { runTests } from './harness.js';
import { tests as playground } from './playground.js';

// So that what was started ends with the tests, also when they are stopped.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1));

const wanted = process.argv[2] ?? '';
// The two suites share nothing, and each waits often: together they take little longer than one.
const suites = [playground, operatorConsole].map((tests) => runTests(tests.filter(([name]) => name.includes(wanted))));
const counts = await Promise.all(suites);
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

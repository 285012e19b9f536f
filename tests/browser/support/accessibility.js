// What axe finds on a page, reduced to what would keep somebody from using it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The serious and critical findings on the page that is open. */
export async function barriers(page) {
  // Evaluated through the debugger, not as a script tag: the page's content security policy stays as it is.
  await page.evaluate(await source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}

/** Fails with rule, help and element if there is one. */
export async function assertNoBarriers(page) {
  const found = await barriers(page);
  const lines = found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
  assert.deepEqual(lines, [], `on ${page.url()}`);
}

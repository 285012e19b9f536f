// The live counter, as a page that is open shows it.

import { words } from "./words.js";

function counter({ page }) {
  return page.getByLabel(words.counter);
}

/** What it shows now. */
export async function count(device) {
  return Number(await counter(device).textContent());
}

/** Waits until the counter shows another number than now. */
export async function counted(device) {
  const now = await counter(device).textContent();
  const element = await counter(device).elementHandle();
  await device.page.waitForFunction(([shown, then]) => shown.textContent !== then, [element, now]);
}

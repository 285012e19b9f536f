// The demo without script, without a mouse, on a phone, in the dark, and to axe.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertNoBarriers } from "./support/accessibility.js";
import { Device, launch } from "./support/browser.js";
import { Person, assertSignedIn, assertSignedOut, signOutButton } from "./support/person.js";
import { paths, words } from "./support/words.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("everything works without script", async () => {
  const here = await Device.open(browser, { script: false });
  const there = await Device.open(browser, { script: false });
  const person = new Person();
  await person.signUp(here);
  await person.signIn(there);
  await person.endOther(here);
  await assertSignedOut(there);
  await person.changePassword(here, "an entirely different passphrase");
  await assertSignedIn(here);
  await person.signOut(here);
  await assertSignedOut(here);
});

test("signing in takes a keyboard and nothing else", async () => {
  const person = new Person();
  const first = await Device.open(browser);
  await person.signUp(first);

  const device = await Device.open(browser);
  const { page } = device;
  await page.goto(paths.signIn);
  await page.keyboard.press("Tab");
  assert.ok(await hasFocus(page.getByRole("link", { name: words.skip })), "the skip link comes first");
  await tabTo(page, page.getByLabel(words.account));
  await page.keyboard.type(person.account);
  await tabTo(page, page.getByLabel(words.password, { exact: true }));
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await signOutButton(page).waitFor();
});

for (const { width, dark } of [
  { width: 1280, dark: false },
  { width: 1280, dark: true },
  { width: 390, dark: false },
  { width: 390, dark: true },
]) {
  test(`nothing keeps anybody out at ${width} pixels, ${dark ? "dark" : "light"}`, async () => {
    const device = await Device.open(browser, { width, dark });
    const { page } = device;
    for (const path of [paths.home, paths.signUp, paths.signIn]) {
      await page.goto(path);
      await assertNoBarriers(page);
      await assertFits(page);
    }
    const person = new Person();
    await person.signUp(device);
    await person.signIn(await Device.open(browser));
    await person.signIn(await Device.open(browser));
    await person.endOther(device);
    for (const path of [paths.home, paths.devices, paths.password, paths.live]) {
      await page.goto(path);
      await assertNoBarriers(page);
      await assertFits(page);
    }
  });
}

test("nothing that a page asks for is missing", async () => {
  const { page } = await Device.open(browser);
  const missing = [];
  page.on("response", (response) => {
    if (response.status() >= 400) missing.push(response.url());
  });
  await new Person().signUp({ page });
  for (const path of [paths.home, paths.devices, paths.password]) await page.goto(path);
  // Browsers ask for it beside everything that is no page.
  await page.goto(paths.icon);
  assert.deepEqual(missing, []);
});

async function assertFits(page) {
  const over = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  assert.ok(over <= 0, `${page.url()} is ${over} pixels wider than the window`);
}

async function tabTo(page, target) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail("30 presses of Tab did not lead there");
}

function hasFocus(target) {
  return target.evaluate((element) => element === document.activeElement);
}

// The demo ends and starts again, and its visitors do not notice.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Device, launch } from "./support/browser.js";
import { counted } from "./support/counter.js";
import { Demo } from "./support/demo.js";
import { Person, assertSignedIn, assertSignedOut } from "./support/person.js";
import { paths, words } from "./support/words.js";

// A demo that neither starts nor stops is a failure and no reason to wait for ever.
const PATIENCE = { timeout: 120_000 };

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("a demo that was asked to stop has forgotten nothing when it is back", PATIENCE, async (context) => {
  await forgetsNothing(context, "SIGTERM");
});

test("a demo that was killed has forgotten nothing when it is back", PATIENCE, async (context) => {
  await forgetsNothing(context, "SIGKILL");
});

test("live pages are let go when the demo stops, and go on when it is back", PATIENCE, async (context) => {
  const demo = await Demo.start();
  context.after(() => demo.remove());
  const device = await Device.open(browser, { base: demo.url });
  await new Person().signUp(device);
  await device.page.goto(paths.live);
  await counted(device);

  assert.deepEqual(await demo.stop("SIGTERM"), { code: 0, by: null });
  await demo.startAgain();
  await counted(device);
});

async function forgetsNothing(context, signal) {
  const demo = await Demo.start();
  context.after(() => demo.remove());
  const open = () => Device.open(browser, { base: demo.url });
  const [here, there, ended, visitor] = [await open(), await open(), await open(), await open()];
  const person = new Person();
  await person.signUp(here);
  await person.signIn(ended);
  await person.endOther(here);
  await person.signIn(there);
  await visitor.page.goto(paths.home);
  await visitor.page.getByRole("button", { name: words.addToBasket }).first().click();
  await visitor.page.getByRole("link", { name: words.basketWithOne }).waitFor();
  const cookie = await here.sessionCookie();

  await demo.stop(signal);
  await demo.startAgain();

  await assertSignedIn(here);
  assert.equal((await here.sessionCookie()).value, cookie.value);
  await here.page.getByText(words.thisDevice, { exact: true }).waitFor();
  await here.page.getByRole("heading", { name: words.othersHeading.one }).waitFor();
  await here.page.getByText(words.revokedListed).waitFor();
  await assertSignedIn(there);
  await visitor.page.goto(paths.home);
  await visitor.page.getByRole("link", { name: words.basketWithOne }).waitFor();

  await ended.page.goto(paths.devices);
  await ended.page.getByText(words.endedElsewhere).first().waitFor();
  await assertSignedOut(ended);
  await person.signIn(ended);

  const copy = await there.sessionCookie();
  await person.signOut(there);
  await demo.stop(signal);
  await demo.startAgain();
  await there.context.addCookies([copy]);
  await assertSignedOut(there);
  await assertSignedIn(here);
}

// Two devices of one person, and what becomes of each.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Device, launch } from "./support/browser.js";
import { count, counted } from "./support/counter.js";
import { Person, assertSignedIn, assertSignedOut } from "./support/person.js";
import { paths, words } from "./support/words.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("a session ended from another device is signed out on its next page", async () => {
  const [here, there] = [await Device.open(browser), await Device.open(browser)];
  const person = new Person();
  await person.signUp(here);
  await person.signIn(there);

  await here.page.goto(paths.devices);
  await here.heading(words.devices).waitFor();
  await here.page.getByText(words.thisDevice, { exact: true }).waitFor();
  await here.page.getByRole("heading", { name: words.othersHeading.one }).waitFor();

  await person.endOther(here);
  await there.page.goto(paths.devices);
  await there.page.getByText(words.endedElsewhere).first().waitFor();
  await assertSignedOut(there);
  await assertSignedIn(here);
});

test("a changed password ends the other device and issues this one a new cookie", async () => {
  const [here, there] = [await Device.open(browser), await Device.open(browser)];
  const person = new Person();
  await person.signUp(here);
  await person.signIn(there);
  const before = await here.sessionCookie();

  await person.changePassword(here, "an entirely different passphrase");
  const renewed = await here.sessionCookie();
  assert.notEqual(renewed.value, before.value);
  await assertSignedIn(here);
  await assertSignedOut(there);

  const thief = await Device.open(browser);
  await thief.context.addCookies([before]);
  await assertSignedOut(thief);

  await person.signIn(there);
  await assertSignedIn(there);
});

test("signing out removes the cookie, and a copy of it is worth nothing", async () => {
  const device = await Device.open(browser);
  const person = new Person();
  await person.signUp(device);
  const copy = await device.sessionCookie();

  await person.signOut(device);
  assert.equal(await device.sessionCookie(), undefined);
  await device.context.addCookies([copy]);
  await assertSignedOut(device);
});

test("the cookie is the one promised", async () => {
  const device = await Device.open(browser);
  const person = new Person();
  await person.signUp(device);
  const { domain, path, secure, httpOnly, sameSite, expires } = await device.sessionCookie();
  // A leading dot in the domain would say that the cookie names one.
  assert.deepEqual(
    { domain, path, secure, httpOnly, sameSite, expires },
    { domain: "localhost", path: "/", secure: true, httpOnly: true, sameSite: "Lax", expires: -1 },
  );

  const remembering = await Device.open(browser);
  await person.signIn(remembering, { remember: true });
  assert.ok((await remembering.sessionCookie()).expires > Date.now() / 1000);
});

test("the live counter stops the moment its session ends elsewhere", async () => {
  const [here, there] = [await Device.open(browser), await Device.open(browser)];
  const person = new Person();
  await person.signUp(here);
  await person.signIn(there);

  await there.page.goto(paths.live);
  await counted(there);
  await person.endOther(here);
  await there.page.getByText(words.counterStopped).waitFor();

  const stopped = await count(there);
  await here.page.goto(paths.live);
  await counted(here);
  await counted(here);
  assert.equal(await count(there), stopped);
});

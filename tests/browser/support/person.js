// What a person does on the demo, by the names that a person reads.

import assert from "node:assert/strict";

import { paths, words } from "./words.js";

let people = 0;

/** Somebody with an account of their own, so that tests do not meet. */
export class Person {
  constructor() {
    people += 1;
    this.account = `person-${process.pid}-${people}@example.com`;
    this.password = "correct horse battery staple";
  }

  async signUp({ page }) {
    await page.goto(paths.signUp);
    await page.getByLabel(words.account).fill(this.account);
    await page.getByLabel(words.password, { exact: true }).fill(this.password);
    await page.getByRole("button", { name: words.signUp, exact: true }).click();
    await signOutButton(page).waitFor();
  }

  async signIn({ page }, { remember = false } = {}) {
    await page.goto(paths.signIn);
    await page.getByLabel(words.account).fill(this.account);
    await page.getByLabel(words.password, { exact: true }).fill(this.password);
    if (remember) await page.getByLabel(words.remember).check();
    await signInButton(page).click();
    await signOutButton(page).waitFor();
  }

  /** Ends the one other session, and confirms with the password where that is asked. */
  async endOther({ page }) {
    await page.goto(paths.devices);
    await page.getByRole("button", { name: words.endOne }).first().click();
    const confirm = page.getByRole("heading", { level: 1, name: words.confirm });
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (await confirm.isVisible()) {
      await page.getByLabel(words.password, { exact: true }).fill(this.password);
      await page.getByRole("button", { name: words.confirmEnd }).click();
    }
    await page.getByText(words.revokedListed).waitFor();
  }

  async changePassword({ page }, next) {
    await page.goto(paths.password);
    await page.getByLabel(words.currentPassword).fill(this.password);
    await page.getByLabel(words.newPassword).fill(next);
    await page.getByRole("button", { name: words.changePassword, exact: true }).click();
    await signOutButton(page).waitFor();
    this.password = next;
  }

  async signOut({ page }) {
    await signOutButton(page).click();
    await page.getByRole("link", { name: words.signIn }).first().waitFor();
  }
}

/** The way out in the header, which only somebody signed in sees. */
export function signOutButton(page) {
  return page.getByRole("banner").getByRole("button", { name: words.signOut, exact: true });
}

/** The button of the sign-in form. */
export function signInButton(page) {
  return page.getByRole("main").getByRole("button", { name: words.signIn, exact: true });
}

/** Fails unless the next page this device asks for treats it as signed out. */
export async function assertSignedOut({ page }) {
  await page.goto(paths.devices);
  await page.getByRole("link", { name: words.signIn }).or(signInButton(page)).first().waitFor();
  assert.equal(await signOutButton(page).count(), 0);
}

/** Fails unless the next page this device asks for treats it as signed in. */
export async function assertSignedIn({ page }) {
  await page.goto(paths.devices);
  await page.getByRole("heading", { level: 1, name: words.devices }).waitFor();
}

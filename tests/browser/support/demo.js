// A demo of a test's own, on a folder of its own, for tests that stop it and start it again.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.HANDSTAMP_PROGRAM;

export class Demo {
  /** Starts one with nothing in its folder, on a free port. */
  static async start() {
    if (!program) {
      throw new Error("HANDSTAMP_PROGRAM is not set: run these tests by `cargo xtask test --only browser`");
    }
    const demo = new Demo(await mkdtemp(join(tmpdir(), "handstamp-demo-")));
    await demo.open("0");
    return demo;
  }

  constructor(folder) {
    this.folder = folder;
  }

  /** Starts it again, with the same folder and at the same address. */
  async startAgain() {
    await this.open(new URL(this.url).port);
  }

  async open(port) {
    this.said = "";
    this.process = spawn(program, ["demo", "--port", port, "--state", this.folder], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = once(this.process, "exit");
    this.process.stderr.on("data", (said) => {
      this.said += said;
    });
    const lines = createInterface({ input: this.process.stdout });
    const ended = this.ended.then(() => assert.fail(`the demo ended before it listened:\n${this.said}`));
    [this.url] = await Promise.race([once(lines, "line"), ended]);
    assert.match(this.url, /^http:\/\/localhost:\d+$/);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal) {
    this.process.kill(signal);
    const [code, by] = await this.ended;
    return { code, by };
  }

  /** Ends it, if it runs, and removes its folder. */
  async remove() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true });
  }
}

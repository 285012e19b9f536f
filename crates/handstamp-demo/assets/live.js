// Shows what the server counts, and says so when it stops because the session has ended.
"use strict";

for (const counter of document.querySelectorAll("[data-live]")) {
  const count = counter.querySelector("[data-count]");
  const stopped = counter.querySelector("[data-stopped]");
  const events = new EventSource(counter.dataset.live);
  const stop = (words) => {
    events.close();
    counter.classList.add("stopped");
    stopped.textContent = words;
  };
  events.addEventListener("count", ({ data }) => {
    count.textContent = data;
  });
  events.addEventListener("ended", () => stop(stopped.dataset.ended));
  // The browser reconnects by itself after a broken line; a refused reconnection is final, and says
  // nothing about the session.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) stop(stopped.dataset.broken);
  });
}

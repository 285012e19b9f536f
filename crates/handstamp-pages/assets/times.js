// Shows every time on the page in the reader's own zone. Without this script it stands there in UTC.
"use strict";

// The page's language, in the reader's own regional form where there is one.
const language = document.documentElement.lang;
const regional = navigator.languages.find((tag) => tag.split("-")[0] === language);

const format = new Intl.DateTimeFormat(regional ?? language, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

for (const element of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  element.title = element.textContent;
  element.textContent = format.format(moment);
}

// While a print run is drawn, shows now and then how far it is, and at the end the whole page.
const SECONDS = 2;
const MOST_TRIES = 900;
const MARK = "[data-being-made]";
const LIVE = "[data-live]";

async function fresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function watch(triesLeft) {
  if (triesLeft === 0) return;
  const page = await fresh().catch(() => null);
  if (page && !page.querySelector(MARK)) {
    location.reload();
    return;
  }
  const bar = page?.querySelector(`${LIVE} .progress`);
  const shown = document.querySelector(`${LIVE} .progress`);
  if (bar && shown) shown.replaceWith(bar);
  setTimeout(() => watch(triesLeft - 1), SECONDS * 1000);
}

if (document.querySelector(MARK)) setTimeout(() => watch(MOST_TRIES), SECONDS * 1000);
